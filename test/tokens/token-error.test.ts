import { TokenError, type TokenReason } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { isAuthError } from "../../dist/errors/auth-error.js";
import { isTokenError } from "../../dist/tokens/token-error.js";

const REASONS: Readonly<Record<TokenReason, string>> = {
  malformed_header: "The Authorization header must be: Bearer, one space, one token.",
  malformed_parameter: "The query parameter does not begin as it must.",
  not_a_string: "The token is not a string.",
  too_large: "The token is too large.",
  wrong_segments: "The token does not have three segments.",
  encrypted: "The token is encrypted (JWE), which is never accepted.",
  not_base64url: "A segment is not canonical base64url.",
  not_utf8: "A segment is not UTF-8.",
  not_json: "A segment is not JSON.",
  not_an_object: "A segment is not a JSON object.",
  duplicate_member: "A member stands twice in one object.",
  unsafe_member: "A member has a name or a value that is never accepted.",
  too_deep: "The JSON is nested too deeply.",
  critical_extension: "The header asks for an extension that is not supported.",
  algorithm_missing: "The header names no algorithm.",
  algorithm_mismatch: "The algorithm is not the one of the key.",
  key_id_missing: "The header names no key.",
  key_unknown: "No key of that id is known.",
  wrong_type: "The token is of another type.",
  bad_signature: "The signature does not hold.",
  claim_missing: "A required claim is missing.",
  claim_invalid: "A claim has a wrong value.",
  expired: "The token has expired.",
  not_yet_valid: "The token is not valid yet.",
  issued_in_future: "The token was issued in the future.",
  lifetime_too_long: "The token lives for too long.",
  wrong_issuer: "The token is from another issuer.",
  wrong_audience: "The token is for another audience.",
  revoked: "The token was taken back.",
  not_fresh: "The route wants a log-in of late.",
  not_accepted: "The application does not accept the token.",
  user_unknown: "The user of the token is not known.",
};

describe("a TokenError", () => {
  it("has the name, the code, the reason and the check that callers switch on", () => {
    const error = new TokenError("expired", "times", { claim: "exp", expected: 2, actual: 1 });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "TokenError",
      code: "invalid_token",
      reason: "expired",
      check: "times",
      claim: "exp",
      expected: 2,
      actual: 1,
    });
    expect(error.message).toBe("The token has expired.");
    expect(isAuthError(error)).toBe(true);
  });

  it("leaves out what it is not told", () => {
    const error = new TokenError("not_json", "shape");
    for (const name of ["claim", "part", "expected", "actual", "cause"]) expect(Object.hasOwn(error, name)).toBe(false);
    const told = new TokenError("not_json", "shape", { part: "header", actual: undefined });
    expect(told.part).toBe("header");
    expect(Object.hasOwn(told, "actual")).toBe(true);
  });

  it.each(Object.entries(REASONS))("says %s in words: %s", (reason, sentence) => {
    expect(new TokenError(reason as TokenReason, "shape").message).toBe(sentence);
  });

  it("is told by its name, also where it comes from another copy of the package", () => {
    expect(isTokenError(new TokenError("expired", "times"))).toBe(true);
    expect(isTokenError(Object.assign(new Error("x"), { name: "TokenError" }))).toBe(true);
    for (const other of [new Error("x"), new TypeError("x"), { name: "TokenError" }, "TokenError", undefined, null])
      expect(isTokenError(other)).toBe(false);
  });

  it.each<[unknown, unknown]>([
    ["x".repeat(64), "x".repeat(64)],
    ["x".repeat(65), `${"x".repeat(64)}…`],
    [[1, 2, 3], "an array of 3"],
    [{ a: 1 }, "an object"],
    [null, null],
    [5, 5],
    [true, true],
    ["", ""],
  ])("tells of %j only %j", (actual, told) => {
    expect(new TokenError("claim_invalid", "claims", { actual }).actual).toEqual(told);
  });
});
