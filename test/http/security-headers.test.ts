import { describe, expect, it } from "vitest";
import { type Answer, openAuth, PASSWORD } from "./open-auth.js";

const door = await openAuth();
const secure = await openAuth({ url: "https://auth.example.com" });
const { token, refresh_token } = await door.signUp("ada");
const own = { origin: "http://localhost:4000" };

const ANSWERS: readonly (readonly [string, () => Promise<Answer>])[] = [
  ["200 of /me", () => door.me(token)],
  ["200 of log-in", () => door.post("/token", { username: "ada", password: PASSWORD })],
  ["200 with a cookie", () => door.post("/token", { username: "ada", password: PASSWORD, transport: "cookie" }, own)],
  ["200 of refresh", () => door.refresh(refresh_token)],
  ["204 of log-out", () => door.logOut()],
  ["200 of the key set", () => door.get("/.well-known/jwks.json")],
  ["304 of the key set", () => door.get("/.well-known/jwks.json", { "if-none-match": "*" })],
  ["200 of health", () => door.get("/health/live")],
  ["400", () => door.post("/token", "{")],
  ["401", () => door.get("/me")],
  ["403", () => door.logOut({ cookie: "__Host-latchkey=x" })],
  ["404", () => door.get("/nothing")],
  ["404 of a long path", () => door.get(`/${"a".repeat(5000)}`)],
  ["405", () => door.call("/me", { method: "PUT" })],
  ["413", () => door.post("/token", " ".repeat(70_000))],
  ["415", () => door.post("/token", "x", { "content-type": "text/plain" })],
];

describe.each(ANSWERS)("the answer %s", (name, send) => {
  it("carries the security headers, and names no software", async () => {
    const { status, headers } = await send();
    expect(name.startsWith(String(status))).toBe(true);
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe(name.includes("key set") ? "public, max-age=600" : "no-store");
    expect(headers.get("strict-transport-security")).toBeNull();
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("vary")).toBe("origin");
    for (const gossip of ["server", "x-powered-by", "via"]) expect(headers.get(gossip)).toBeNull();
  });
});

describe("Strict-Transport-Security", () => {
  it.each(["/health/live", "/me", "/nothing", "/.well-known/jwks.json"])(
    "is sent where the URL is https: %s",
    async (path) => {
      const { headers } = await secure.get(path);
      expect(headers.get("strict-transport-security")).toMatch(/^max-age=\d{8,}/);
    },
  );
});
