import { describe, expect, it } from "vitest";
import { claimsOf, openAuth, PASSWORD } from "./open-auth.js";

const ROUTES = ["/health/live", "/health/ready", "/.well-known/jwks.json", "/.well-known/latchkey.json"];

describe("the path of the url", () => {
  it("is where all routes are mounted, and part of the issuer", async () => {
    const { get, post, call } = await openAuth({ url: "https://example.com/auth/v1" });
    for (const path of ROUTES) expect((await get(`/auth/v1${path}`)).status).toBe(200);
    const { status, body } = await post("/auth/v1/signup", { username: "ada", password: PASSWORD });
    expect(status).toBe(201);
    const { iss, aud } = claimsOf(body.token as string);
    expect([iss, aud]).toEqual(["https://example.com/auth/v1", "https://example.com/auth/v1"]);
    const authorization = `Bearer ${body.token}`;
    expect((await get("/auth/v1/me", { authorization })).status).toBe(200);
    expect((await post("/auth/v1/token/refresh", { refresh_token: body.refresh_token })).status).toBe(200);
    expect((await call("/auth/v1/token", { method: "DELETE", headers: { authorization } })).status).toBe(204);
    expect((await get("/auth/v1/me", { authorization })).body.reason).toBe("revoked");
    const { text } = await get("/auth/v1/.well-known/latchkey.json");
    expect(text).toContain('"jwks_uri":"https://example.com/auth/v1/.well-known/jwks.json"');
  });

  it.each([
    "/me",
    "/auth",
    "/auth/",
    "/auth/me",
    "/auth/v1",
    "/auth/v1x/me",
    "/auth/v2/me",
    "/AUTH/v1/me",
    "/auth//v1/me",
    "//auth/v1/me",
    "/auth/v1/auth/v1/me",
  ])("leaves nothing at %s", async (path) => {
    const { get } = await openAuth({ url: "https://example.com/auth/v1" });
    expect((await get(path)).status).toBe(404);
  });

  it.each([
    ["http://localhost:4000", "http://localhost:4000"],
    ["http://localhost:4000/", "http://localhost:4000"],
    ["http://LOCALHOST:4000", "http://localhost:4000"],
    ["http://example.com:80/", "http://example.com"],
    ["https://example.com:443/auth/", "https://example.com/auth"],
    ["https://example.com/auth///", "https://example.com/auth"],
    ["https://example.com/x/../auth", "https://example.com/auth"],
    ["https://bücher.example", "https://xn--bcher-kva.example"],
  ])("%s has one spelling: %s", async (url, issuer) => {
    const { get } = await openAuth({ url });
    const { pathname } = new URL(issuer);
    const { status, body } = await get(`${pathname === "/" ? "" : pathname}/.well-known/latchkey.json`);
    expect([status, body.issuer]).toEqual([200, issuer]);
  });

  it.each(["/a%20b", "/é", "/:tenant", "/*", "/a/:b", "/a.b+c", "/a(b)", "/a$", "/~ada"])(
    "%s is taken letter by letter",
    async (path) => {
      const { get } = await openAuth({ url: `https://example.com${path}` });
      const mount = new URL(`https://example.com${path}`).pathname;
      expect((await get(`${mount}/health/live`)).status).toBe(200);
      expect((await get("/other/health/live")).status).toBe(404);
      expect((await get("/a/other/health/live")).status).toBe(404);
    },
  );

  it.each([
    "",
    "localhost:4000",
    "/auth",
    "example.com",
    "ftp://example.com",
    "file:///etc",
    "javascript:alert(1)",
    "https://example.com/?a=b",
    "https://example.com/#a",
    "https://ada:secret@example.com",
    "https://ada@example.com",
    "http://",
  ])("cannot be that of %j: the server does not start, and says no secret", async (url) => {
    const refused = expect(openAuth({ url })).rejects;
    await refused.toThrow(TypeError);
    await refused.not.toThrow("secret");
  });
});

describe("the other options", () => {
  it.each([
    { accessSeconds: 0 },
    { accessSeconds: -1 },
    { accessSeconds: 1.5 },
    { accessSeconds: Number.NaN },
    { accessSeconds: 86_401 },
    { accessSeconds: "600" as never },
    { idleSeconds: 0 },
    { absoluteSeconds: 0 },
    { absoluteSeconds: Number.POSITIVE_INFINITY },
    { graceSeconds: -1 },
    { graceSeconds: Number.NaN },
    { audiences: [""] },
    { audiences: [null as never] },
    { audiences: "todo-api" as never },
    { audiences: {} as never },
    { audiences: ["\ud800"] },
    { idleSeconds: 10_000_000_000 },
    { absoluteSeconds: Number.MAX_SAFE_INTEGER },
    { graceSeconds: Number.MAX_SAFE_INTEGER },
    { now: 5 as never },
    { log: "stderr" as never },
    { database: "postgres://localhost/latchkey" },
  ])("%j keep the server from starting", async (options) => {
    await expect(openAuth(options)).rejects.toThrow(TypeError);
  });

  it("may be a clock that counts parts of a millisecond", async () => {
    let time = Date.UTC(2027, 0, 15) + 0.25;
    const { signUp, me, refresh } = await openAuth({ now: () => time });
    const { token, refresh_token, user_id } = await signUp("ada");
    expect(user_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    time += 1000;
    expect((await me(token)).status).toBe(200);
    expect((await refresh(refresh_token)).status).toBe(200);
  });

  it("may be short lives", async () => {
    const options = { accessSeconds: 2, idleSeconds: 10, absoluteSeconds: 25, graceSeconds: 1 };
    const { clock, signUp, refresh, auth } = await openAuth(options);
    const first = await signUp("ada");
    expect(claimsOf(first.token).exp).toBe(Math.floor(clock.now() / 1000) + 2);
    clock.advance(9.999);
    const { status, body } = await refresh(first.refresh_token);
    expect([status, body.expires_in]).toEqual([200, 2]);
    clock.advance(9.999);
    const third = await refresh(body.refresh_token as string);
    clock.advance(5.002);
    expect((await refresh(third.body.refresh_token as string)).status).toBe(401);
    // The session has ended for good, and its last access token with it.
    expect(() => auth.verifySync(third.body.token as string)).toThrow("taken back");
  });
});
