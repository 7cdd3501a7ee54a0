import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, bearer, ORIGIN, openAuth, PASSWORD } from "./open-auth.js";

const APP = "https://app.example.com";
const LISTED = [ORIGIN, APP, "http://localhost:5173"];
const door = await openAuth({ origins: [APP, "http://localhost:5173"] });

const FOREIGN = [
  "https://evil.example.com",
  "null",
  "",
  "*",
  "https://app.example.com.evil.com",
  "https://evil-app.example.com",
  "https://x.app.example.com",
  "http://app.example.com",
  "https://app.example.com:8443",
  "https://app.example.com/",
  "https://APP.example.com",
  "https://app.example.com, https://evil.example.com",
  "https://app.example.com https://evil.example.com",
  "http://localhost",
  "http://localhost:4001",
  "http://localhost:40000",
  "https://localhost:4000",
  "file://",
  "__proto__",
  "constructor",
];

let token: string;
beforeAll(async () => {
  ({ token } = await door.signUp("ada"));
});

const corsOf = ({ headers }: Answer) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-")));

const ANSWERS: readonly (readonly [string, (headers: Record<string, string>) => Promise<Answer>])[] = [
  ["200", (headers) => door.get("/me", { ...headers, ...bearer(token) })],
  ["200 of a log-in", (headers) => door.post("/token", { username: "ada", password: PASSWORD }, headers)],
  ["200 of the key set", (headers) => door.get("/.well-known/jwks.json", headers)],
  ["304", (headers) => door.get("/.well-known/jwks.json", { ...headers, "if-none-match": "*" })],
  ["204 of a log-out", (headers) => door.logOut(headers)],
  ["400", (headers) => door.post("/token", "{", headers)],
  ["401", (headers) => door.get("/me", headers)],
  ["404", (headers) => door.get("/nothing", headers)],
  ["405", (headers) => door.call("/me", { method: "POST", headers })],
  ["413", (headers) => door.post("/token", " ".repeat(70_000), headers)],
  ["204 of OPTIONS", (headers) => door.call("/me", { method: "OPTIONS", headers })],
];

describe.each(ANSWERS)("the answer %s", (name, send) => {
  it.each(LISTED)("may be read by a page of %s, and says so to no other", async (origin) => {
    const answer = await send({ origin });
    expect(name.startsWith(String(answer.status))).toBe(true);
    expect(corsOf(answer)).toEqual({
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "etag, retry-after, www-authenticate, x-request-id",
    });
    expect(answer.headers.get("vary")).toBe("origin");
  });

  it("names no page that is not listed, and depends on the origin all the same", async () => {
    for (const headers of [{}, ...FOREIGN.map((origin) => ({ origin }))]) {
      const answer = await send(headers);
      expect(name.startsWith(String(answer.status))).toBe(true);
      expect(corsOf(answer)).toEqual({});
      expect(answer.headers.get("vary")).toBe("origin");
    }
  });
});

const PATHS: readonly (readonly [string, string])[] = [
  ["/token", "POST, DELETE, OPTIONS"],
  ["/me", "GET, HEAD, OPTIONS"],
  ["/me/sessions", "GET, HEAD, DELETE, OPTIONS"],
  ["/me/sessions/x", "DELETE, OPTIONS"],
];
const preflight = (path: string, headers: Record<string, string>) => door.call(path, { method: "OPTIONS", headers });

describe.each(PATHS)("a preflight of %s", (path, methods) => {
  it("from a listed page is told what it may send", async () => {
    for (const origin of LISTED) {
      const answer = await preflight(path, {
        origin,
        "access-control-request-method": "DELETE",
        "access-control-request-headers": "authorization,content-type,x-evil",
      });
      expect([answer.status, answer.text]).toEqual([204, ""]);
      expect(corsOf(answer)).toEqual({
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": methods,
        "access-control-allow-headers": "authorization, content-type, if-none-match",
        "access-control-max-age": "600",
        "access-control-expose-headers": "etag, retry-after, www-authenticate, x-request-id",
      });
    }
  });

  it("from any other page is told nothing", async () => {
    for (const origin of FOREIGN) {
      const answer = await preflight(path, { origin, "access-control-request-method": "GET" });
      expect([answer.status, corsOf(answer)]).toEqual([204, {}]);
    }
  });

  it("is one only where it asks for a method", async () => {
    const answer = await preflight(path, { origin: APP, "access-control-request-headers": "authorization" });
    expect(Object.keys(corsOf(answer))).not.toContain("access-control-allow-methods");
    const without = await preflight(path, { "access-control-request-method": "GET" });
    expect(corsOf(without)).toEqual({});
  });
});

describe("without listed origins", () => {
  it("the server's own pages alone may read, at the origin of its URL", async () => {
    const mounted = await openAuth({ url: "https://example.com/auth/v1" });
    const path = "/auth/v1/health/live";
    const own = await mounted.get(path, { origin: "https://example.com" });
    expect(own.headers.get("access-control-allow-origin")).toBe("https://example.com");
    for (const origin of ["https://example.com/auth/v1", ORIGIN, APP]) {
      expect(corsOf(await mounted.get(path, { origin }))).toEqual({});
    }
  });
});
