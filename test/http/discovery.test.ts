import { createLocalJWKSet, jwtVerify } from "jose";
import type { AuthOptions } from "latchkey";
import { describe, expect, it } from "vitest";
import { headersOf, newDatabase, ORIGIN, openAuth } from "./open-auth.js";

const API = "https://todo.example.com";
const JWKS = "/.well-known/jwks.json";
const LATCHKEY = "/.well-known/latchkey.json";
const OPENAPI = "/openapi.json";
const door = await openAuth({ audiences: [API] });

type Algorithm = NonNullable<AuthOptions["algorithm"]>;

describe("the key set", () => {
  it.each<[Algorithm, string[]]>([
    ["ES256", ["alg", "crv", "kid", "kty", "use", "x", "y"]],
    ["ES384", ["alg", "crv", "kid", "kty", "use", "x", "y"]],
    ["EdDSA", ["alg", "crv", "kid", "kty", "use", "x"]],
    ["RS256", ["alg", "e", "kid", "kty", "n", "use"]],
    ["PS256", ["alg", "e", "kid", "kty", "n", "use"]],
  ])("of %s holds the public members alone, and a stranger verifies by it", async (algorithm, members) => {
    const { get, signUp, clock } = await openAuth({ algorithm });
    const { status, body } = await get(JWKS);
    const keys = body.keys as Record<string, unknown>[];
    expect([status, Object.keys(body)]).toEqual([200, ["keys"]]);
    expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([members]);
    expect(keys[0]).toMatchObject({ alg: algorithm, use: "sig" });
    const { token, user_id } = await signUp("ada");
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(body as never), {
      issuer: ORIGIN,
      audience: ORIGIN,
      typ: "at+jwt",
      algorithms: [algorithm],
      currentDate: new Date(clock.now()),
    });
    expect([payload.sub, protectedHeader.alg]).toEqual([user_id, algorithm]);
    expect((await get(LATCHKEY)).body.algorithms).toEqual([algorithm]);
  });

  it.each(["HS256", "HS384", "HS512", "none", "ES256K", ""])(
    "is never made for %s: the server does not start, and starts afterwards without it",
    async (algorithm) => {
      const database = newDatabase();
      await expect(openAuth({ database, algorithm: algorithm as Algorithm })).rejects.toThrow(TypeError);
      const { get } = await openAuth({ database });
      expect((await get(LATCHKEY)).body.algorithms).toEqual(["ES256"]);
    },
  );

  it("keeps its algorithm when another one is asked for later", async () => {
    const database = newDatabase();
    const before = await openAuth({ database, algorithm: "EdDSA" });
    const { text } = await before.get(JWKS);
    await before.auth.close();
    const after = await openAuth({ database, algorithm: "ES256" });
    expect((await after.get(JWKS)).text).toBe(text);
  });
});

describe("latchkey.json", () => {
  it("tells the issuer, the algorithms and where things are", async () => {
    const { status, body } = await door.get(LATCHKEY);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      issuer: ORIGIN,
      algorithms: ["ES256"],
      jwks_uri: `${ORIGIN}${JWKS}`,
      signup_endpoint: `${ORIGIN}/signup`,
      token_endpoint: `${ORIGIN}/token`,
      refresh_endpoint: `${ORIGIN}/token/refresh`,
      me_endpoint: `${ORIGIN}/me`,
      password_endpoint: `${ORIGIN}/me/password`,
      sessions_endpoint: `${ORIGIN}/me/sessions`,
      openapi_uri: `${ORIGIN}/openapi.json`,
    });
    for (const [name, place] of Object.entries(body).filter(([name]) => /_(uri|endpoint)$/.test(name))) {
      const { status } = await door.call(new URL(place as string).pathname, { method: "OPTIONS" });
      expect([name, status]).toEqual([name, 204]);
    }
  });

  it.each<Record<string, string>>([
    { host: "evil.example.com" },
    { "x-forwarded-host": "evil.example.com", "x-forwarded-proto": "https" },
    { forwarded: "host=evil.example.com;proto=https" },
    { "x-original-url": "/evil.example.com", "x-rewrite-url": "/evil" },
  ])("and the tokens say the configured URL whatever %j says", async (headers) => {
    const plain = await door.get(LATCHKEY);
    const other = await door.auth.handler(new Request(`https://evil.example.com${LATCHKEY}`, { headers }));
    expect(await other.text()).toBe(plain.text);
    expect((await door.get(JWKS, headers)).text).not.toContain("evil");
  });
});

describe.each([JWKS, LATCHKEY, OPENAPI])("the cache of %s", (path) => {
  it("may live for ten minutes, and the ETag stays", async () => {
    const [first, second] = [await door.get(path), await door.get(path)];
    expect(first.headers.get("cache-control")).toBe("public, max-age=600");
    expect(first.headers.get("content-type")).toBe("application/json");
    expect(first.headers.get("etag")).toMatch(/^"[\w-]{20,}"$/);
    expect(second.headers.get("etag")).toBe(first.headers.get("etag"));
  });

  it.each<[string, (tag: string) => string]>([
    ["the tag", (tag) => tag],
    ["a weak tag", (tag) => `W/${tag}`],
    ["a list with the tag", (tag) => `"a", ${tag} ,W/"b"`],
    ["any tag", () => "*"],
  ])("answers 304 without a body to %s", async (_what, spelled) => {
    const tag = (await door.get(path)).headers.get("etag") ?? "";
    const { status, text, headers } = await door.get(path, { "if-none-match": spelled(tag) });
    expect([status, text]).toEqual([304, ""]);
    expect(headers.get("etag")).toBe(tag);
    expect(headers.get("cache-control")).toBe("public, max-age=600");
  });

  it.each<[string, (tag: string) => string]>([
    ["another tag", () => '"other"'],
    ["the tag without its quotes", (tag) => tag.replaceAll('"', "")],
    ["nothing", () => ""],
  ])("answers 200 to %s", async (_what, spelled) => {
    const tag = (await door.get(path)).headers.get("etag") ?? "";
    expect((await door.get(path, { "if-none-match": spelled(tag) })).status).toBe(200);
  });

  it("answers HEAD with the same headers and no body", async () => {
    const [head, whole] = [await door.call(path, { method: "HEAD" }), await door.get(path)];
    expect([head.status, head.text]).toEqual([200, ""]);
    expect(headersOf(head)).toEqual(headersOf(whole));
  });
});

describe("health", () => {
  it.each(["live", "ready"])("%s answers 200, and nobody may keep that", async (name) => {
    const { status, headers } = await door.get(`/health/${name}`);
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it("ready answers 503 while the server drains, and all else goes on", async () => {
    const { auth, get, signUp, me, refresh } = await openAuth();
    const { token, refresh_token } = await signUp("ada");
    auth.drain();
    const { status, body, headers } = await get("/health/ready");
    expect([status, body.code]).toEqual([503, "unavailable"]);
    expect(headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect((await get("/health/live")).status).toBe(200);
    expect((await me(token)).status).toBe(200);
    expect((await refresh(refresh_token)).status).toBe(200);
  });

  it("ready answers 503 where the database is closed", async () => {
    const { auth, get } = await openAuth();
    await auth.close();
    expect((await get("/health/ready")).status).toBe(503);
    expect((await get("/health/live")).status).toBe(200);
  });
});
