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

describe("the token of a header that is a list", () => {
  const listToken = createHeaderReader({ ...USUAL_PLACES.header, list: true });

  it.each([
    ["Bearer abc", "abc"],
    ["Bearer   abc", "abc"],
    ["Bearer\tabc", "abc"],
    ["Basic x, bearer abc", "abc"],
    ["Basic x,Bearer abc", "abc"],
    ["Bearer abc, Basic x", "abc"],
    ["Foo 1, Bearer abc , Baz 3", "abc"],
    [" ,Bearer abc,, ", "abc"],
  ])("%j is %j", (header, token) => {
    expect(listToken(header)).toBe(token);
  });

  it.each(["", " ", ",", ", ,", "Basic x", "Basic x, Bearers abc", "Bearer abc, Bearer abc", "bearer a, Bearer b"])(
    "%j holds none",
    (header) => {
      expect(listToken(header)).toBeUndefined();
    },
  );

  it.each(["Bearer", "Bearer,", "Bearer ,,0", "Basic x, Bearer", "Bearer a b", "Bearer a b, Basic x", 'Bearer "a"'])(
    "%j is refused",
    (header) => {
      expect(() => listToken(header)).toThrow(expect.objectContaining({ reason: "malformed_header" }));
    },
  );

  it("may be the token alone where the empty scheme is allowed", () => {
    const bare = createHeaderReader({ ...USUAL_PLACES.header, schemes: [""], list: true });
    expect([bare("abc"), bare(" abc, "), bare(", ,")]).toEqual(["abc", "abc", undefined]);
    for (const header of ["a b", "a,b", "Bearer abc"]) expect(() => bare(header)).toThrow();
  });

  it.each([",", " ", "\t", ", "])("takes no time over a million of %j", (filler) => {
    const begin = performance.now();
    expect(listToken(`x${filler.repeat(1_000_000)}x`)).toBeUndefined();
    expect(() => listToken(`Bearer${filler.repeat(1_000_000)}!`)).toThrow();
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});

describe("a header of other schemes", () => {
  const read = createHeaderReader({ name: "authorization", schemes: ["JWT", "X.Token+1"], list: false });

  it.each([
    ["JWT abc", "abc"],
    ["jwt abc", "abc"],
    ["X.Token+1 abc", "abc"],
    ["x.token+1 abc", "abc"],
  ])("%j is %j", (header, token) => {
    expect(read(header)).toBe(token);
  });

  it.each(["Bearer abc", "JWTX.Token+1 abc", "XaTokenn1 abc", "X.Token1 abc"])("%j is none of them", (header) => {
    expect(read(header)).toBeUndefined();
  });
});

describe("a header that may be a list", () => {
  const read = createHeaderReader({ ...USUAL_PLACES.header, list: true });

  it.each([" Bearer abc ", "\tBearer abc", "Basic x,  Bearer abc ", "Bearer abc,"])("%j is abc", (header) => {
    expect(read(header)).toBe("abc");
  });
});
