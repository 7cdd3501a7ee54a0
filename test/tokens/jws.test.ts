import { type Key, signJws, TokenError, verifyJws } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { ALGORITHMS, factsOf, headerOf, keyOf, refusalOf, tokenOf, WRONG_USE } from "./by-hand.js";

describe.each(ALGORITHMS)("a JWS of %s", (alg) => {
  const key = keyOf(alg);

  it.each<[string, Uint8Array | string]>([
    ["nothing", ""],
    ["text", "héllo \u{1F511}"],
    ["bytes that are no UTF-8", new Uint8Array([0xff, 0xfe, 0, 1])],
    ["a part of a larger buffer", new Uint8Array([1, 2, 3, 4]).subarray(1, 3)],
    ["dots and base64", "a.b.c="],
    ["what looks like a token", "eyJhbGciOiJub25lIn0.e30."],
    ["a hundred kilobytes", new Uint8Array(100_000)],
  ])("carries %s", (_name, payload) => {
    const token = signJws(payload, key);
    const verified = verifyJws(token, key.kind === "secret" ? [key] : [keyOf("ES384", "aside"), key]);
    expect(Buffer.from(verified.payload)).toEqual(Buffer.from(payload));
    expect(verified.header).toEqual({ alg, kid: key.kid });
    expect(verified.key.kid).toBe(key.kid);
    expect(verified.key.kind).not.toBe("private");
  });

  it("is refused where a bit of any segment differs", () => {
    const token = signJws("payload", key);
    for (let index = 0; index < token.length; index += 7) {
      const changed = token.slice(0, index) + (token[index] === "A" ? "B" : "A") + token.slice(index + 1);
      if (changed !== token) refusalOf(() => verifyJws(changed, [key]));
    }
  });
});

describe("a JWS", () => {
  const key = keyOf("ES256");

  it("takes further header members but neither alg nor kid", () => {
    expect(verifyJws(signJws("x", key, { header: { typ: "secevent+jwt", x: 1 } }), [key]).header).toEqual({
      alg: "ES256",
      kid: key.kid,
      typ: "secevent+jwt",
      x: 1,
    });
    expect(() => signJws("x", key, { header: { alg: "none" } })).toThrow(WRONG_USE);
    for (const kid of ["other", undefined, null, 5])
      expect(() => signJws("x", key, { header: { kid } })).toThrow(WRONG_USE);
  });

  it("does not ask for what verifyJws refuses: crit and b64", () => {
    for (const header of [{ crit: ["exp"] }, { b64: false }, { b64: false, crit: ["b64"] }])
      expect(() => signJws("x", key, { header })).toThrow(/ not supported\.$/);
  });

  it("has no header that verifyJws would not read, and the cause says why", () => {
    for (const header of [{ typ: 5 }, { x: "\ud800" }, { x: { y: "z".repeat(7000) } }, JSON.parse('{"__proto__":1}')]) {
      let thrown: unknown;
      try {
        signJws("x", key, { header });
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ name: "TypeError", cause: { name: "TokenError" } });
      expect((thrown as TypeError).message).toMatch(/^The header cannot be written: .+\.$/);
    }
  });

  it("is signed by no public key and no stranger", () => {
    for (const wrong of [key.kind === "private" ? key.public : key, undefined, null, {}, key.handle, "secret"])
      expect(() => signJws("x", wrong as Key)).toThrow(WRONG_USE);
  });

  it("is refused under the reasons of a verifier", () => {
    expect(factsOf(() => verifyJws(tokenOf(headerOf(key, { crit: ["x"] }), "x", key), [key])).reason).toBe(
      "critical_extension",
    );
    expect(factsOf(() => verifyJws(tokenOf(headerOf(key, { b64: false }), "x", key), [key])).reason).toBe(
      "critical_extension",
    );
    const unknown = refusalOf(() => verifyJws(tokenOf(headerOf(key, { kid: "x" }), "x", key), [key]));
    expect(unknown).toMatchObject({ reason: "key_unknown", check: "key", claim: "kid", actual: "x" });
    const other = tokenOf(headerOf(key), "x", keyOf("ES256", "other"));
    expect(factsOf(() => verifyJws(other, [key]))).toEqual({
      reason: "bad_signature",
      check: "signature",
      part: "signature",
    });
    for (const header of [headerOf(key, { alg: "none" }), { alg: "none" }]) {
      expect(refusalOf(() => verifyJws(tokenOf(header, "x", key), [key]))).toMatchObject({
        reason: "algorithm_mismatch",
        check: "key",
        claim: "alg",
        expected: "ES256",
        actual: "none",
      });
    }
    expect(factsOf(() => verifyJws("x".repeat(1_048_577), [key])).reason).toBe("too_large");
    expect(refusalOf(() => verifyJws(`${"A".repeat(8193)}.AA.AA`, [key]))).toMatchObject({
      reason: "too_large",
      check: "shape",
      part: "header",
      expected: 8192,
      actual: 8193,
    });
    expect(factsOf(() => verifyJws(`${"A".repeat(8192)}.AA.AA`, [key])).reason).toBe("not_json");
    for (const junk of ["", "a.b", "a.b.c.d.e", 5, null, {}])
      expect(() => verifyJws(junk as string, [key])).toThrow(TokenError);
  });

  it("is verified without a kid where one key of its algorithm is there", () => {
    const token = tokenOf({ alg: "ES256" }, "x", key);
    expect(verifyJws(token, [keyOf("ES384"), key]).key.kid).toBe(key.kid);
    expect(factsOf(() => verifyJws(token, [key, keyOf("ES256", "other")]))).toEqual({
      reason: "key_id_missing",
      check: "key",
      claim: "kid",
    });
  });

  it("of two megabytes is refused at once", () => {
    const start = performance.now();
    refusalOf(() => verifyJws(`${"A".repeat(2_000_000)}.e30.AAAA`, [key]));
    expect(performance.now() - start).toBeLessThan(50);
  });
});
