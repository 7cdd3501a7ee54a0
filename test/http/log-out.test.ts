import { describe, expect, it } from "vitest";
import {
  bearer,
  claimsOf,
  createClock,
  newDatabase,
  ORIGIN,
  openAuth,
  sql,
  type Tokens,
  tokensOf,
} from "./open-auth.js";

const API = "https://todo.example.com";
const database = newDatabase();
const door = await openAuth({ database, audiences: [API] });

let users = 0;
const begin = (more: object = {}): Promise<Tokens> => door.signUp(`user ${users++}`, more);

const endOf = async ({ token }: Tokens) => {
  const [row] = await sql(database, "select ended_why as why from sessions where id = ?", claimsOf(token).sid);
  return (row as { why: string | null }).why;
};

/** Two servers on one database, and tokens that both accept. */
async function twoServers() {
  const options = { database: newDatabase() };
  const clock = createClock();
  const [one, other] = [await openAuth(options, clock), await openAuth(options, clock)];
  const tokens = await one.signUp("ada");
  expect((await other.me(tokens.token)).status).toBe(200);
  return { one, other, tokens };
}

/** Refused at the very next request, by whichever token it comes. */
async function expectEnded(tokens: Tokens): Promise<void> {
  expect((await door.me(tokens.token)).body).toMatchObject({ status: 401, code: "invalid_token", reason: "revoked" });
  expect((await door.refresh(tokens.refresh_token)).body).toMatchObject({ status: 401, code: "invalid_grant" });
  expect(await endOf(tokens)).toBe("log_out");
}

describe("log-out", () => {
  it("by the access token ends the session at the very next request", async () => {
    const tokens = await begin();
    expect((await door.me(tokens.token)).status).toBe(200);
    const { status, text, headers } = await door.logOut(bearer(tokens.token));
    expect([status, text]).toEqual([204, ""]);
    expect(headers.get("set-cookie")).toBeNull();
    await expectEnded(tokens);
  });

  it("by an access token that has expired ends the session", async () => {
    const tokens = await begin();
    door.clock.advance(3600);
    expect((await door.logOut(bearer(tokens.token))).status).toBe(204);
    expect((await door.refresh(tokens.refresh_token)).status).toBe(401);
    expect(await endOf(tokens)).toBe("log_out");
  });

  it("by the refresh token ends the session", async () => {
    const tokens = await begin();
    expect((await door.logOut({}, { refresh_token: tokens.refresh_token })).status).toBe(204);
    await expectEnded(tokens);
  });

  it("by a refresh token that was used already ends the session, its successor too", async () => {
    const tokens = await begin();
    const second = tokensOf(await door.refresh(tokens.refresh_token));
    door.clock.advance(300);
    expect((await door.logOut({}, { refresh_token: tokens.refresh_token })).status).toBe(204);
    await expectEnded(tokens);
    await expectEnded(second);
  });

  it("by the first access token ends what was refreshed since", async () => {
    const first = await begin();
    const second = tokensOf(await door.refresh(first.refresh_token));
    expect((await door.logOut(bearer(first.token))).status).toBe(204);
    await expectEnded(second);
  });

  it("by two tokens of two sessions ends both", async () => {
    const [one, other] = [await begin(), await begin()];
    expect((await door.logOut(bearer(one.token), { refresh_token: other.refresh_token })).status).toBe(204);
    await expectEnded(one);
    await expectEnded(other);
  });

  it("leaves the user's other sessions alone", async () => {
    const tokens = await begin();
    const other = await door.logIn(`user ${users - 1}`);
    await door.logOut(bearer(tokens.token));
    expect((await door.me(other.token)).status).toBe(200);
    expect((await door.refresh(other.refresh_token)).status).toBe(200);
  });

  it("answers 204 a second time, and writes nothing", async () => {
    const tokens = await begin();
    for (let time = 0; time < 3; time++) {
      expect((await door.logOut(bearer(tokens.token))).status).toBe(204);
      expect((await door.logOut({}, { refresh_token: tokens.refresh_token })).status).toBe(204);
    }
    const { sid } = claimsOf(tokens.token);
    expect(await sql(database, "select kind, subject from revocations where subject = ?", sid)).toEqual([
      { kind: "session", subject: sid },
    ]);
    expect(door.events.filter((event) => event.event === "user.logged_out" && event.session === sid)).toHaveLength(1);
  });

  it.each<[string, Record<string, string>, unknown?]>([
    ["nothing", {}],
    ["a token of garbage", bearer("garbage")],
    ["three segments of garbage", bearer("a.b.c")],
    ["another scheme", { authorization: "Basic YWRhOnB3" }],
    ["a refresh token of garbage", {}, { refresh_token: "garbage" }],
    ["an empty refresh token", {}, { refresh_token: "" }],
    ["an empty object", {}, {}],
    ["a cookie of garbage", { cookie: "__Host-latchkey=garbage", origin: ORIGIN }],
    ["an empty cookie", { cookie: "__Host-latchkey=", origin: ORIGIN }],
    ["Bearer without a token", { authorization: "Bearer " }],
    ["Bearer with two tokens", { authorization: "Bearer a b" }],
  ])("answers 204 for %s, and ends nobody's session", async (_what, headers, body) => {
    const tokens = await begin();
    expect((await door.logOut(headers, body)).status).toBe(204);
    expect((await door.me(tokens.token)).status).toBe(200);
    expect(await endOf(tokens)).toBeNull();
  });

  it("ends the session of the refresh token though the access token is gone (an empty Bearer)", async () => {
    const tokens = await begin();
    await door.logOut({ authorization: "Bearer " }, { refresh_token: tokens.refresh_token });
    await expectEnded(tokens);
  });

  it("answers 204 for an access token of another server, and for a forged refresh token, and ends nothing", async () => {
    const tokens = await begin();
    const other = await openAuth();
    const foreign = await other.signUp("ada");
    expect((await door.logOut(bearer(foreign.token), { refresh_token: foreign.refresh_token })).status).toBe(204);
    const forged = `${tokens.refresh_token.slice(0, -8)}AAAAAAAA`;
    expect((await door.logOut({}, { refresh_token: forged })).status).toBe(204);
    expect((await door.logOut(bearer(`${tokens.token.slice(0, -8)}AAAAAAAA`))).status).toBe(204);
    expect((await door.me(tokens.token)).status).toBe(200);
  });

  it("by an access token for some API of this server ends the session", async () => {
    const tokens = await begin();
    const forApi = tokensOf(await door.refresh(tokens.refresh_token, { audience: API }));
    expect((await door.logOut(bearer(forApi.token))).status).toBe(204);
    await expectEnded({ ...forApi, token: tokens.token });
  });

  it.each<[string, (first: Tokens) => Promise<Tokens>]>([
    ["the first one", async (first) => first],
    ["one of a refresh", async ({ refresh_token }) => refreshedAfter(300, refresh_token)],
    [
      "one of a refresh that was answered again",
      async ({ refresh_token }) => {
        await door.refresh(refresh_token);
        return refreshedAfter(20, refresh_token);
      },
    ],
  ])("is remembered until the last access token has expired, an hour and a minute: %s", async (_what, lastOf) => {
    const last = await lastOf(await begin());
    await door.logOut({}, { refresh_token: last.refresh_token });
    const { sid, exp } = claimsOf(last.token);
    const rows = await sql(database, "select before, until from revocations where subject = ?", sid);
    const { before, until } = rows[0] as { before: null; until: number };
    expect([rows.length, before]).toEqual([1, null]);
    expect(until - Number(exp) * 1000).toBeGreaterThanOrEqual(3_660_000);
    expect(until - Number(exp) * 1000).toBeLessThanOrEqual(3_661_000);
  });

  async function refreshedAfter(seconds: number, refreshToken: string): Promise<Tokens> {
    door.clock.advance(seconds);
    return tokensOf(await door.refresh(refreshToken));
  }

  it("refuses unknown members", async () => {
    expect((await door.logOut({}, { refresh_token: "x", everywhere: true })).status).toBe(400);
  });

  it("is known to another server on the same database in a moment", async () => {
    const { one, other, tokens } = await twoServers();
    await one.logOut(bearer(tokens.token));
    expect((await other.refresh(tokens.refresh_token)).status).toBe(401);
    await expect
      .poll(async () => (await other.me(tokens.token)).body.reason, { interval: 20, timeout: 2000 })
      .toBe("revoked");
  });

  it("of a session that another server has ended already takes effect here when it answers", async () => {
    const { one, other, tokens } = await twoServers();
    await one.logOut(bearer(tokens.token));
    await other.logOut(bearer(tokens.token));
    expect((await other.me(tokens.token)).body.reason).toBe("revoked");
  });

  it("outlives a restart", async () => {
    const path = newDatabase();
    const clock = createClock();
    const before = await openAuth({ database: path }, clock);
    const [gone, kept] = [await before.signUp("ada"), await before.logIn("ada")];
    await before.logOut(bearer(gone.token));
    await before.auth.close();
    const after = await openAuth({ database: path }, clock);
    expect((await after.me(gone.token)).body.reason).toBe("revoked");
    expect((await after.refresh(gone.refresh_token)).status).toBe(401);
    expect((await after.me(kept.token)).status).toBe(200);
    expect((await after.refresh(kept.refresh_token)).status).toBe(200);
  });
});
