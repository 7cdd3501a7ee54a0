import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, bearer, claimsOf, DAY, newDatabase, ORIGIN, openAuth, PASSWORD, sql } from "./open-auth.js";

const NAME = "__Host-latchkey";
const APP = "https://app.example.com";
const database = newDatabase();
const door = await openAuth({ database, origins: [APP] });
const own = { origin: ORIGIN };

beforeAll(() => door.signUp("ada"));

const credentials = { username: "ada", password: PASSWORD, transport: "cookie" };
const cookieOf = ({ headers }: Answer) => /^__Host-latchkey=([^;]*)/.exec(headers.get("set-cookie") ?? "")?.[1] ?? "";
const withCookie = (value: string, more: Record<string, string> = own) => ({ cookie: `${NAME}=${value}`, ...more });
const refresh = (value: string, more: Record<string, string> = own) =>
  door.call("/token/refresh", { method: "POST", headers: withCookie(value, more) });

const stateOf = async (token: unknown) =>
  (await sql(database, "select generation, ended_at from sessions where id = ?", claimsOf(token as string).sid))[0];
const UNTOUCHED = { generation: 0, ended_at: null };

async function begin() {
  const answer = await door.post("/token", credentials, own);
  expect(answer.status).toBe(200);
  return { token: answer.body.token as string, cookie: cookieOf(answer), answer };
}

describe("transport: cookie", () => {
  it.each([
    ["log-in", () => door.post("/token", credentials, own), 200],
    ["sign-up", () => door.post("/signup", { ...credentials, username: "berta" }, own), 201],
  ])("puts the refresh token of a %s into the cookie, and not into the body", async (_act, send, status) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      token: expect.any(String),
      user_id: expect.any(String),
      token_type: "Bearer",
      expires_in: 600,
    });
    const [value, ...attributes] = (answer.headers.get("set-cookie") ?? "").split("; ");
    expect(value).toMatch(/^__Host-latchkey=lkr_[\w-]+$/);
    expect(attributes.toSorted()).toEqual(["HttpOnly", `Max-Age=${30 * DAY}`, "Path=/", "SameSite=Strict", "Secure"]);
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it("refreshes cookie in, cookie out, without a refresh_token in the body", async () => {
    const { cookie, token } = await begin();
    const answer = await refresh(cookie);
    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty("refresh_token");
    expect(cookieOf(answer)).toMatch(/^lkr_/);
    expect(cookieOf(answer)).not.toBe(cookie);
    expect(claimsOf(answer.body.token as string).sid).toBe(claimsOf(token).sid);
    expect((await door.me(answer.body.token as string)).status).toBe(200);
  });

  it("keeps the cookie for what is left of the thirty days", async () => {
    const other = await openAuth();
    await other.signUp("ada");
    const first = await other.post("/token", credentials, own);
    other.clock.advance(5 * DAY);
    const second = await other.call("/token/refresh", { method: "POST", headers: withCookie(cookieOf(first)) });
    expect(second.headers.get("set-cookie")).toContain(`; Max-Age=${25 * DAY}`);
  });

  it("takes an audience in the body beside the cookie", async () => {
    const { cookie } = await begin();
    const answer = await door.post("/token/refresh", { audience: ORIGIN }, withCookie(cookie));
    expect([answer.status, cookieOf(answer).slice(0, 4)]).toEqual([200, "lkr_"]);
  });

  it("gives a new value at log-in whatever cookie came with it", async () => {
    const { cookie } = await begin();
    const answer = await door.post("/token", credentials, withCookie(cookie));
    expect(cookieOf(answer)).toMatch(/^lkr_/);
    expect(cookieOf(answer)).not.toBe(cookie);
    const fixed = await door.post("/token", credentials, withCookie("lkr_fixed"));
    expect(cookieOf(fixed)).not.toContain("fixed");
  });
});

describe("the cookie and the body", () => {
  it("together are answered 400, and change nothing", async () => {
    const { cookie, token } = await begin();
    for (const inBody of [cookie, "", "lkr_other"]) {
      const answer = await door.post("/token/refresh", { refresh_token: inBody }, withCookie(cookie));
      expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
    }
    expect(await stateOf(token)).toEqual(UNTOUCHED);
  });

  it("keep their tokens apart: the cookie's token is refused in the body", async () => {
    const { cookie, token } = await begin();
    const answer = await door.refresh(cookie);
    expect([answer.status, answer.body.code]).toEqual([401, "invalid_grant"]);
    expect(await stateOf(token)).toEqual(UNTOUCHED);
  });

  it("keep their tokens apart: the body's token is refused in the cookie", async () => {
    const tokens = await door.logIn("ada");
    const answer = await refresh(tokens.refresh_token);
    expect([answer.status, answer.body.code]).toEqual([401, "invalid_grant"]);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(await stateOf(tokens.token)).toEqual(UNTOUCHED);
  });

  it("stands twice: 400", async () => {
    const { cookie, token } = await begin();
    for (const value of [`${NAME}=${cookie}; ${NAME}=${cookie}`, `${NAME}=lkr_x; a=b;${NAME}=${cookie}`]) {
      const answer = await door.call("/token/refresh", { method: "POST", headers: { ...own, cookie: value } });
      expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
    }
    expect(await stateOf(token)).toEqual(UNTOUCHED);
  });

  it.each(["latchkey", "__host-latchkey", "__Secure-latchkey", "x__Host-latchkey", "__Host-latchkey2"])(
    "is not looked for under the name %s",
    async (name) => {
      const { cookie } = await begin();
      const headers = { ...own, cookie: `${name}=${cookie}` };
      const answer = await door.call("/token/refresh", { method: "POST", headers });
      expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
    },
  );

  it("is found among others", async () => {
    const { cookie } = await begin();
    const headers = { ...own, cookie: `a=b; theme="dark";${NAME}=${cookie}; z=__Host-latchkey=x` };
    expect((await door.call("/token/refresh", { method: "POST", headers })).status).toBe(200);
  });
});

describe("a refresh that loses", () => {
  it.each([
    ["a token of garbage", async () => "garbage"],
    ["an empty cookie", async () => ""],
    ["a forged token", async () => `${(await begin()).cookie.slice(0, -6)}AAAAAA`],
    ["a replayed token", async () => replayed()],
  ])("never clears the cookie: %s", async (_what, value) => {
    const answer = await refresh(await value());
    expect([answer.status, answer.body.code]).toEqual([401, "invalid_grant"]);
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  it("in a race of twenty gets the same cookie as the winner", async () => {
    const { cookie } = await begin();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(cookie)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    expect(new Set(answers.map(cookieOf)).size).toBe(1);
  });

  async function replayed(): Promise<string> {
    const { cookie } = await begin();
    await refresh(cookieOf(await refresh(cookie)));
    return cookie;
  }
});

describe("log-out by the cookie", () => {
  it("ends the session and takes the cookie away", async () => {
    const { cookie, token } = await begin();
    const answer = await door.logOut(withCookie(cookie));
    expect(answer.status).toBe(204);
    const [value, ...attributes] = (answer.headers.get("set-cookie") ?? "").split("; ");
    expect(value).toBe(`${NAME}=`);
    expect(attributes.toSorted()).toEqual(["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Strict", "Secure"]);
    expect((await door.me(token)).body.reason).toBe("revoked");
    expect((await refresh(cookie)).status).toBe(401);
  });

  it("takes away a cookie that is worth nothing", async () => {
    expect((await door.logOut(withCookie("garbage"))).headers.get("set-cookie")).toContain("Max-Age=0");
  });

  it("ends the session of the refresh token in the body, too", async () => {
    const [{ cookie, token }, other] = [await begin(), await door.logIn("ada")];
    expect((await door.logOut(withCookie(cookie), { refresh_token: other.refresh_token })).status).toBe(204);
    expect((await door.me(token)).status).toBe(401);
    expect((await door.me(other.token)).status).toBe(401);
  });

  it("ends the session of the access token beside it, too", async () => {
    const [one, other] = [await begin(), await begin()];
    expect((await door.logOut({ ...withCookie(one.cookie), ...bearer(other.token) })).status).toBe(204);
    expect((await door.me(one.token)).status).toBe(401);
    expect((await door.me(other.token)).status).toBe(401);
  });
});

describe("the origin of a request", () => {
  it.each<[string, Record<string, string>]>([
    ["the server's own", own],
    ["a listed one", { origin: APP }],
    ["the server's own, from a page of it", { ...own, "sec-fetch-site": "same-origin" }],
    ["a listed one of the same site", { origin: APP, "sec-fetch-site": "same-site" }],
  ])("may set and read the cookie: %s", async (_what, headers) => {
    const answer = await door.post("/token", credentials, headers);
    expect(answer.status).toBe(200);
    expect((await refresh(cookieOf(answer), headers)).status).toBe(200);
    expect((await door.logOut(withCookie(cookieOf(answer), headers))).status).toBe(204);
  });

  it("is not asked where no cookie is in play", async () => {
    const tokens = await door.logIn("ada");
    const foreign = { origin: "https://evil.example.com", "sec-fetch-site": "cross-site" };
    expect((await door.post("/token", { username: "ada", password: PASSWORD }, foreign)).status).toBe(200);
    expect((await door.post("/token/refresh", { refresh_token: tokens.refresh_token }, foreign)).status).toBe(200);
    expect((await door.get("/me", { ...bearer(tokens.token), ...foreign })).status).toBe(200);
  });
});

describe("the listed origins", () => {
  it.each(["*", "null", "app.example.com", "https://app.example.com/", "https://app.example.com/app", "", "data:x"])(
    "cannot hold %j: the server does not start",
    async (origin) => {
      await expect(openAuth({ origins: [origin] })).rejects.toThrow(TypeError);
    },
  );
});
