import { describe, expect, it } from "vitest";
import { createHeaderReader } from "../../dist/guard/header-token.js";
import { USUAL_PLACES } from "../../dist/guard/places.js";

const bearerToken = createHeaderReader(USUAL_PLACES.header);

describe("the token of an Authorization header", () => {
  it.each([
    ["Bearer abc", "abc"],
    ["bearer abc", "abc"],
    ["BEARER abc", "abc"],
    ["bEaReR abc", "abc"],
    ["Bearer a.b.c", "a.b.c"],
    ["Bearer aA0-._~+/", "aA0-._~+/"],
    ["Bearer abc=", "abc="],
    ["Bearer abc==", "abc=="],
    ["Bearer Bearer", "Bearer"],
    ["Bearer undefined", "undefined"],
  ])("%j is %j", (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });

  it.each([
    undefined,
    "",
    " ",
    "abc",
    "Basic abc",
    "JWT abc",
    "Token abc",
    "Bearerabc",
    "Bearers abc",
    "Bearer:abc",
    "Bearer=abc",
    "Bearer\tabc",
    "XBearer abc",
    " Bearer abc",
    "Basic a, Bearer abc",
    "\u212Aearer abc",
  ])("%j holds none: it is of another scheme", (header) => {
    expect(bearerToken(header)).toBeUndefined();
  });

  it.each([
    "Bearer",
    "Bearer ",
    "Bearer   ",
    "Bearer,",
    "Bearer a b",
    "Bearer  a",
    "Bearer a,",
    "Bearer ,a",
    "Bearer a,b",
    "Bearer a, Bearer b",
    "Bearer a, Basic b",
    "Bearer =",
    "Bearer =a",
    "Bearer a=b",
    'Bearer "a"',
    "Bearer a;",
    "Bearer a\n",
    "Bearer a\r\nb",
    "Bearer a\0",
    "Bearer a\tb",
    "Bearer \ta",
    "Bearer a ",
    "Bearer é",
    "Bearer a\u00a0",
    "Bearer a%2Eb",
    "Bearer a!b",
    "Bearer {a}",
  ])("%j is refused", (header) => {
    expect(() => bearerToken(header)).toThrow(
      expect.objectContaining({
        name: "TokenError",
        code: "invalid_token",
        reason: "malformed_header",
        check: "shape",
        message: expect.not.stringMatching(/a b|é/),
      }),
    );
  });

  it.each([
    ["spaces", `Bearer${" ".repeat(1_000_000)}!`],
    ["letters", `Bearer ${"a".repeat(1_000_000)}!`],
    ["padding", `Bearer a${"=".repeat(1_000_000)}!`],
  ])("takes no time over a million %s", (_what, header) => {
    const begin = performance.now();
    expect(() => bearerToken(header)).toThrow();
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});
