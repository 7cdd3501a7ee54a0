import { describe, expect, it } from "vitest";
import {
  type Answer,
  claimsOf,
  createClock,
  DAY,
  newDatabase,
  type OpenAuth,
  ORIGIN,
  openAuth,
  sql,
  type Tokens,
  tokensOf,
} from "./open-auth.js";

const API = "https://todo.example.com";
const database = newDatabase();
const door = await openAuth({ database, audiences: [API] });
const { clock } = door;

let users = 0;
/** A new user's first tokens, of generation 0. */
const begin = (): Promise<Tokens> => door.signUp(`user ${users++}`);
const next = async (refreshToken: string): Promise<Tokens> => tokensOf(await door.refresh(refreshToken));
const verdict = ({ status, body }: Answer) => [status, body.code];
const REFUSED = [401, "invalid_grant"];

const sessionOf = async ({ token }: Tokens) => {
  const [row] = await sql(database, "select * from sessions where id = ?", claimsOf(token).sid);
  return row as { generation: number; ended_at: number | null; ended_why: string | null; rotated_at: number };
};

describe("refresh", () => {
  it("answers 200 as log-in does, with other tokens of the same session", async () => {
    const first = await begin();
    clock.advance(60);
    const { status, body, headers } = await door.refresh(first.refresh_token);
    expect(status).toBe(200);
    expect(body).toEqual({
      token: expect.any(String),
      user_id: first.user_id,
      token_type: "Bearer",
      expires_in: 600,
      refresh_token: expect.stringMatching(/^lkr_[\w-]+$/),
    });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("set-cookie")).toBeNull();
    expect(body.refresh_token).not.toBe(first.refresh_token);
    const [before, after] = [claimsOf(first.token), claimsOf(body.token as string)];
    expect(after).toEqual({ ...before, iat: Number(before.iat) + 60, exp: Number(before.exp) + 60, jti: after.jti });
    expect(after.jti).not.toBe(before.jti);
    expect((await door.me(body.token as string)).status).toBe(200);
    expect((await door.me(first.token)).status).toBe(200);
  });

  it("goes on for as many generations as one likes", async () => {
    let tokens = await begin();
    for (let turn = 0; turn < 20; turn++) tokens = await next(tokens.refresh_token);
    expect((await sessionOf(tokens)).generation).toBe(20);
  });

  it("mints for the audience that is asked for, and for the server again where none is", async () => {
    const first = await begin();
    const forApi = tokensOf(await door.refresh(first.refresh_token, { audience: API }));
    expect(claimsOf(forApi.token).aud).toBe(API);
    expect((await door.me(forApi.token)).body.reason).toBe("wrong_audience");
    const again = await next(forApi.refresh_token);
    expect(claimsOf(again.token).aud).toBe(ORIGIN);
    expect((await door.me(again.token)).status).toBe(200);
  });

  it("answers 400 for an audience that is not configured, and rotates nothing", async () => {
    const first = await begin();
    const { status, body } = await door.refresh(first.refresh_token, { audience: "https://other.example.com" });
    expect({ status, code: body.code }).toEqual({ status: 400, code: "invalid_request" });
    expect((await sessionOf(first)).generation).toBe(0);
  });

  it.each([
    ["no body", undefined],
    ["an empty object", {}],
    ["an audience alone", { audience: ORIGIN }],
  ])("answers 400 for %s", async (_what, body) => {
    const answer =
      body === undefined
        ? await door.call("/token/refresh", { method: "POST" })
        : await door.post("/token/refresh", body);
    expect(verdict(answer)).toEqual([400, "invalid_request"]);
    expect(answer.body.errors).toEqual([{ field: "refresh_token", message: expect.stringMatching(/^[A-Z].+\.$/) }]);
  });
});

describe("a refresh token", () => {
  it("gets the same successor again for less than 30 seconds, and the window does not move", async () => {
    const first = await begin();
    const second = await next(first.refresh_token);
    for (const seconds of [0, 10, 19.999]) {
      clock.advance(seconds);
      const again = await next(first.refresh_token);
      expect(again.refresh_token).toBe(second.refresh_token);
      expect(claimsOf(again.token).jti).not.toBe(claimsOf(second.token).jti);
      expect((await door.me(again.token)).status).toBe(200);
    }
    expect((await sessionOf(first)).generation).toBe(1);
    clock.advance(0.001);
    expect(verdict(await door.refresh(first.refresh_token))).toEqual(REFUSED);
    expect(await sessionOf(first)).toMatchObject({ generation: 1, ended_why: "replay" });
  });

  it("ends its session when it is used again after 30 seconds: every token of it is refused at once", async () => {
    const first = await begin();
    const second = await next(first.refresh_token);
    clock.advance(30);
    expect((await door.me(second.token)).status).toBe(200);
    const replay = await door.refresh(first.refresh_token);
    expect(verdict(replay)).toEqual(REFUSED);
    for (const { token } of [first, second]) {
      expect((await door.me(token)).body).toMatchObject({ status: 401, code: "invalid_token", reason: "revoked" });
    }
    expect(verdict(await door.refresh(second.refresh_token))).toEqual(REFUSED);
    expect(door.events.filter((event) => event.event === "session.replayed").at(-1)).toEqual({
      event: "session.replayed",
      user: first.user_id,
      session: claimsOf(first.token).sid,
      address: "192.0.2.7",
      request: replay.headers.get("x-request-id"),
    });
  });

  it("ends its session at once when it is older than the direct predecessor", async () => {
    const first = await begin();
    const second = await next(first.refresh_token);
    const third = await next(second.refresh_token);
    expect(verdict(await door.refresh(first.refresh_token))).toEqual(REFUSED);
    expect(verdict(await door.refresh(second.refresh_token))).toEqual(REFUSED);
    expect(verdict(await door.refresh(third.refresh_token))).toEqual(REFUSED);
    expect((await door.me(third.token)).body.reason).toBe("revoked");
    const { sid } = claimsOf(first.token);
    expect(door.events.filter((event) => event.event === "session.replayed" && event.session === sid)).toHaveLength(1);
  });

  it("ends only its own session: the user's others live on", async () => {
    const first = await begin();
    const { username } = (await door.me(first.token)).body;
    const other = await door.logIn(username as string);
    await next((await next(first.refresh_token)).refresh_token);
    expect(verdict(await door.refresh(first.refresh_token))).toEqual(REFUSED);
    expect((await door.me(other.token)).status).toBe(200);
    expect((await door.refresh(other.refresh_token)).status).toBe(200);
  });

  it("does not bring an expired session back when the clock is set back", async () => {
    const { clock, signUp, refresh } = await openAuth({ idleSeconds: 3600 });
    const { refresh_token } = await signUp("ada");
    clock.advance(3601);
    expect((await refresh(refresh_token)).status).toBe(401);
    clock.advance(-3601);
    expect((await refresh(refresh_token)).status).toBe(401);
  });

  it("counts as a replay where the clock was set back after the rotation", async () => {
    const first = await begin();
    await next(first.refresh_token);
    clock.advance(-1);
    expect(verdict(await door.refresh(first.refresh_token))).toEqual(REFUSED);
    expect((await sessionOf(first)).ended_why).toBe("replay");
  });

  it("never works twice where the window is closed (graceSeconds: 0)", async () => {
    const strict = await openAuth({ graceSeconds: 0 });
    const first = await strict.signUp("ada");
    const second = tokensOf(await strict.refresh(first.refresh_token));
    expect(verdict(await strict.refresh(first.refresh_token))).toEqual(REFUSED);
    expect(verdict(await strict.refresh(second.refresh_token))).toEqual(REFUSED);
  });

  it("of a generation that the session has not reached changes nothing", async () => {
    const first = await begin();
    const third = await next((await next(first.refresh_token)).refresh_token);
    await sql(database, "update sessions set generation = 1 where id = ?", claimsOf(first.token).sid);
    expect(verdict(await door.refresh(third.refresh_token))).toEqual(REFUSED);
    expect(await sessionOf(first)).toMatchObject({ generation: 1, ended_at: null });
    expect((await door.me(first.token)).status).toBe(200);
  });

  it.each([
    ["an access token", async () => (await begin()).token],
    ["a refresh token of another server", async () => (await (await openAuth()).signUp("ada")).refresh_token],
    ["nothing", async () => ""],
    ["its prefix alone", async () => "lkr_"],
    ["a session that there never was", async () => `lkr_${Buffer.alloc(57, 1).toString("base64url")}`],
  ])("cannot be %s", async (_what, token) => {
    const answer = await door.refresh((await token()).slice(0, 512));
    expect(verdict(answer)).toEqual(REFUSED);
    expect(answer.headers.get("www-authenticate")).toBeNull();
  });
});

describe("a session", () => {
  it("lives until it was idle for seven days", async () => {
    const { clock: time, ...other } = await openAuth();
    const first = await other.signUp("ada");
    time.advance(7 * DAY - 0.001);
    const second = tokensOf(await other.refresh(first.refresh_token));
    time.advance(7 * DAY);
    expect(verdict(await other.refresh(second.refresh_token))).toEqual(REFUSED);
  });

  it("lives for thirty days in all, however often it is refreshed", async () => {
    const { clock: time, ...other } = await openAuth();
    let tokens = await other.signUp("ada");
    for (let week = 0; week < 5; week++) {
      time.advance(6 * DAY - 0.001);
      tokens = tokensOf(await other.refresh(tokens.refresh_token));
    }
    time.advance(0.004);
    expect((await other.refresh(tokens.refresh_token)).status).toBe(200);
    time.advance(0.001);
    expect(verdict(await other.refresh(tokens.refresh_token))).toEqual(REFUSED);
  });

  it.each([
    ["idle for too long", { idleSeconds: 60, absoluteSeconds: 600 }],
    ["older than it may be", { idleSeconds: 600, absoluteSeconds: 60 }],
  ])("that was presented when it was %s has ended, and does not come back with the clock", async (_how, options) => {
    const path = newDatabase();
    const { clock: time, ...other } = await openAuth({ database: path, ...options });
    const { refresh_token } = await other.signUp("ada");
    time.advance(60);
    expect(verdict(await other.refresh(refresh_token))).toEqual(REFUSED);
    expect(await sql(path, "select ended_why from sessions")).toEqual([{ ended_why: "expired" }]);
    time.advance(-60);
    expect(verdict(await other.refresh(refresh_token))).toEqual(REFUSED);
  });

  it.each([
    ["idle for too long", { idleSeconds: 60, absoluteSeconds: 600 }],
    ["older than it may be", { idleSeconds: 600, absoluteSeconds: 60 }],
  ])("that is %s is simply over: an old token of it is no replay any more", async (_how, options) => {
    const { clock: time, events, ...other } = await openAuth(options);
    const first = await other.signUp("ada");
    await other.refresh(tokensOf(await other.refresh(first.refresh_token)).refresh_token);
    time.advance(60);
    expect(verdict(await other.refresh(first.refresh_token))).toEqual(REFUSED);
    expect(events.map((event) => event.event)).toEqual(["user.signed_up"]);
  });

  it("is not revived by a clock that is set back after it ended", async () => {
    const first = await begin();
    await door.logOut({ authorization: `Bearer ${first.token}` });
    clock.advance(-3600);
    expect(verdict(await door.refresh(first.refresh_token))).toEqual(REFUSED);
    clock.advance(3600);
  });
});

describe("a hundred refreshes of one token at once", () => {
  const successorsOf = (answers: readonly Answer[]) => [...new Set(answers.map((each) => each.body.refresh_token))];
  const statusesOf = (answers: readonly Answer[]) => [...new Set(answers.map((each) => each.status))];

  it("yield one successor through two servers on one database", async () => {
    const shared = newDatabase();
    const time = createClock();
    const servers = [await openAuth({ database: shared }, time), await openAuth({ database: shared }, time)] as const;
    const first = await servers[0].signUp("ada");
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, turn) => (servers[turn % 2] as OpenAuth).refresh(first.refresh_token)),
    );
    expect(statusesOf(answers)).toEqual([200]);
    expect(successorsOf(answers)).toHaveLength(1);
    expect(await sql(shared, "select generation, ended_at from sessions")).toEqual([{ generation: 1, ended_at: null }]);
    for (const server of servers)
      for (const { body } of answers.slice(0, 4)) {
        expect((await server.me(body.token as string)).status).toBe(200);
      }
  });

  it("of a replayed token end the session once, and all are refused", async () => {
    const first = await begin();
    await next((await next(first.refresh_token)).refresh_token);
    const answers = await Promise.all(Array.from({ length: 50 }, () => door.refresh(first.refresh_token)));
    expect(answers.map(verdict)).toEqual(Array(50).fill(REFUSED));
    const { sid } = claimsOf(first.token);
    expect(await sql(database, "select count(*) as n from revocations where subject = ?", sid)).toEqual([{ n: 1 }]);
  });

  it("beside one log-out leave nothing that works", async () => {
    const first = await begin();
    const refreshes = Array.from({ length: 30 }, () => door.refresh(first.refresh_token));
    const [, ...answers] = await Promise.all([door.logOut({}, { refresh_token: first.refresh_token }), ...refreshes]);
    expect(statusesOf(answers).every((status) => status === 200 || status === 401)).toBe(true);
    for (const { body } of answers.filter((answer) => answer.status === 200)) {
      expect((await door.me(body.token as string)).body.reason).toBe("revoked");
      expect(verdict(await door.refresh(body.refresh_token as string))).toEqual(REFUSED);
    }
  });
});
