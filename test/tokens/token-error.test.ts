import { TokenError } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { isAuthError } from "../../dist/errors/auth-error.js";

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
    for (const name of ["claim", "part", "expected", "actual"])
      expect(Object.hasOwn(error, name) && error[name as "claim"] !== undefined).toBe(false);
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
