import { describe, expect, it } from "vitest";
import { type Answer, bearer, newDatabase, openAuth, PASSWORD, sql } from "./open-auth.js";

const door = await openAuth();
const { token } = await door.signUp("ada");

describe("a refusal", () => {
  it.each<[string, () => Promise<Answer>, number, string, string | null]>([
    ["no token", () => door.get("/me"), 401, "token_required", "Bearer"],
    [
      "a bad token",
      () => door.me("x"),
      401,
      "invalid_token",
      'Bearer error="invalid_token", error_description="The token does not have three segments."',
    ],
    [
      "a bad header",
      () => door.get("/me", { authorization: "Bearer" }),
      401,
      "invalid_token",
      'Bearer error="invalid_token", error_description="The Authorization header must be: Bearer, one space, one token."',
    ],
    ["a bad body", () => door.post("/token", "{"), 400, "invalid_request", null],
    [
      "a wrong password",
      () => door.post("/token", { username: "ada", password: "x" }),
      401,
      "invalid_credentials",
      null,
    ],
    ["a wrong refresh token", () => door.refresh("x"), 401, "invalid_grant", null],
    ["a taken name", () => door.post("/signup", { username: "ADA", password: PASSWORD }), 409, "username_taken", null],
    [
      "a short password",
      () => door.post("/signup", { username: "eve", password: "x" }),
      400,
      "password_too_short",
      null,
    ],
    [
      "a common one",
      () => door.post("/signup", { username: "eve", password: "password1" }),
      400,
      "password_too_common",
      null,
    ],
    ["no such path", () => door.get("/nothing"), 404, "not_found", null],
    ["no such method", () => door.call("/me", { method: "PUT" }), 405, "method_not_allowed", null],
    ["a large body", () => door.post("/token", " ".repeat(70_000)), 413, "too_large", null],
    ["a form", () => door.post("/token", "a=b", { "content-type": "text/plain" }), 415, "unsupported_media_type", null],
    ["a foreign page", () => door.logOut({ cookie: "__Host-latchkey=x" }), 403, "csrf", null],
  ])("for %s is a problem of RFC 9457, not to be kept", async (_what, send, status, code, challenge) => {
    const { body, headers, status: sent, text } = await send();
    expect(sent).toBe(status);
    expect(body).toMatchObject({ type: "about:blank", title: expect.stringMatching(/\.$/), status, code });
    expect(
      Object.keys(body).filter((name) => !["type", "title", "status", "code", "errors", "reason"].includes(name)),
    ).toEqual([]);
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("www-authenticate")).toBe(challenge);
    expect(headers.get("set-cookie")).toBeNull();
    expect(text).not.toContain(PASSWORD);
  });
});

describe("a failure of the server", () => {
  it("answers 500 with a request id and nothing else, and the log has the same id", async () => {
    const database = newDatabase();
    const broken = await openAuth({ database });
    const tokens = await broken.signUp("ada");
    await sql(database, "update users set roles = 'no JSON at all'");
    for (const send of [() => broken.me(tokens.token), () => broken.refresh(tokens.refresh_token)]) {
      const { status, body, headers, text } = await send();
      expect(status).toBe(500);
      expect(body).toEqual({
        type: "about:blank",
        title: expect.any(String),
        status: 500,
        code: "internal",
        request_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      });
      expect(broken.events.at(-1)).toMatchObject({
        event: "request.failed",
        request: body.request_id,
        code: "internal",
        stack: expect.stringContaining("SyntaxError"),
      });
      expect(text).not.toMatch(/JSON|roles|select|\.js|SyntaxError| at |dist|sqlite/i);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("content-type")).toBe("application/problem+json");
    }
  });

  it("answers 500 for a table that is gone, and tells nothing of it", async () => {
    const database = newDatabase();
    const broken = await openAuth({ database });
    await sql(database, "drop table sessions");
    await sql(database, "drop table users");
    const { status, text } = await broken.post("/token", { username: "ada", password: PASSWORD });
    expect(status).toBe(500);
    expect(text).not.toMatch(/users|table|select|sql/i);
    expect((await broken.get("/health/live")).status).toBe(200);
  });

  it("is an answer even where the log itself fails", async () => {
    const { post } = await openAuth({
      log: () => {
        throw new Error("The disk of the log is full.");
      },
    });
    const { status, text } = await post("/token", { username: "nobody", password: PASSWORD });
    expect([401, 500]).toContain(status);
    expect(text).not.toContain("disk");
  });

  it("answers 503 with Retry-After where the database is away", async () => {
    const away = await openAuth();
    const tokens = await away.signUp("ada");
    await away.auth.close();
    const answers = [
      await away.post("/token", { username: "ada", password: PASSWORD }),
      await away.post("/signup", { username: "eve", password: PASSWORD }),
      await away.refresh(tokens.refresh_token),
      await away.me(tokens.token),
      await away.logOut(bearer(tokens.token)),
    ];
    for (const { status, body, headers } of answers) {
      expect([status, body.code]).toEqual([503, "unavailable"]);
      expect(headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    }
    expect((await away.get("/me", bearer(`${tokens.token}x`))).status).toBe(401);
  });
});

describe("a token", () => {
  it("is not part of any refusal of it", async () => {
    for (const changed of [token.slice(0, -1), `${token.slice(0, -6)}AAAAAA`, token.replace(".", ".A")]) {
      const { text, headers } = await door.me(changed);
      const whole = text + JSON.stringify([...headers]);
      for (const part of changed.split(".")) expect(whole).not.toContain(part);
    }
  });
});
