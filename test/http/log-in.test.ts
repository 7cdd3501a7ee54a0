import { beforeAll, describe, expect, it } from "vitest";
import { claimsOf, newDatabase, ORIGIN, openAuth, PASSWORD, sql } from "./open-auth.js";

const API = "https://todo.example.com";
const database = newDatabase();
const door = await openAuth({ database, audiences: [API] });
const logIn = (body: object) => door.post("/token", body);

let userId: string;
beforeAll(async () => {
  userId = (await door.signUp("Ada Lovelace")).user_id;
});

describe("log-in", () => {
  it("answers 200 with the tokens of a new session", async () => {
    const { status, body, headers } = await logIn({ username: "Ada Lovelace", password: PASSWORD });
    expect(status).toBe(200);
    expect(body).toEqual({
      token: expect.any(String),
      user_id: userId,
      token_type: "Bearer",
      expires_in: 600,
      refresh_token: expect.stringMatching(/^lkr_[\w-]+$/),
    });
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it.each(["Ada Lovelace\0", "Ada Lovelace\0rest", "Ada Lovelace\u200b", "Ada Lovelace\ud800"])(
    "finds nobody by %j, which is no name",
    async (username) => {
      const { status, body } = await logIn({ username, password: PASSWORD });
      expect([status, body.code]).toEqual([401, "invalid_credentials"]);
    },
  );

  it("mints an access token of the profile rfc9068", async () => {
    const { token } = await door.logIn("Ada Lovelace");
    const seconds = Math.floor(door.clock.now() / 1000);
    const { header, claims } = door.auth.inspectSync(token);
    expect(header).toEqual({ alg: "ES256", typ: "at+jwt", kid: door.auth.jwks.keys[0]?.kid });
    expect(claims).toMatchObject({
      iss: ORIGIN,
      aud: ORIGIN,
      sub: userId,
      client_id: "latchkey",
      iat: seconds,
      exp: seconds + 600,
      auth_time: seconds,
      amr: ["pwd"],
      roles: [],
      jti: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      sid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
    });
  });

  it("begins a session of its own each time", async () => {
    const [first, second] = [await door.logIn("Ada Lovelace"), await door.logIn("Ada Lovelace")];
    expect(claimsOf(first.token).sid).not.toBe(claimsOf(second.token).sid);
    expect(claimsOf(first.token).jti).not.toBe(claimsOf(second.token).jti);
    expect(first.refresh_token).not.toBe(second.refresh_token);
  });

  it.each([
    ["case", "ADA LOVELACE"],
    ["width", "Ａｄａ Ｌｏｖｅｌａｃｅ"],
    ["kind of space", "Ada\u00a0Lovelace"],
  ])("finds the user in another %s", async (_what, username) => {
    expect((await logIn({ username, password: PASSWORD })).body.user_id).toBe(userId);
  });

  it.each([
    ["", 401],
    [" ", 401],
    ["x".repeat(1025), 401],
    ["\ud800", 401],
    ["x".repeat(6145), 400],
  ])("answers a password that nobody can have, of any length, without a 5xx", async (password, status) => {
    expect((await logIn({ username: "Ada Lovelace", password })).status).toBe(status);
    expect((await logIn({ username: "nobody", password })).status).toBe(status);
  });

  it("mints for a configured audience that is asked for, and such a token opens nothing here", async () => {
    const { token } = await door.logIn("Ada Lovelace", { audience: API });
    expect(claimsOf(token).aud).toBe(API);
    const { status, body } = await door.me(token);
    expect({ status, code: body.code, reason: body.reason }).toEqual({
      status: 401,
      code: "invalid_token",
      reason: "wrong_audience",
    });
  });

  it.each(["https://other.example.com", `${ORIGIN}/`, "", "todo", "\ud800"])(
    "answers 400 for the audience %j, which is not configured, and begins no session",
    async (audience) => {
      const before = await sql(database, "select count(*) as n from sessions");
      const { status, body } = await logIn({ username: "Ada Lovelace", password: PASSWORD, audience });
      expect({ status, code: body.code }).toEqual({ status: 400, code: "invalid_request" });
      expect(body.errors).toEqual([{ field: "audience", message: expect.stringMatching(/^[A-Z].+\.$/) }]);
      expect(await sql(database, "select count(*) as n from sessions")).toEqual(before);
    },
  );

  it("notes where the session came from, cut short", async () => {
    const body = { username: "Ada Lovelace", password: PASSWORD };
    const { sid } = claimsOf(
      (await door.post("/token", body, { "user-agent": "Agent ".repeat(200) })).body.token as string,
    );
    const [row] = await sql(database, "select user_agent, address from sessions where id = ?", sid);
    expect(row).toEqual({ user_agent: "Agent ".repeat(200).slice(0, 256), address: "192.0.2.7" });
  });

  it("believes no forwarded address", async () => {
    const { token } = (
      await door.post(
        "/token",
        { username: "Ada Lovelace", password: PASSWORD },
        { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9", "x-real-ip": "203.0.113.9" },
      )
    ).body;
    const rows = await sql(database, "select address from sessions where id = ?", claimsOf(token as string).sid);
    expect(rows).toEqual([{ address: "192.0.2.7" }]);
  });

  it("answers 503 with Retry-After where too many log-ins wait, and none of them is lost", async () => {
    const flood = await openAuth();
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, at) =>
        flood.from(`198.51.100.${at % 250}`).post("/token", { username: `nobody ${at}`, password: PASSWORD }),
      ),
    );
    const refused = answers.filter((answer) => answer.status === 503);
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([401, 503]));
    for (const { headers, body } of refused) {
      expect(headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
      expect(body.code).toBe("unavailable");
    }
    expect((await flood.post("/token", { username: "nobody", password: PASSWORD })).status).toBe(401);
  });
});
