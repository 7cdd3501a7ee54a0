import { describe, expect, it } from "vitest";
import { newDatabase, openAuth, PASSWORD, sql } from "../http/open-auth.js";
import { refusal } from "./felt.js";

const database = newDatabase();
const door = await openAuth({ database });
const ada = await door.signUp("ada");
/** The methods as plain JavaScript sees them. */
// biome-ignore lint/suspicious/noExplicitAny: what no compiler has checked is what is tested
const auth = door.auth as any;
const id = ada.user_id;
const good = { username: "berta", password: PASSWORD };
const change = { userId: id, sessionId: id, currentPassword: PASSWORD, newPassword: PASSWORD };

const WRONG: readonly unknown[] = [
  5,
  null,
  true,
  {},
  [],
  ["berta"],
  new String("berta"),
  Symbol("berta"),
  5n,
  () => "",
];

const everything = () =>
  sql(
    database,
    `select (select group_concat(id || username_key || password_hash || roles || coalesce(disabled_at, '')) from users) as users,
      (select group_concat(id || generation || coalesce(ended_at, '')) from sessions) as sessions,
      (select count(*) from revocations) as revocations`,
  );

/** Each act with one member of a wrong kind, and the field that is named. */
const acts: readonly (readonly [string, string, (wrong: unknown) => Promise<unknown>])[] = [
  ["signUp", "username", (username) => auth.signUp({ ...good, username })],
  ["signUp", "password", (password) => auth.signUp({ ...good, password })],
  ["signUp", "email", (email) => auth.signUp({ ...good, email })],
  ["signUp", "transport", (transport) => auth.signUp({ ...good, transport })],
  ["logIn", "username", (username) => auth.logIn({ password: PASSWORD, username })],
  ["logIn", "password", (password) => auth.logIn({ username: "ada", password })],
  ["logIn", "transport", (transport) => auth.logIn({ username: "ada", password: PASSWORD, transport })],
  ["refresh", "refreshToken", (refreshToken) => auth.refresh({ refreshToken })],
  ["refresh", "transport", (transport) => auth.refresh({ refreshToken: ada.refresh_token, transport })],
  ["changePassword", "userId", (userId) => auth.changePassword({ ...change, userId })],
  ["changePassword", "sessionId", (sessionId) => auth.changePassword({ ...change, sessionId })],
  ["changePassword", "currentPassword", (currentPassword) => auth.changePassword({ ...change, currentPassword })],
  ["changePassword", "newPassword", (newPassword) => auth.changePassword({ ...change, newPassword })],
  ["users.add", "username", (username) => auth.users.add({ ...good, username })],
  ["users.add", "password", (password) => auth.users.add({ ...good, password })],
  ["users.add", "email", (email) => auth.users.add({ ...good, email })],
  ["users.find", "nameOrId", (nameOrId) => auth.users.find(nameOrId)],
  ["users.list", "after", (after) => auth.users.list({ after })],
  ["users.list", "limit", (limit) => auth.users.list({ limit })],
  ["users.disable", "id", (wrong) => auth.users.disable(wrong)],
  ["users.enable", "id", (wrong) => auth.users.enable(wrong)],
  ["users.delete", "id", (wrong) => auth.users.delete(wrong)],
  ["users.setRoles", "id", (wrong) => auth.users.setRoles(wrong, ["admin"])],
  ["users.setPassword", "id", (wrong) => auth.users.setPassword(wrong, PASSWORD)],
  ["users.setPassword", "password", (password) => auth.users.setPassword(id, password)],
  ["sessions.list", "userId", (userId) => auth.sessions.list(userId)],
  ["sessions.end", "id", (wrong) => auth.sessions.end(wrong)],
  ["sessions.endAll", "userId", (userId) => auth.sessions.endAll(userId)],
];

describe("a value of a wrong kind", () => {
  it.each(acts)(
    "given to %s as %s is refused by the name of the field, and nothing is done",
    async (name, field, act) => {
      const before = await everything();
      for (const wrong of WRONG) {
        // A whole number is a good limit.
        if (field === "limit" && wrong === 5) continue;
        await expect(act(wrong), `${name} ${field} ${String(wrong)}`).rejects.toMatchObject(
          refusal("invalid_request", field),
        );
      }
      expect(await everything()).toEqual(before);
    },
  );

  it.each([["signUp", (roles: unknown) => auth.signUp({ ...good, username: `nobody ${String(roles)}`, roles })]])(
    "that is no part of what %s takes has no effect",
    async (_name, act) => {
      const { userId } = (await act(["admin"])) as { userId: string };
      expect((await auth.users.find(userId)).roles).toEqual([]);
    },
  );

  it.each(["admin", 5, {}, true, [5], [null], [["admin"]]])("is refused as roles: %j", async (roles) => {
    const before = await everything();
    const refused = refusal("invalid_request", "roles");
    await expect(auth.users.setRoles(id, roles)).rejects.toMatchObject(refused);
    await expect(auth.users.add({ ...good, roles })).rejects.toMatchObject(refused);
    expect(await everything()).toEqual(before);
  });

  it.each([-1, 0, 1.5, 1001, 1e9, Number.NaN, Number.POSITIVE_INFINITY, "5"])(
    "is refused as a limit: %j",
    async (limit) => {
      await expect(auth.users.list({ limit })).rejects.toMatchObject(refusal("invalid_request", "limit"));
    },
  );

  it.each([5, "x", {}, ["x"]])("is refused as an audience: %j", async (audience) => {
    const before = await everything();
    const refused = refusal("invalid_request", "audience");
    await expect(auth.logIn({ username: "ada", password: PASSWORD, audience })).rejects.toMatchObject(refused);
    await expect(auth.refresh({ refreshToken: ada.refresh_token, audience })).rejects.toMatchObject(refused);
    expect(await everything()).toEqual(before);
  });

  it.each([null, { address: 5 }, { userAgent: {} }, { userAgent: ["x"] }])(
    "is refused as a caller: %j",
    async (caller) => {
      const before = await everything();
      const acts = [
        () => auth.signUp(good, caller),
        () => auth.logIn({ username: "ada", password: PASSWORD }, caller),
        () => auth.refresh({ refreshToken: ada.refresh_token }, caller),
        () => auth.changePassword(change, caller),
      ];
      for (const act of acts) await expect(act()).rejects.toThrow(new TypeError(CALLER));
      expect(await everything()).toEqual(before);
    },
  );

  it("is refused by the names of all fields that it is in", async () => {
    await expect(auth.signUp({ username: 5, password: null, email: true })).rejects.toMatchObject(
      refusal("invalid_request", "username", "password", "email"),
    );
    await expect(auth.signUp({})).rejects.toMatchObject(refusal("invalid_request", "username", "password"));
  });
});

const CALLER = "A caller is { address, userAgent }: each of them a text, where it is known.";

describe("nothing at all", () => {
  it.each([
    ["signUp", () => auth.signUp(), "This takes { username, password, email? }."],
    ["signUp", () => auth.signUp(null), "This takes { username, password, email? }."],
    ["signUp", () => auth.signUp("ada", PASSWORD), "This takes { username, password, email? }."],
    ["logIn", () => auth.logIn(), "This takes { username, password }."],
    ["refresh", () => auth.refresh(), "This takes { refreshToken }."],
    ["refresh", () => auth.refresh(ada.refresh_token), "This takes { refreshToken }."],
    ["logOut", () => auth.logOut(), "A log-out takes { accessToken }, { refreshTokens }, or both."],
    ["logOut", () => auth.logOut(null), "A log-out takes { accessToken }, { refreshTokens }, or both."],
    ["logOut", () => auth.logOut(ada.token), "A log-out takes { accessToken }, { refreshTokens }, or both."],
    [
      "logOut",
      () => auth.logOut({ accessToken: ada.token, refreshTokens: ada.refresh_token }),
      "A log-out takes { accessToken }, { refreshTokens }, or both.",
    ],
    [
      "logOut",
      () => auth.logOut({ accessToken: ada.token, refreshTokens: [ada.refresh_token, 5] }),
      "A log-out takes { accessToken }, { refreshTokens }, or both.",
    ],
    ["changePassword", () => auth.changePassword(), "This takes { currentPassword, newPassword, userId, sessionId }."],
    ["users.add", () => auth.users.add(), "This takes { username, password, email? }."],
    ["users.list", () => auth.users.list(null), "This takes { after? }."],
    [
      "users.import",
      () => auth.users.import(),
      "An import takes a list of users and { dryRun } that is true or false.",
    ],
    [
      "users.import",
      () => auth.users.import([], { dryRun: "no" }),
      "An import takes a list of users and { dryRun } that is true or false.",
    ],
  ])("given to %s is refused with what it takes", async (_name, act, sentence) => {
    await expect(act()).rejects.toThrow(new TypeError(sentence));
  });

  it.each([
    ["users.find", () => auth.users.find(), "nameOrId"],
    ["users.disable", () => auth.users.disable(), "id"],
    ["users.enable", () => auth.users.enable(), "id"],
    ["users.delete", () => auth.users.delete(), "id"],
    ["users.setRoles", () => auth.users.setRoles(), "id"],
    ["users.setRoles", () => auth.users.setRoles(id), "roles"],
    ["users.setPassword", () => auth.users.setPassword(id), "password"],
    ["sessions.list", () => auth.sessions.list(), "userId"],
    ["sessions.end", () => auth.sessions.end(), "id"],
    ["sessions.endAll", () => auth.sessions.endAll(), "userId"],
  ])("given to %s is refused by the name of the field: %s", async (_name, act, field) => {
    await expect(act()).rejects.toMatchObject(refusal("invalid_request", field));
  });

  it("is a good caller and a good page", async () => {
    expect((await auth.logIn({ username: "ada", password: PASSWORD, transport: undefined })).userId).toBe(id);
    expect((await auth.logIn({ username: "ada", password: PASSWORD }, { address: null, userAgent: null })).userId).toBe(
      id,
    );
    expect((await auth.users.list()).length).toBeGreaterThan(0);
    expect((await auth.users.list({})).length).toBeGreaterThan(0);
  });
});

describe("a text that is far too long", () => {
  const long = "\u0301\u0316".repeat(200_000);
  it.each([
    ["a username to sign up with", () => auth.signUp({ ...good, username: long }), "invalid_request"],
    ["an address", () => auth.signUp({ ...good, email: `${long}@example.com` }), "invalid_request"],
    ["a password to sign up with", () => auth.signUp({ ...good, password: long }), "invalid_request"],
    ["a username to log in with", () => auth.logIn({ ...good, username: long }), "invalid_credentials"],
    ["a password to log in with", () => auth.logIn({ username: "ada", password: long }), "invalid_credentials"],
    ["a refresh token", () => auth.refresh({ refreshToken: long }), "invalid_grant"],
    ["an id", () => auth.users.disable(long), "not_found"],
  ])("costs no time: %s", async (_what, act, code) => {
    await expect(act()).rejects.toMatchObject(refusal(code));
  });

  it("finds nobody", async () => {
    expect(await auth.users.find(long)).toBeUndefined();
  });
});
