import { TokenError } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { AuthError, type ErrorCode } from "../../dist/errors/auth-error.js";
import { refusalOf, STATUS } from "../../dist/guard/refusal.js";

const STATUSES: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  password_too_short: 400,
  password_too_common: 400,
  invalid_credentials: 401,
  invalid_token: 401,
  token_required: 401,
  invalid_grant: 401,
  account_disabled: 403,
  insufficient_role: 403,
  insufficient_scope: 403,
  csrf: 403,
  not_found: 404,
  method_not_allowed: 405,
  username_taken: 409,
  email_taken: 409,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
};

const CODES = Object.keys(STATUSES) as ErrorCode[];

describe("the refusals", () => {
  it("have a status each, and no other one", () => {
    expect(STATUS).toEqual(STATUSES);
  });

  it.each(CODES)("%s is a problem with its status, its code and one sentence", (code) => {
    const { status, headers, body } = refusalOf(new AuthError(code));
    expect(status).toBe(STATUSES[code]);
    expect(body).toStrictEqual({ type: "about:blank", title: expect.stringMatching(/^[A-Z].*\.$/), status, code });
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(headers["cache-control"]).toBe("no-store");
  });

  it.each<[ErrorCode, string]>([
    ["token_required", "Bearer"],
    ["invalid_token", 'Bearer error="invalid_token", error_description="The token was refused."'],
    ["insufficient_scope", 'Bearer error="insufficient_scope"'],
    ["insufficient_role", 'Bearer error="insufficient_scope"'],
  ])("%s challenges with %s", (code, challenge) => {
    expect(refusalOf(new AuthError(code)).headers["www-authenticate"]).toBe(challenge);
  });

  it("of a log-in that is too long ago challenges for another log-in (RFC 9470 section 3)", () => {
    const { status, headers } = refusalOf(new TokenError("not_fresh", "freshness"));
    expect([status, headers["www-authenticate"]]).toEqual([
      401,
      'Bearer error="insufficient_user_authentication", error_description="The route wants a log-in of late."',
    ]);
  });

  it.each(CODES.filter((code) => !/token|insufficient/.test(code)))("%s challenges for no token", (code) => {
    expect(refusalOf(new AuthError(code)).headers).not.toHaveProperty("www-authenticate");
  });

  it.each([
    ["quotes", 'say "no"', "say ?no?"],
    ["a line break", "no\r\nX-Injected: 1", "no??X-Injected: 1"],
    ["a backslash", "a\\b", "a?b"],
    ["letters that no header holds", "Токен…", "??????"],
  ])("challenge in the characters of RFC 6750, whatever an application says: %s", (_what, message, description) => {
    for (const reason of [undefined, "not_fresh"]) {
      const error = new AuthError("invalid_token", { message, ...(reason && { reason }) });
      const { headers, body } = refusalOf(error);
      expect(headers["www-authenticate"]).toContain(`error_description="${description}"`);
      expect(() => new Headers(headers)).not.toThrow();
      expect(body.title).toBe(message);
    }
  });

  it("of a token tell the reason, and neither the claim's value nor what was expected", () => {
    const error = new TokenError("wrong_audience", "audience", { claim: "aud", expected: "todo-api", actual: "other" });
    const { status, body, headers } = refusalOf(error);
    expect(body).toEqual({
      type: "about:blank",
      title: "The token is for another audience.",
      status: 401,
      code: "invalid_token",
      reason: "wrong_audience",
    });
    expect(status).toBe(401);
    expect(JSON.stringify([body, headers])).not.toMatch(/todo-api|other"/);
  });

  it("name the fields that are wrong", () => {
    const fields = [{ field: "username", message: "A username has 3 to 64 characters." }];
    expect(refusalOf(new AuthError("invalid_request", { fields })).body.errors).toEqual(fields);
  });

  it("tell no cause, and no stack", () => {
    const cause = new Error("select * from users");
    const { body, headers } = refusalOf(new AuthError("internal", { cause }));
    expect(JSON.stringify([body, headers])).not.toMatch(/select|stack|cause|at /);
  });

  it.each<[ErrorCode, number, string]>([
    ["rate_limited", 30, "30"],
    ["rate_limited", 0.2, "1"],
    ["unavailable", 1, "1"],
    ["unavailable", 1.5, "2"],
  ])("%s that ends in %d seconds says Retry-After: %s", (code, retryAfter, header) => {
    expect(refusalOf(new AuthError(code, { retryAfter })).headers["retry-after"]).toBe(header);
  });

  it("that end at no known time say none", () => {
    expect(refusalOf(new AuthError("rate_limited")).headers).not.toHaveProperty("retry-after");
  });

  it("for a time always say when to come again", () => {
    expect(refusalOf(new AuthError("unavailable")).headers["retry-after"]).toMatch(/^[1-9]\d*$/);
  });

  it("never become a success: a code that this copy does not know is 500", () => {
    const foreign = Object.assign(new Error("Something new."), { name: "AuthError", code: "something_new" });
    expect(refusalOf(foreign as unknown as AuthError).status).toBe(500);
    const inherited = Object.assign(new Error("Something old."), { name: "AuthError", code: "toString" });
    expect(refusalOf(inherited as unknown as AuthError).status).toBe(500);
  });
});
