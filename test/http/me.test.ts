import { createIssuer, generateKey } from "latchkey/tokens";
import { beforeAll, describe, expect, it } from "vitest";
import { bearer, newDatabase, ORIGIN, openAuth, PASSWORD, sql, type Tokens } from "./open-auth.js";

const database = newDatabase();
const door = await openAuth({ database });

let ada: Tokens;
beforeAll(async () => {
  ada = await door.signUp("Ada", { email: "ada@example.com" });
});

describe("GET /me", () => {
  it("answers 200 with who is calling", async () => {
    const { status, body, headers } = await door.me(ada.token);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: ada.user_id,
      username: "Ada",
      email: "ada@example.com",
      roles: [],
      created_at: new Date(door.clock.now()).toISOString(),
    });
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it.each(["bearer", "BEARER", "BeArEr"])("takes the scheme written %s", async (scheme) => {
    expect((await door.get("/me", { authorization: `${scheme} ${ada.token}` })).status).toBe(200);
  });

  it("answers 401 with the bare challenge where no token came", async () => {
    const { status, body, headers } = await door.get("/me");
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe("Bearer");
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(body).toEqual({ type: "about:blank", title: expect.any(String), status: 401, code: "token_required" });
  });

  it.each([
    ["a refresh token", () => ada.refresh_token, "wrong_segments"],
    ["garbage", () => "abc", "wrong_segments"],
    ["three segments of garbage", () => "a.b.c", "not_base64url"],
    ["a changed signature", () => `${ada.token.slice(0, -4)}AAAA`, "bad_signature"],
    ["an unsigned token", () => unsigned(ada.token), "algorithm_mismatch"],
    ["a token of another key", () => foreignToken(), "key_unknown"],
    ["a token of more than 8 KiB", () => `${ada.token}${"A".repeat(20_000)}`, "too_large"],
  ])("answers 401 invalid_token for %s, and says why", async (_what, token, reason) => {
    const { status, body, headers, text } = await door.me(token());
    expect({ status, code: body.code, reason: body.reason }).toEqual({ status: 401, code: "invalid_token", reason });
    expect(headers.get("www-authenticate")).toMatch(/^Bearer error="invalid_token", error_description="[^"]+"$/);
    expect(text).not.toContain(token());
  });

  it.each(["?access_token=", "?token=", "?jwt="])("takes no token from the query %s", async (query) => {
    const { status, body } = await door.get(`/me${query}${ada.token}`);
    expect({ status, code: body.code }).toEqual({ status: 401, code: "token_required" });
  });

  it.each(["__Host-latchkey", "token", "access_token", "access_token_cookie"])(
    "takes no token from the cookie %s",
    async (name) => {
      const headers = { cookie: `${name}=${ada.token}`, origin: ORIGIN };
      expect((await door.get("/me", headers)).body.code).toBe("token_required");
      const refresh = { cookie: `${name}=${ada.refresh_token}`, origin: ORIGIN };
      expect((await door.get("/me", refresh)).body.code).toBe("token_required");
    },
  );

  it("answers a token until it has expired, with five seconds for clocks that differ", async () => {
    const { clock, ...other } = await openAuth();
    const { token } = await other.signUp("ada");
    clock.advance(604.999);
    expect((await other.me(token)).status).toBe(200);
    clock.advance(0.001);
    expect((await other.me(token)).body).toMatchObject({ status: 401, code: "invalid_token", reason: "expired" });
  });

  it("refuses a token from before the clock was set back by more than five seconds", async () => {
    const { clock, ...other } = await openAuth();
    const { token } = await other.signUp("ada");
    clock.advance(-6);
    expect((await other.me(token)).body).toMatchObject({ status: 401, reason: "issued_in_future" });
  });

  it("answers 401 where the account is gone", async () => {
    const { token, user_id } = await door.signUp("Gone");
    await sql(database, "delete from users where id = ?", user_id);
    const { status, body, headers } = await door.me(token);
    expect({ status, code: body.code }).toEqual({ status: 401, code: "invalid_token" });
    expect(headers.get("www-authenticate")).toMatch(/^Bearer error="invalid_token"/);
  });

  it("refuses a token of another server's key set, same names and all", async () => {
    const other = await openAuth();
    const { token } = await other.signUp("ada");
    expect((await door.me(token)).body.reason).toBe("key_unknown");
  });

  it("answers HEAD as GET without the body", async () => {
    const allowed = await door.call("/me", { method: "HEAD", headers: bearer(ada.token) });
    expect([allowed.status, allowed.text]).toEqual([200, ""]);
    const refused = await door.call("/me", { method: "HEAD" });
    expect([refused.status, refused.text]).toEqual([401, ""]);
    expect(refused.headers.get("www-authenticate")).toBe("Bearer");
  });
});

function unsigned(token: string): string {
  const [header = "", payload] = token.split(".");
  const { kid } = JSON.parse(Buffer.from(header, "base64url").toString()) as { kid: string };
  const none = Buffer.from(JSON.stringify({ alg: "none", typ: "at+jwt", kid })).toString("base64url");
  return `${none}.${payload}.`;
}

function foreignToken(): string {
  const keys = [generateKey({ alg: "ES256" })];
  const issuer = createIssuer({ issuer: ORIGIN, audience: ORIGIN, clientId: "latchkey", keys, now: door.clock.now });
  return issuer.mint({ sub: ada.user_id });
}

describe("who accepts a session", () => {
  const accept = { accept: "application/vnd.latchkey.session+json, application/json" };

  it("is told with the tokens who it is, as /me would say it", async () => {
    const account = { username: "grace", password: PASSWORD, email: "grace@example.com" };
    const signedUp = await door.post("/signup", account, accept);
    const me = await door.me(String(signedUp.body.token));
    expect(me.body).toMatchObject({ username: "grace", email: "grace@example.com" });
    const loggedIn = await door.post("/token", { username: "GRACE", password: PASSWORD }, accept);
    const { refresh_token } = loggedIn.body;
    const refreshed = await door.post("/token/refresh", { refresh_token }, accept);
    expect([signedUp, loggedIn, refreshed].map(({ body }) => body.user)).toEqual([me.body, me.body, me.body]);
  });

  it("is told of the roles of this moment", async () => {
    const { body } = await door.post("/signup", { username: "joan", password: PASSWORD }, accept);
    await door.auth.users.setRoles(String(body.user_id), ["editor"]);
    const refreshed = await door.post("/token/refresh", { refresh_token: body.refresh_token }, accept);
    expect(refreshed.body.user).toMatchObject({ roles: ["editor"] });
  });

  it("and has nothing to refresh is told just that", async () => {
    const ask = (headers: Record<string, string>) => door.call("/token/refresh", { method: "POST", headers });
    const nobody = await ask({ ...accept, origin: ORIGIN });
    expect([nobody.status, nobody.text]).toEqual([204, ""]);
    expect((await ask({ origin: ORIGIN })).status).toBe(400);
  });

  it("and nobody else is told", async () => {
    for (const others of [{}, { accept: "*/*" }, { accept: "application/json" }]) {
      const { body } = await door.post("/token", { username: "grace", password: PASSWORD }, others);
      expect(Object.keys(body)).toEqual(["token", "user_id", "token_type", "expires_in", "refresh_token"]);
    }
  });
});
