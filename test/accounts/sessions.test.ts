import { describe, expect, it } from "vitest";
import { logIn } from "../../dist/accounts/log-in.js";
import { endOwnSession, listOwnSessions, listSessions, logOutEverywhere } from "../../dist/accounts/own-sessions.js";
import { refresh } from "../../dist/accounts/refresh.js";
import { signUp } from "../../dist/accounts/sign-up.js";
import { uuidV7 } from "../../dist/tokens/uuid-v7.js";
import { DAY, newDatabase, openAuth, PASSWORD, sql, type Tokens, tokensOf } from "../http/open-auth.js";
import { openParts } from "./account-parts.js";
import { ALIVE, ENDED, feltBy, newUser, refusal, sessionIdOf } from "./felt.js";

const database = newDatabase();
const door = await openAuth({ database });
const { auth, clock } = door;
const parts = await openParts();
const UNKNOWN = "0190f3c4-0000-7000-8000-000000000000";

const begin = () => newUser(door);

const endedWhy = (tokens: Tokens) => sql(database, "select ended_why from sessions where id = ?", sessionIdOf(tokens));

describe("the list of sessions", () => {
  it("shows device, address, how the token travels, when it began, was last used and would end", async () => {
    const username = "lister";
    const began = clock.now();
    const { userId } = await auth.signUp(
      { username, password: PASSWORD },
      { userAgent: "Fox/1", address: "192.0.2.1" },
    );
    clock.advance(60);
    await auth.logIn({ username, password: PASSWORD, transport: "cookie" }, { userAgent: "Fox/2" });
    expect(await auth.sessions.list(userId)).toEqual([
      {
        id: expect.any(String),
        device: "Fox/2",
        address: null,
        transport: "cookie",
        createdAt: began + 60_000,
        lastUsedAt: began + 60_000,
        expiresAt: began + 60_000 + 7 * DAY * 1000,
      },
      {
        id: expect.any(String),
        device: "Fox/1",
        address: "192.0.2.1",
        transport: "body",
        createdAt: began,
        lastUsedAt: began,
        expiresAt: began + 7 * DAY * 1000,
      },
    ]);
  });

  it("has the latest used first, and moves with each use", async () => {
    const { username, tokens, id } = await begin();
    clock.advance(1);
    const second = await door.logIn(username);
    const order = async () => (await auth.sessions.list(id)).map((session) => session.id);
    expect(await order()).toEqual([sessionIdOf(second), sessionIdOf(tokens)]);
    clock.advance(1);
    await door.refresh(tokens.refresh_token);
    expect(await order()).toEqual([sessionIdOf(tokens), sessionIdOf(second)]);
    clock.advance(1);
    await door.me(second.token);
    expect(await order()).toEqual([sessionIdOf(tokens), sessionIdOf(second)]);
    const [first] = await auth.sessions.list(id);
    expect(first?.lastUsedAt).toBe(clock.now() - 1000);
  });

  it("keeps a device name short, and any text of it", async () => {
    const { userId } = await auth.signUp(
      { username: "long", password: PASSWORD },
      { userAgent: `\ud800${"x".repeat(9000)}` },
    );
    const [session] = await auth.sessions.list(userId);
    expect(session?.device).toBe(`\ufffd${"x".repeat(255)}`);
  });

  it("holds no session that has ended, was idle for too long or has lived too long", async () => {
    const { username, tokens, id } = await begin();
    const gone = await door.logIn(username);
    await door.logOut({}, { refresh_token: gone.refresh_token });
    const ids = async () => (await auth.sessions.list(id)).map((session) => session.id);
    expect(await ids()).toEqual([sessionIdOf(tokens)]);
    clock.advance(7 * DAY - 1);
    expect(await ids()).toEqual([sessionIdOf(tokens)]);
    clock.advance(1);
    expect(await ids()).toEqual([]);
    let last = await door.logIn(username);
    for (let days = 6; days < 30; days += 6) {
      clock.advance(6 * DAY);
      last = tokensOf(await door.refresh(last.refresh_token));
    }
    const [session] = await auth.sessions.list(id);
    expect(session?.expiresAt).toBe(clock.now() + 6 * DAY * 1000);
    clock.advance(6 * DAY);
    expect(await ids()).toEqual([]);
  });

  it("ends with the absolute life where that is the shorter one", async () => {
    const short = await openAuth({ absoluteSeconds: 3600 });
    const { user_id: id, refresh_token } = await short.signUp("ada");
    const end = short.clock.now() + 3_600_000;
    expect(await short.auth.sessions.list(id)).toMatchObject([{ expiresAt: end }]);
    short.clock.advance(3599.999);
    expect(await short.auth.sessions.list(id)).toHaveLength(1);
    short.clock.advance(0.001);
    expect(await short.auth.sessions.list(id)).toEqual([]);
    expect((await short.refresh(refresh_token)).status).toBe(401);
  });

  it("has no secret of the session", async () => {
    const { id } = await begin();
    const [session] = await auth.sessions.list(id);
    const names = ["address", "createdAt", "device", "expiresAt", "id", "lastUsedAt", "transport"];
    expect(Object.keys(session ?? {}).sort()).toEqual(names);
  });

  it("is empty for a user who is not there", async () => {
    expect(await auth.sessions.list(UNKNOWN)).toEqual([]);
  });
});

describe("a log-in", () => {
  it("begins a session of another id each time, and leaves the others alone", async () => {
    const { username, tokens } = await begin();
    const again = await door.logIn(username);
    expect(sessionIdOf(again)).not.toBe(sessionIdOf(tokens));
    expect(again.refresh_token).not.toBe(tokens.refresh_token);
    expect(await feltBy(door, tokens)).toEqual(ALIVE);
  });
});

describe("a session that an administrator ends", () => {
  it("is out at the next request, and no other one is", async () => {
    const { username, tokens } = await begin();
    const second = await door.logIn(username);
    expect(await auth.sessions.end(sessionIdOf(tokens))).toBe(true);
    expect(await feltBy(door, tokens)).toEqual(ENDED);
    expect(await feltBy(door, second)).toEqual(ALIVE);
    expect(await endedWhy(tokens)).toEqual([{ ended_why: "ended_by_admin" }]);
    const told = { event: "session.ended_by_admin", session: sessionIdOf(tokens) };
    expect(door.events.at(-1)).toEqual(told);
    expect(await auth.sessions.end(sessionIdOf(tokens))).toBe(false);
    expect(await auth.sessions.end(UNKNOWN)).toBe(false);
    expect(door.events.filter(({ event }) => event === told.event)).toEqual([told]);
  });

  it("goes with all others of the user", async () => {
    const { username, tokens, id } = await begin();
    const second = await door.logIn(username);
    const other = await begin();
    expect(await auth.sessions.endAll(id)).toBe(2);
    expect(await feltBy(door, tokens)).toEqual(ENDED);
    expect(await feltBy(door, second)).toEqual(ENDED);
    expect(await feltBy(door, other.tokens)).toEqual(ALIVE);
    expect(await endedWhy(second)).toEqual([{ ended_why: "ended_by_admin" }]);
    expect(door.events.filter(({ user }) => user === id).at(-1)).toEqual({
      event: "user.sessions_ended",
      user: id,
      sessions: 2,
    });
    expect(await auth.sessions.endAll(id)).toBe(0);
    expect(await feltBy(door, await door.logIn(username))).toEqual(ALIVE);
  });

  it("does not come back when the clock is set back", async () => {
    const { tokens, id } = await begin();
    clock.advance(10);
    await auth.sessions.endAll(id);
    clock.advance(-3600);
    expect((await door.refresh(tokens.refresh_token)).body.code).toBe("invalid_grant");
    expect(await auth.sessions.list(id)).toEqual([]);
    clock.advance(3600);
    expect(await feltBy(door, tokens)).toEqual(ENDED);
  });
});

describe("a session that its user ends", () => {
  const caller = { address: "192.0.2.9" };
  let users = 0;

  async function beginHere() {
    const username = `user ${users++}`;
    const { userId, token, refreshToken } = await signUp(parts, { username, password: PASSWORD }, {});
    return { username, userId, token, refreshToken, sessionId: parts.verifier.verifySync(token).sid ?? "" };
  }
  const isAccepted = (token: string) => {
    try {
      return parts.verifier.verifySync(token) !== undefined;
    } catch {
      return false;
    }
  };

  it("is out at once, and the log tells who ended it", async () => {
    const { username, userId, sessionId, token, refreshToken } = await beginHere();
    const second = await logIn(parts, { username, password: PASSWORD }, {});
    await endOwnSession(parts, { userId, sessionId }, caller);
    expect(isAccepted(token)).toBe(false);
    await expect(refresh(parts, { refreshToken }, {})).rejects.toMatchObject(refusal("invalid_grant"));
    expect(isAccepted(second.token)).toBe(true);
    expect(parts.events.at(-1)).toEqual({ event: "session.ended", user: userId, session: sessionId, ...caller });
    expect((await parts.store.sessions.findWithUser(sessionId))?.session.endedWhy).toBe("ended_by_user");
  });

  it("is not found where it is another user's, unknown or over, and whatever lives goes on living", async () => {
    const [one, two] = [await beginHere(), await beginHere()];
    const events = parts.events.length;
    for (const sessionId of [two.sessionId, UNKNOWN, "", "\0", `${one.sessionId}\0`, "\ud800"]) {
      const ending = endOwnSession(parts, { userId: one.userId, sessionId }, caller);
      await expect(ending).rejects.toMatchObject(refusal("not_found"));
    }
    for (const { token, refreshToken } of [one, two]) {
      expect(isAccepted(token)).toBe(true);
      await refresh(parts, { refreshToken }, {});
    }
    expect(parts.events.length).toBe(events);
    await endOwnSession(parts, one, caller);
    await expect(endOwnSession(parts, one, caller)).rejects.toMatchObject(refusal("not_found"));
  });

  it("is one of the 100 used last in the list of its user, who may have begun any number", async () => {
    const { userId, sessionId } = await beginHere();
    const found = await parts.store.sessions.findWithUser(sessionId);
    if (found === undefined) throw new Error("The session is not there.");
    const { session, user } = found;
    const later = Array.from({ length: 101 }, (_, index) => {
      const lastUsedAt = session.lastUsedAt + 1 + index;
      return { ...session, id: uuidV7(lastUsedAt), lastUsedAt };
    });
    for (const each of later) await parts.store.sessions.start(each, user);
    const listed = (await listOwnSessions(parts, userId)).map(({ id }) => id);
    expect(listed).toEqual(
      later
        .slice(1)
        .toReversed()
        .map(({ id }) => id),
    );
    expect(await listSessions(parts, userId)).toHaveLength(102);
  });

  it("ends where a thousand newer ones live: the access token is refused, the log says so", async () => {
    const { userId, sessionId, username, token } = await beginHere();
    const found = await parts.store.sessions.findWithUser(sessionId);
    if (found === undefined) throw new Error("The session is not there.");
    const { session, user } = found;
    const later = Array.from({ length: 999 }, (_, index) => ({
      ...session,
      id: uuidV7(session.createdAt + index + 1),
    }));
    const used = later.map((each, index) => ({ ...each, lastUsedAt: session.lastUsedAt + index + 1 }));
    await Promise.all(used.map((each) => parts.store.sessions.start(each, user)));
    expect(isAccepted(token)).toBe(true);
    const newest = await logIn(parts, { username, password: PASSWORD }, {});
    expect([isAccepted(token), isAccepted(newest.token)]).toEqual([false, true]);
    expect(parts.events).toContainEqual({ event: "user.sessions_crowded_out", user: userId, sessions: 1 });
    expect(await listSessions(parts, userId)).toHaveLength(1000);
    await logOutEverywhere(parts, userId, caller);
    expect(await listSessions(parts, userId)).toEqual([]);
  });

  it("goes with all others, this one included", async () => {
    const { username, userId, token, refreshToken } = await beginHere();
    const other = await beginHere();
    const second = await logIn(parts, { username, password: PASSWORD }, {});
    await logOutEverywhere(parts, userId, caller);
    expect([token, second.token, other.token].map(isAccepted)).toEqual([false, false, true]);
    await expect(refresh(parts, { refreshToken }, {})).rejects.toMatchObject(refusal("invalid_grant"));
    const events = parts.events.filter(({ event, user }) => event === "user.logged_out_everywhere" && user === userId);
    expect(events).toEqual([{ event: "user.logged_out_everywhere", user: userId, sessions: 2, ...caller }]);
    expect(await listSessions(parts, userId)).toEqual([]);
  });
});
