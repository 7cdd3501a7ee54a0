import { afterEach, describe, expect, it } from "vitest";
import { sendBytes } from "../attacks/wire.js";
import { end, endAll, PASSWORD, run, send, signUp, startServer } from "./run-server.js";

afterEach(endAll);

describe("a server with a port", () => {
  it("answers as the OpenAPI document says, in a cross-origin page too", async () => {
    const page = "http://localhost:5173";
    const server = await startServer({ environment: { LATCHKEY_ORIGINS: page } });
    const { token } = await signUp(server, "ada");
    const headers = { origin: page };
    const asks = [
      ["GET", "/me", 200],
      ["HEAD", "/me", 200],
      ["OPTIONS", "/me", 204],
      ["POST", "/me", 405],
      ["GET", "/me/sessions", 200],
      ["GET", "/openapi.json", 200],
      ["GET", "/.well-known/jwks.json", 200],
      ["GET", "/nothing", 404],
      ["DELETE", "/me/sessions/x", 404],
    ] as const;
    for (const [method, path, status] of asks) {
      const answer = await send(method, server.at + path, { token, headers });
      expect([method, path, answer.status]).toEqual([method, path, status]);
      expect(answer.headers.get("access-control-allow-origin")).toBe(page);
    }
    const preflight = { "access-control-request-method": "PUT", ...headers };
    const { headers: told } = await send("OPTIONS", `${server.at}/me/password`, { headers: preflight });
    expect(told.get("access-control-allow-methods")).toBe("PUT, OPTIONS");
  });

  it.each([
    ["a Host that is none", "GET /me HTTP/1.1\r\nHost: a b"],
    ["an empty Host", "GET /me HTTP/1.1\r\nHost: "],
    ["a backslash in the path", "GET /me\\ HTTP/1.1\r\nHost: x"],
    ["a target that is none", "GET * HTTP/1.1\r\nHost: x"],
    ["a target at no host", "GET http://[::1/me HTTP/1.1\r\nHost: x"],
    ["a body nobody can ask for", "POST /token HTTP/1.1\r\nHost: a b\r\nContent-Length: 0"],
  ])("refuses %s with a whole problem and the headers of every answer", async (_what, head) => {
    const { text: answer } = await sendBytes(await startServer(), `${head}\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/\r\nx-request-id: [\w-]{36}\r\n/);
    expect(answer).toContain("\r\ncontent-security-policy: default-src 'none'; frame-ancestors 'none'\r\n");
    expect(answer).toContain("\r\ncontent-type: application/problem+json\r\n");
    expect(answer).toContain('"code":"invalid_request"');
  });

  it.each([
    ["127.0.0.0/8, ::1", "203.0.113.5"],
    ["10.0.0.1", "127.0.0.1"],
    ["", "127.0.0.1"],
  ])("with LATCHKEY_TRUSTED_PROXIES=%j takes %s for the address of a client", async (proxies, address) => {
    const server = await startServer({ environment: { LATCHKEY_TRUSTED_PROXIES: proxies } });
    const headers = { "x-forwarded-for": "6.6.6.6, 203.0.113.5" };
    const body = { username: "ada", password: PASSWORD };
    expect((await send("POST", `${server.at}/signup`, { body, headers })).status).toBe(201);
    const { stderr } = await end(server);
    expect(JSON.parse(stderr.split("\n")[0] ?? "")).toMatchObject({ event: "user.signed_up", address });
  });

  it("does not start with proxies that are none, and names the setting", async () => {
    for (const proxies of ["10.0.0.1,everybody", "0.0.0.0/0", "10.0.0.1,"]) {
      const { code, stderr } = await run(["serve"], { environment: { LATCHKEY_TRUSTED_PROXIES: proxies } });
      expect(code).toBe(78);
      expect(stderr).toContain("LATCHKEY_TRUSTED_PROXIES");
    }
  });
});
