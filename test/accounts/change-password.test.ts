import { hashSync } from "@node-rs/argon2";
import { describe, expect, it } from "vitest";
import { changePassword } from "../../dist/accounts/change-password.js";
import { signUp } from "../../dist/accounts/sign-up.js";
import { AuthError } from "../../dist/errors/auth-error.js";
import type { Passwords } from "../../dist/passwords/create-passwords.js";
import { newDatabase, type OpenAuth, openAuth, PASSWORD, sql, type Tokens } from "../http/open-auth.js";
import { openParts } from "./account-parts.js";
import { ALIVE, ENDED, feltBy, refusal, sessionIdOf } from "./felt.js";

const NEW = "eight tame geese at dusk";
const database = newDatabase();
const door = await openAuth({ database });

let users = 0;
async function begin(): Promise<{ username: string; here: Tokens; elsewhere: Tokens }> {
  const username = `user ${users++}`;
  return { username, here: await door.signUp(username), elsewhere: await door.logIn(username) };
}

function change(tokens: Tokens, parts: object = {}, { auth }: OpenAuth = door) {
  const ids = { userId: tokens.user_id, sessionId: sessionIdOf(tokens) };
  return auth.changePassword({ ...ids, currentPassword: PASSWORD, newPassword: NEW, ...parts });
}

const logInWith = (username: string, password: string) => door.post("/token", { username, password });

describe("a changed password", () => {
  it("is the one to log in with from then on", async () => {
    const { username, here } = await begin();
    await change(here);
    expect(await logInWith(username, PASSWORD)).toMatchObject({ status: 401, body: { code: "invalid_credentials" } });
    expect((await logInWith(username, NEW)).status).toBe(200);
  });

  it("ends every other session at the next request, and this one goes on with the tokens it has", async () => {
    const { username, here, elsewhere } = await begin();
    const third = await door.logIn(username);
    const stranger = await begin();
    await change(here);
    expect(await feltBy(door, elsewhere)).toEqual(ENDED);
    expect(await feltBy(door, third)).toEqual(ENDED);
    expect(await feltBy(door, here)).toEqual(ALIVE);
    expect(await feltBy(door, stranger.here)).toEqual(ALIVE);
    expect(await sql(database, "select ended_why from sessions where id = ?", sessionIdOf(third))).toEqual([
      { ended_why: "password_changed" },
    ]);
  });

  it("tells the log who changed it, in which session and from where", async () => {
    const { here } = await begin();
    const seen = door.events.length;
    const [userId, sessionId] = [here.user_id, sessionIdOf(here)];
    const given = { userId, sessionId, currentPassword: PASSWORD, newPassword: NEW };
    await door.auth.changePassword(given, { address: "198.51.100.4" });
    expect(door.events.slice(seen)).toEqual([
      { event: "user.password_changed", user: userId, session: sessionId, address: "198.51.100.4" },
    ]);
  });

  it("may be the same one again, and ends the other sessions all the same", async () => {
    const { username, here, elsewhere } = await begin();
    await change(here, { newPassword: PASSWORD });
    expect(await feltBy(door, elsewhere)).toEqual(ENDED);
    expect(await feltBy(door, here)).toEqual(ALIVE);
    expect((await logInWith(username, PASSWORD)).status).toBe(200);
  });

  it("spares no session of the user where the one that is named is another user's", async () => {
    const { here, elsewhere } = await begin();
    const stranger = await begin();
    await change(here, { sessionId: sessionIdOf(stranger.here) });
    expect(await feltBy(door, here)).toEqual(ENDED);
    expect(await feltBy(door, elsewhere)).toEqual(ENDED);
    expect(await feltBy(door, stranger.here)).toEqual(ALIVE);
  });

  it("takes the place of an old hash of another cost", async () => {
    const { username, here } = await begin();
    const old = hashSync(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    await sql(database, "update users set password_hash = ? where id = ?", old, here.user_id);
    await change(here);
    expect((await logInWith(username, NEW)).status).toBe(200);
    expect((await logInWith(username, PASSWORD)).status).toBe(401);
  });

  it("goes through where a log-in has replaced an old hash meanwhile", async () => {
    const parts = await openParts();
    const { userId } = await signUp(parts, { username: "ada", password: PASSWORD }, {});
    const hash = async () => (await parts.store.users.findById(userId))?.passwordHash ?? "";
    let checks = 0;
    const passwords: Passwords = {
      ...parts.passwords,
      async verify(password, stored) {
        const verdict = await parts.passwords.verify(password, stored);
        const replacement = await parts.passwords.hash(PASSWORD);
        if (checks++ === 0)
          expect(await parts.store.users.replacePasswordHash(userId, await hash(), replacement)).toBe(true);
        return verdict;
      },
    };
    const given = { userId, sessionId: userId, currentPassword: PASSWORD, newPassword: NEW };
    await changePassword({ ...parts, passwords }, given, {});
    expect(checks).toBe(2);
    expect((await parts.passwords.verify(NEW, await hash())).matches).toBe(true);
  });

  it("is checked once more where the hash was replaced meanwhile, and then no more", async () => {
    const parts = await openParts();
    const { userId } = await signUp(parts, { username: "ada", password: PASSWORD }, {});
    let checks = 0;
    const passwords: Passwords = {
      ...parts.passwords,
      async verify(password, stored) {
        checks += 1;
        const verdict = await parts.passwords.verify(password, stored);
        const other = await parts.passwords.hash(PASSWORD);
        expect(await parts.store.users.replacePasswordHash(userId, stored ?? "", other)).toBe(true);
        return verdict;
      },
    };
    const given = { userId, sessionId: userId, currentPassword: PASSWORD, newPassword: NEW };
    await expect(changePassword({ ...parts, passwords }, given, {})).rejects.toMatchObject(
      refusal("invalid_credentials", "current_password"),
    );
    expect(checks).toBe(2);
    expect(parts.events.filter(({ event }) => event === "user.password_changed")).toEqual([]);
  });

  it("of two at once is that of the first, and the other one is refused", async () => {
    const { username, here, elsewhere } = await begin();
    const answers = await Promise.allSettled([change(here), change(elsewhere, { newPassword: `${NEW} too` })]);
    const [won, lost] = answers[0]?.status === "fulfilled" ? [here, elsewhere] : [elsewhere, here];
    expect(answers.filter(({ status }) => status === "rejected")).toEqual([
      { status: "rejected", reason: expect.objectContaining(refusal("invalid_credentials")) },
    ]);
    expect(await feltBy(door, won)).toEqual(ALIVE);
    expect(await feltBy(door, lost)).toEqual(ENDED);
    expect((await logInWith(username, PASSWORD)).status).toBe(401);
  });
});

describe("a password is not changed", () => {
  it.each([
    ["with a wrong present one", { currentPassword: "something else" }, refusal("invalid_credentials")],
    ["with an empty present one", { currentPassword: "" }, refusal("invalid_credentials")],
    ["to one that is too short", { newPassword: "1234567" }, refusal("password_too_short", "new_password")],
    ["to one that everybody has", { newPassword: "Password123" }, refusal("password_too_common", "new_password")],
    ["to one that is too long", { newPassword: "x".repeat(1025) }, refusal("invalid_request", "new_password")],
    ["to one that is no text", { newPassword: `${NEW}\ud800` }, refusal("invalid_request", "new_password")],
    ["for a user who is not there", { userId: "nobody" }, refusal("invalid_token")],
  ])("%s, and every session goes on", async (_what, parts, refused) => {
    const { username, here, elsewhere } = await begin();
    await expect(change(here, parts)).rejects.toMatchObject(refused);
    expect(await feltBy(door, here)).toEqual(ALIVE);
    expect(await feltBy(door, elsewhere)).toEqual(ALIVE);
    expect((await logInWith(username, PASSWORD)).status).toBe(200);
  });

  it("for a user who is disabled, which is told only to who knows the password", async () => {
    const { username, here } = await begin();
    await door.auth.users.disable(here.user_id);
    await expect(change(here, { currentPassword: "wrong" })).rejects.toMatchObject(refusal("invalid_credentials"));
    await expect(change(here)).rejects.toMatchObject(refusal("account_disabled"));
    await door.auth.users.enable(here.user_id);
    expect((await logInWith(username, PASSWORD)).status).toBe(200);
  });

  it("while the database does not answer, and whoever asks is told that, not that the password is wrong", async () => {
    const parts = await openParts();
    const { userId } = await signUp(parts, { username: "ada", password: PASSWORD }, {});
    const given = { userId, sessionId: userId, currentPassword: PASSWORD, newPassword: NEW };
    for (const error of [new AuthError("unavailable"), new RangeError("broken")]) {
      const passwords: Passwords = { ...parts.passwords, verify: () => Promise.reject(error) };
      await expect(changePassword({ ...parts, passwords }, given, {})).rejects.toBe(error);
    }
  });

  it("by the one that it replaced", async () => {
    const { here } = await begin();
    await change(here);
    await expect(change(here, { newPassword: `${NEW} too` })).rejects.toMatchObject(refusal("invalid_credentials"));
  });
});
