import { beforeAll, describe, expect, it } from "vitest";
import { bearer, headersOf, ORIGIN, openAuth } from "./open-auth.js";

const door = await openAuth();

let token: string;
beforeAll(async () => {
  ({ token } = await door.signUp("ada"));
});

describe("a target", () => {
  const query = (length: number) => `/health/live?${"a".repeat(length - "/health/live?".length)}`;

  it("of more than 4096 characters is nowhere", async () => {
    expect((await door.get(query(4096))).status).toBe(200);
    expect((await door.get(query(4097))).status).toBe(404);
  });

  it("is as long under any name of the host", async () => {
    const request = new Request(`http://${"a".repeat(250)}.example${query(4096)}`);
    expect((await door.auth.handler(request)).status).toBe(200);
  });
});

describe("a path", () => {
  it.each([
    "/",
    "/nothing",
    "//me",
    "/me/",
    "//",
    "/me//",
    "/ME",
    "/Me",
    "/me.json",
    "/me;a=b",
    "/me%2f",
    "/%2fme",
    "/me%00",
    "/me%0a",
    "/me%20",
    "/%6d%65%2f..",
    "/token/%2e%2e%2fme",
    "/token%2frefresh",
    "/token/refresh/",
    "/token//refresh",
    "/.well-known/..%2fme",
    "/.well-known/jwks.json/",
    "/.well-known//jwks.json",
    "/%",
    "/%ff",
    "/%c0%ae%c0%ae/me",
    "/me%",
    "/*",
    "/:path",
    "/__proto__",
    "/constructor",
    "/me\\",
    "/me/sessions/",
    "/me/sessions//",
    "/me/sessions/x/y",
    "/me/password/",
    "/openapi.json/",
    "/openapi",
    "/me/%73essions",
    `/${"a".repeat(2000)}`,
    `/${"a".repeat(20_000)}`,
    `/${"%41".repeat(600)}`,
  ])("%s leads nowhere, with a token or without", async (path) => {
    for (const headers of [{}, bearer(token)]) {
      const { status, body, headers: sent } = await door.get(path, headers);
      expect({ status, code: body.code }).toEqual({ status: 404, code: "not_found" });
      expect(sent.get("content-type")).toBe("application/problem+json");
    }
  });

  it.each([
    "/me",
    "/%6de",
    "/m%65",
    "/%6D%65",
    "/x/../me",
    "/./me",
    "/%2e/me",
    "/x/%2e%2e/me",
    "/x/%2E./me",
    "/\\x\\..\\me",
    "/me?",
    "/me?x=/health/live",
    "/me#x",
  ])("%s never reaches the route without its guard", async (path) => {
    expect([401, 404]).toContain((await door.get(path)).status);
    expect([401, 404]).toContain((await door.get(path, bearer(`${token}x`))).status);
  });
});

const ROUTES: readonly (readonly [string, string])[] = [
  ["/signup", "POST, OPTIONS"],
  ["/token", "POST, DELETE, OPTIONS"],
  ["/token/refresh", "POST, OPTIONS"],
  ["/me", "GET, HEAD, OPTIONS"],
  ["/me/password", "PUT, OPTIONS"],
  ["/me/sessions", "GET, HEAD, DELETE, OPTIONS"],
  ["/me/sessions/01a1ffde-4e64-7d19-8f0c-52b7c1b0a3e4", "DELETE, OPTIONS"],
  ["/me/sessions/x", "DELETE, OPTIONS"],
  ["/.well-known/jwks.json", "GET, HEAD, OPTIONS"],
  ["/.well-known/latchkey.json", "GET, HEAD, OPTIONS"],
  ["/openapi.json", "GET, HEAD, OPTIONS"],
  ["/health/live", "GET, HEAD, OPTIONS"],
  ["/health/ready", "GET, HEAD, OPTIONS"],
];
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "QUERY", "BREW", "get2"];

describe.each(ROUTES)("%s", (path, allow) => {
  it(`answers 405 with Allow to every method but ${allow}`, async () => {
    for (const method of METHODS.filter((each) => !allow.split(", ").includes(each))) {
      const { status, body, headers, text } = await door.call(path, { method, headers: bearer(token) });
      expect([method, status, headers.get("allow")]).toEqual([method, 405, allow]);
      expect(method === "HEAD" ? text : body.code).toBe(method === "HEAD" ? "" : "method_not_allowed");
    }
  });

  it("answers OPTIONS with what may be asked, to anybody", async () => {
    for (const headers of [{}, bearer("x"), { "content-type": "application/json" }]) {
      const { status, headers: sent, text } = await door.call(path, { method: "OPTIONS", headers });
      expect([status, sent.get("allow"), text]).toEqual([204, allow, ""]);
    }
  });

  it("answers HEAD as GET, without the body", async () => {
    if (!allow.includes("HEAD")) return;
    for (const headers of [{}, bearer(token)]) {
      const [head, get] = [await door.call(path, { method: "HEAD", headers }), await door.get(path, headers)];
      expect([head.status, head.text]).toEqual([get.status, ""]);
      expect(headersOf(head)).toEqual(headersOf(get));
    }
  });
});

describe("OPTIONS", () => {
  it.each(["/", "/nothing", "/me/", "/me/sessions/", "/me/sessions/a/b", "*", "/%2a"])(
    "of %s, where nothing is, answers 404",
    async (path) => {
      const asking = { origin: ORIGIN, "access-control-request-method": "GET" };
      for (const headers of [{}, asking]) {
        const { status, body } = await door.call(`/${path}`.replace("//", "/"), { method: "OPTIONS", headers });
        expect([status, body.code]).toEqual([404, "not_found"]);
      }
    },
  );
});

describe("the Authorization header", () => {
  it.each([
    ["two of them", (good: string) => `Bearer ${good}, Bearer ${good}`],
    ["a good one and junk", (good: string) => `Bearer ${good}, junk`],
    ["junk and a good one", (good: string) => `Bearer junk, Bearer ${good}`],
    ["two words", (good: string) => `Bearer ${good} ${good}`],
    ["a comma after it", (good: string) => `Bearer ${good},`],
    ["quotes", (good: string) => `Bearer "${good}"`],
    ["a parameter", (good: string) => `Bearer token=${good}`],
    ["a semicolon", (good: string) => `Bearer ${good};`],
    ["the scheme twice", (good: string) => `Bearer Bearer ${good}`],
    ["no space", (good: string) => `Bearer,${good}`],
    ["no token", () => "Bearer"],
    ["a space", () => "Bearer "],
    ["a character beyond ASCII", (good: string) => `Bearer ${good}\u00e9`],
    ["a no-break space", (good: string) => `Bearer ${good}\u00a0`],
    ["percent signs", (good: string) => `Bearer ${good.replaceAll(".", "%2E")}`],
  ])("with %s is answered 401 invalid_token", async (_what, spelled) => {
    const { status, body, headers } = await door.get("/me", { authorization: spelled(token) });
    expect({ status, code: body.code, reason: body.reason }).toEqual({
      status: 401,
      code: "invalid_token",
      reason: "malformed_header",
    });
    expect(headers.get("www-authenticate")).toMatch(/^Bearer error="invalid_token"/);
  });

  it.each([
    ["empty", ""],
    ["Basic", "Basic YWRhOnB3"],
    ["the token alone", "TOKEN"],
    ["JWT", "JWT TOKEN"],
    ["Token", "Token TOKEN"],
    ["DPoP", "DPoP TOKEN"],
    ["a longer word", "Bearers TOKEN"],
    ["no space", "BearerTOKEN"],
    ["a colon", "Bearer:TOKEN"],
    ["another one first", "Basic YWRhOnB3, Bearer TOKEN"],
    ["commas", ",,,"],
  ])("of another scheme (%s) counts as none: 401 with the bare challenge", async (_what, value) => {
    const { status, body, headers } = await door.get("/me", { authorization: value.replace("TOKEN", token) });
    expect({ status, code: body.code }).toEqual({ status: 401, code: "token_required" });
    expect(headers.get("www-authenticate")).toBe("Bearer");
  });

  it("that stands twice is refused, though each would do", async () => {
    const headers = new Headers();
    for (let time = 0; time < 2; time++) headers.append("authorization", `Bearer ${token}`);
    expect((await door.call("/me", { headers })).body.reason).toBe("malformed_header");
  });

  it("of 16 KiB of junk is refused", async () => {
    expect((await door.get("/me", bearer("a.".repeat(8000)))).status).toBe(401);
    expect((await door.get("/me", { authorization: `Bearer${" ".repeat(16_000)}x y` })).status).toBe(401);
  });
});
