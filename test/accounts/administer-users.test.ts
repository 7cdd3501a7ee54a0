import { describe, expect, it } from "vitest";
import { millisecondsOf } from "../../dist/tokens/uuid-v7.js";
import { claimsOf, newDatabase, openAuth, PASSWORD, sql, type Tokens, tokensOf } from "../http/open-auth.js";
import { ALIVE, ENDED, feltBy, newUser, refusal, sessionIdOf } from "./felt.js";

const database = newDatabase();
const door = await openAuth({ database });
const { auth, clock } = door;
const UNKNOWN = "0190f3c4-0000-7000-8000-000000000000";

const begin = () => newUser(door);

async function beginWith(...roles: readonly string[]) {
  const { username, id } = await begin();
  await auth.users.setRoles(id, roles);
  return { username, id, tokens: await door.logIn(username) };
}

const next = async (tokens: Tokens): Promise<Tokens> => tokensOf(await door.refresh(tokens.refresh_token));
const rolesOf = ({ token }: Tokens) => claimsOf(token).roles;
const meStatus = async ({ token }: Tokens) => {
  const { status, body } = await door.me(token);
  return status === 200 ? body.roles : body.reason;
};
const logInWith = async (username: string, password: string) => {
  const { status, body } = await door.post("/token", { username, password });
  return status === 200 ? 200 : `${status} ${body.code}`;
};

describe("a user whom an administrator adds", () => {
  it("can log in, has the roles, and had no session before", async () => {
    const user = await auth.users.add({
      username: "Added",
      password: PASSWORD,
      email: "A@Example.com",
      roles: ["b", "a"],
    });
    expect(user).toEqual({
      id: expect.any(String),
      username: "Added",
      email: "A@Example.com",
      roles: ["a", "b"],
      createdAt: clock.now(),
      disabledAt: null,
    });
    expect(await auth.sessions.list(user.id)).toEqual([]);
    expect(rolesOf(await door.logIn("added"))).toEqual(["a", "b"]);
    expect(door.events.filter(({ event }) => event === "user.added")).toEqual([{ event: "user.added", user: user.id }]);
  });

  it.each([
    ["a name that is taken", { username: "ADDED" }, refusal("username_taken")],
    ["an address that is taken", { email: "A@example.COM" }, refusal("email_taken")],
    ["a name that is none", { username: "x" }, refusal("invalid_request", "username")],
    ["an address that is none", { email: "nowhere" }, refusal("invalid_request", "email")],
    ["a password that is too short", { password: "short" }, refusal("password_too_short", "password")],
    ["a password that everybody has", { password: "password123" }, refusal("password_too_common", "password")],
    ["a role that is none", { roles: ["a b"] }, refusal("invalid_request", "roles")],
  ])("is refused with %s", async (_what, parts, refused) => {
    const before = await sql(database, "select count(*) as n from users");
    const wanted = { username: "another one", password: PASSWORD, ...parts };
    await expect(auth.users.add(wanted)).rejects.toMatchObject(refused);
    expect(await sql(database, "select count(*) as n from users")).toEqual(before);
  });
});

describe("a user is found", () => {
  it("by the name however it is typed, and by the id", async () => {
    const { id } = await door.auth.users.add({ username: "Zoë Straße", password: PASSWORD });
    for (const text of ["Zoë Straße", "ZOE\u0308 STRASSE", id]) expect((await auth.users.find(text))?.id).toBe(id);
  });

  it("by the id, which nobody can have as a name", async () => {
    const { id } = await begin();
    for (const username of [id, id.toUpperCase()]) {
      await expect(auth.users.add({ username, password: PASSWORD })).rejects.toMatchObject(
        refusal("invalid_request", "username"),
      );
    }
    expect((await auth.users.find(id))?.id).toBe(id);
    expect(await auth.users.find(id.toUpperCase())).toBeUndefined();
  });

  it("without the password, and without anything else that nobody may see", async () => {
    const { username } = await begin();
    const names = ["createdAt", "disabledAt", "email", "id", "roles", "username"];
    expect(Object.keys((await auth.users.find(username)) ?? {}).sort()).toEqual(names);
    const [first] = await auth.users.list({ limit: 1 });
    expect(Object.keys(first ?? {}).sort()).toEqual(names);
  });

  it.each(["nobody", "", " ", "\0", "half \ud800", UNKNOWN, `${UNKNOWN}\0`, "x".repeat(100_000)])(
    "not by %j",
    async (text) => {
      expect(await auth.users.find(text)).toBeUndefined();
    },
  );
});

// Of no password that anybody knows.
const HASH = `$argon2id$v=19$m=19456,t=2,p=1$${"A".repeat(22)}$${"A".repeat(43)}`;

describe("the list of users", () => {
  it("gives every user once, page by page, a hundred where no limit is given", async () => {
    const { auth: many, clock: time } = await openAuth();
    const made: string[] = [];
    const list = Array.from({ length: 105 }, (_, index) => ({ username: `user-${index}`, hash: HASH }));
    for (const user of list) {
      time.advance(0.001);
      expect(await many.users.import([user])).toEqual([{ outcome: "added" }]);
      made.push(user.username);
    }
    const names = (page: readonly { readonly username: string }[]) => page.map(({ username }) => username);
    const first = await many.users.list();
    expect(names(first)).toEqual(made.slice(0, 100));
    expect(names(await many.users.list({ after: first[99]?.id }))).toEqual(made.slice(100));
    expect(names(await many.users.list({ after: first[2]?.id, limit: 2 }))).toEqual(made.slice(3, 5));
    expect(names(await many.users.list({ limit: 1000 }))).toEqual(made);
    expect(names(await many.users.list({ limit: 1 }))).toEqual(made.slice(0, 1));
  });

  it.each(["\0", `${UNKNOWN}\0`, "\ud800"])("has no page after an id that no database keeps: %j", async (after) => {
    await expect(auth.users.list({ after })).rejects.toMatchObject(refusal("not_found"));
  });
});

describe("a disabled user", () => {
  it("is out at the next request, in every session, and nobody else is", async () => {
    const { username, tokens, id } = await begin();
    const second = await door.logIn(username);
    const other = await begin();
    await auth.users.disable(id);
    expect(await feltBy(door, tokens)).toEqual(ENDED);
    expect(await feltBy(door, second)).toEqual(ENDED);
    expect(await feltBy(door, other.tokens)).toEqual(ALIVE);
    expect(door.events.filter((event) => event.user === id).at(-1)).toEqual({ event: "user.disabled", user: id });
    expect((await auth.users.find(id))?.disabledAt).toBe(clock.now());
    const why = await sql(database, "select distinct ended_why from sessions where user_id = ?", id);
    expect(why).toEqual([{ ended_why: "user_disabled" }]);
  });

  it("is told so only after the right password", async () => {
    const { username, id } = await begin();
    await auth.users.disable(id);
    expect(await logInWith(username, "a wrong password")).toBe("401 invalid_credentials");
    expect(await logInWith(username, PASSWORD)).toBe("403 account_disabled");
    expect(await logInWith("nobody at all", PASSWORD)).toBe("401 invalid_credentials");
    const events = door.events.filter((event) => event.user === id).map(({ event }) => event);
    expect(events).toEqual(["user.signed_up", "user.disabled", "user.log_in_failed", "user.log_in_disabled"]);
    expect(await auth.sessions.list(id)).toEqual([]);
  });

  it("logs in again once enabled, and the old sessions stay ended", async () => {
    const { username, tokens, id } = await begin();
    await auth.users.disable(id);
    clock.advance(60);
    await auth.users.disable(id);
    expect((await auth.users.find(id))?.disabledAt).toBe(clock.now() - 60_000);
    await auth.users.enable(id);
    expect((await auth.users.find(id))?.disabledAt).toBeNull();
    expect(await feltBy(door, tokens)).toEqual(ENDED);
    expect(await feltBy(door, await door.logIn(username))).toEqual(ALIVE);
    expect(door.events.filter((event) => event.user === id).map(({ event }) => event)).toContain("user.enabled");
  });
});

describe("a deleted user", () => {
  it("is out at the next request, and cannot log in", async () => {
    const { username, tokens, id } = await begin();
    const other = await begin();
    await auth.users.delete(id);
    expect(await feltBy(door, tokens)).toEqual(ENDED);
    expect(await feltBy(door, other.tokens)).toEqual(ALIVE);
    expect(await logInWith(username, PASSWORD)).toBe("401 invalid_credentials");
    expect(await auth.users.find(id)).toBeUndefined();
    expect(await sql(database, "select id from sessions where user_id = ?", id)).toEqual([]);
    expect(door.events.filter((event) => event.user === id).map(({ event }) => event)).toContain("user.deleted");
  });

  it("leaves the name free, and whoever takes it is somebody else", async () => {
    const { username, tokens, id } = await begin();
    await auth.users.delete(id);
    const again = await door.signUp(username);
    expect(again.user_id).not.toBe(id);
    expect(await feltBy(door, tokens)).toEqual(ENDED);
    expect(await feltBy(door, again)).toEqual(ALIVE);
  });
});

describe("a role that is taken away", () => {
  it("is in no access token that is accepted from the next request on, and the session goes on without it", async () => {
    const { tokens, id } = await beginWith("admin", "reader");
    expect(rolesOf(tokens)).toEqual(["admin", "reader"]);
    await auth.users.setRoles(id, ["reader"]);
    expect(await meStatus(tokens)).toBe("revoked");
    // The clock stands still: this token is of the millisecond in which the role went.
    const successor = await next(tokens);
    expect(rolesOf(successor)).toEqual(["reader"]);
    expect(await meStatus(successor)).toEqual(["reader"]);
    const last = await next(successor);
    expect(await meStatus(last)).toEqual(["reader"]);
    expect(door.events.filter((event) => event.user === id).at(-1)).toEqual({ event: "user.roles_set", user: id });
  });

  it("goes by the millisecond in which each token was made, which stands in its name", async () => {
    clock.advance(0.007);
    const { username } = await begin();
    clock.advance(1.011);
    const tokens = await door.logIn(username);
    const made = ({ token }: Tokens) => millisecondsOf(claimsOf(token).jti as string);
    expect(made(tokens)).toBe(clock.now());
    clock.advance(2.013);
    expect(made(await next(tokens))).toBe(clock.now());
  });

  it("several times in one millisecond takes back what was made in between", async () => {
    const { username, tokens, id } = await beginWith("a", "b", "c");
    await auth.users.setRoles(id, ["a", "b"]);
    const second = await next(tokens);
    expect(await meStatus(second)).toEqual(["a", "b"]);
    await auth.users.setRoles(id, ["a"]);
    const third = await next(second);
    const fresh = await door.logIn(username);
    await auth.users.setRoles(id, []);
    for (const old of [tokens, second, third, fresh]) expect(await meStatus(old)).toBe("revoked");
    expect(await meStatus(await next(third))).toEqual([]);
    expect(await meStatus(await next(fresh))).toEqual([]);
  });

  it("and given again does not bring the old tokens back", async () => {
    const { tokens, id } = await beginWith("admin");
    await auth.users.setRoles(id, []);
    await auth.users.setRoles(id, ["admin"]);
    expect(await meStatus(tokens)).toBe("revoked");
    const successor = await next(tokens);
    expect(rolesOf(successor)).toEqual(["admin"]);
    expect(await meStatus(successor)).toEqual(["admin"]);
  });

  it("is felt too where the clock was set back by an hour", async () => {
    const { tokens, id } = await beginWith("admin", "reader");
    const used = await next(tokens);
    clock.advance(10);
    const reissued = await next(tokens);
    expect(claimsOf(reissued.token).sid).toBe(sessionIdOf(used));
    clock.advance(-3600);
    const back = await next(used);
    expect(rolesOf(back)).toEqual(["admin", "reader"]);
    await auth.users.setRoles(id, ["reader"]);
    expect(await meStatus(back)).toBe("revoked");
    const after = await next(back);
    expect(rolesOf(after)).toEqual(["reader"]);
    expect(await meStatus(after)).toEqual(["reader"]);
    // The clock is right again: tokens made before it was set back have not expired.
    clock.advance(3600);
    for (const old of [tokens, used, reissued]) expect(await meStatus(old)).toBe("revoked");
  });

  it("is gone from what is minted for the direct predecessor again", async () => {
    const { tokens, id } = await beginWith("admin");
    await next(tokens);
    await auth.users.setRoles(id, []);
    const again = await next(tokens);
    expect(rolesOf(again)).toEqual([]);
    expect(await meStatus(again)).toEqual([]);
  });

  it("leaves the tokens of others alone", async () => {
    const [one, two] = [await beginWith("admin"), await beginWith("admin")];
    await auth.users.setRoles(one.id, []);
    expect(await feltBy(door, two.tokens)).toEqual(ALIVE);
  });
});

describe("a role that is given", () => {
  it("is in the tokens of the next refresh, and the present ones go on", async () => {
    const { tokens, id } = await beginWith("reader");
    await auth.users.setRoles(id, ["writer", "reader", "writer"]);
    expect(await meStatus(tokens)).toEqual(["reader", "writer"]);
    expect(rolesOf(tokens)).toEqual(["reader"]);
    const successor = await next(tokens);
    expect(rolesOf(successor)).toEqual(["reader", "writer"]);
    expect(await meStatus(tokens)).toEqual(["reader", "writer"]);
  });

  it.each([
    ["with a space", ["a b"]],
    ["empty", [""]],
    ["too long", ["x".repeat(65)]],
    ["no text", [5]],
    ["a list", [["admin"]]],
    ["nothing", [null]],
    ["a hole", Array(1)],
    ["one of too many", Array.from({ length: 33 }, (_, index) => `role-${index}`)],
    ["a text instead of a list", "admin"],
    ["no list at all", undefined],
  ])("is refused where it is %s, and nothing changes", async (_what, roles) => {
    const { tokens, id } = await beginWith("reader");
    await expect(auth.users.setRoles(id, roles as string[])).rejects.toMatchObject(refusal("invalid_request", "roles"));
    expect(await meStatus(tokens)).toEqual(["reader"]);
  });

  it("may be one of 32 of 64 characters", async () => {
    const { username, id } = await begin();
    const roles = Array.from({ length: 32 }, (_, index) => `${index}`.padEnd(64, "x")).sort();
    await auth.users.setRoles(id, roles);
    expect(await meStatus(await door.logIn(username))).toEqual(roles);
  });
});

describe("a password that an administrator sets", () => {
  it("ends every session, and is the one to log in with", async () => {
    const { username, tokens, id } = await begin();
    const other = await begin();
    await auth.users.setPassword(id, "nine grey geese at noon");
    expect(await feltBy(door, tokens)).toEqual(ENDED);
    expect(await feltBy(door, other.tokens)).toEqual(ALIVE);
    expect(await sql(database, "select ended_why from sessions where user_id = ?", id)).toEqual([
      { ended_why: "password_changed" },
    ]);
    expect(await logInWith(username, PASSWORD)).toBe("401 invalid_credentials");
    expect(await logInWith(username, "nine grey geese at noon")).toBe(200);
    expect(door.events.filter((event) => event.user === id).map(({ event }) => event)).toContain("user.password_set");
  });

  it.each([
    ["too short", "short", refusal("password_too_short", "password")],
    ["common", "password123", refusal("password_too_common", "password")],
    ["too long", "x".repeat(1025), refusal("invalid_request", "password")],
  ])("is refused where it is %s", async (_what, password, refused) => {
    const { tokens, id } = await begin();
    await expect(auth.users.setPassword(id, password)).rejects.toMatchObject(refused);
    expect(await feltBy(door, tokens)).toEqual(ALIVE);
  });

  it("is refused where it is made of the username", async () => {
    const { username, id } = await begin();
    const refused = refusal("password_too_common", "password");
    await expect(auth.users.setPassword(id, `${username}${username}`)).rejects.toMatchObject(refused);
    expect(await logInWith(username, PASSWORD)).toBe(200);
  });
});

describe("a user who is not there", () => {
  const good = "nine grey geese at noon";
  it.each([
    ["disable", (id: string) => auth.users.disable(id)],
    ["enable", (id: string) => auth.users.enable(id)],
    ["delete", (id: string) => auth.users.delete(id)],
    ["setRoles", (id: string) => auth.users.setRoles(id, ["admin"])],
    ["setPassword", (id: string) => auth.users.setPassword(id, good)],
  ])("is not found: %s", async (_method, act) => {
    const seen = door.events.length;
    await expect(act(UNKNOWN)).rejects.toThrow("There is no such user.");
    for (const id of [UNKNOWN, "", "user 0", `${UNKNOWN}\0`, "\ud800"]) {
      await expect(act(id)).rejects.toMatchObject(refusal("not_found"));
    }
    expect(door.events.slice(seen)).toEqual([]);
  });
});

const sessionOf = new Map<string, string>();
/** The session that was a user's first one, when it is no longer in any list. */
async function firstOf(id: string): Promise<string> {
  const known = sessionOf.get(id) ?? (await auth.sessions.list(id))[0]?.id ?? "";
  sessionOf.set(id, known);
  return known;
}

describe("what another process has done a moment ago", () => {
  it.each([
    ["disabled", (id: string, { auth: { users } }: typeof door) => users.disable(id)],
    ["deleted", (id: string, { auth: { users } }: typeof door) => users.delete(id).catch(() => {})],
    ["logged out everywhere", (id: string, { auth: { sessions } }: typeof door) => sessions.endAll(id)],
    [
      "whose session is ended",
      async (id: string, { auth: { sessions } }: typeof door) => sessions.end(await firstOf(id)),
    ],
    ["with a new password", (id: string, { auth: { users } }: typeof door) => users.setPassword(id, PASSWORD)],
  ])("is felt here as soon as the same is answered here: a user %s", async (_what, act) => {
    const other = await openAuth({ database }, clock);
    const { tokens, id } = await begin();
    expect((await other.me(tokens.token)).status).toBe(200);
    await act(id, door);
    await act(id, other);
    expect((await other.me(tokens.token)).body.reason).toBe("revoked");
  });
});
