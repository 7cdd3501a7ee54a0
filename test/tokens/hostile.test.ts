import { createSecretKey } from "node:crypto";
import { type Algorithm, anyVerifier, importKey } from "latchkey/tokens";
import { afterAll, describe, expect, it } from "vitest";
import { claimsOf, goodToken, headerOf, keyOf, pairOf, refusalOf, segment, tokenOf, verifierOf } from "./by-hand.js";
import { casesOf } from "./hostile-tokens.js";

const ATTACKED: readonly Algorithm[] = ["HS256", "RS256", "PS256", "ES256", "ES512", "EdDSA"];
const SLOW_MS = 50;

function medianMs(act: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    act();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[2] ?? 0;
}

function quietly(act: () => unknown): void {
  try {
    act();
  } catch {
    // Only its time counts here.
  }
}

/** The token and those of its segments that are long enough to be more than a coincidence. */
function secretsOf(token: unknown): string[] {
  if (typeof token !== "string") return [];
  return [token, ...token.split(".")].filter((text) => text.length > 24);
}

describe.each(ATTACKED)("a verifier with a key of %s", (alg) => {
  const key = keyOf(alg);
  const verifier = verifierOf(key);
  const cases = casesOf(key);

  it("accepts the token that the hostile ones are made of", () => {
    expect(verifierOf(key).verifySync(goodToken(key)).sub).toBe("42");
  });

  it.each(cases)("refuses %s", (_name, token, ...reasons) => {
    const refusal = refusalOf(() => verifier.verifySync(token as string));
    expect(reasons).toContain(refusal.reason);
    const told = [refusal.message, JSON.stringify(refusal), String(refusal.stack)].join("\n");
    for (const secret of secretsOf(token)) expect(told).not.toContain(secret);
    expect(medianMs(() => quietly(() => verifier.verifySync(token as string)))).toBeLessThan(SLOW_MS);
  });

  it("refuses the same tokens behind anyVerifier, and explains every one with a failed check", () => {
    const any = anyVerifier([verifier]);
    for (const [name, token] of cases) {
      refusalOf(() => any.verifySync(token as string));
      const verdicts = verifier.explain(token as string);
      expect(verdicts.filter(({ verdict }) => verdict === "failed").length, name).toBeGreaterThan(0);
    }
  });

  it("takes no longer behind anyVerifier, however large the header", () => {
    const any = anyVerifier([verifier]);
    const header = segment({ ...headerOf(key), bomb: Array.from({ length: 2_000_000 }, () => 1) });
    const token = `${header}.${segment(claimsOf())}.AAAA`;
    expect(refusalOf(() => any.verifySync(token)).reason).toBe("too_large");
    expect(any.recognizes(token)).toBe(false);
    expect(medianMs(() => quietly(() => any.verifySync(token)))).toBeLessThan(SLOW_MS);
  });

  it("has remembered none of them", () => {
    expect(verifier.cached).toBe(0);
  });
});

describe("key confusion between keys of one set", () => {
  const rsa = pairOf("rsa", { modulusLength: 2048 }).privateKey;
  const rs = importKey(rsa, { alg: "RS256", kid: "rs" });
  const ps = importKey(rsa, { alg: "PS256", kid: "ps" });

  it("refuses a token of RS256 under the kid of the same key for PS256", () => {
    const verifier = verifierOf(rs, { keys: [rs, ps] });
    expect(verifier.verifySync(goodToken(rs)).sub).toBe("42");
    expect(verifier.verifySync(goodToken(ps)).sub).toBe("42");
    expect(refusalOf(() => verifier.verifySync(tokenOf(headerOf(rs, { kid: "ps" }), claimsOf(), rs))).reason).toBe(
      "algorithm_mismatch",
    );
    expect(refusalOf(() => verifier.verifySync(tokenOf(headerOf(ps, { kid: "ps" }), claimsOf(), rs))).reason).toBe(
      "bad_signature",
    );
  });

  it("refuses a token of ES256 under the kid of a key for ES384", () => {
    const verifier = verifierOf(keyOf("ES256"), { keys: [keyOf("ES256"), keyOf("ES384")] });
    const kid = keyOf("ES384").kid;
    expect(
      refusalOf(() => verifier.verifySync(tokenOf(headerOf(keyOf("ES256"), { kid }), claimsOf(), keyOf("ES256"))))
        .reason,
    ).toBe("algorithm_mismatch");
    expect(
      refusalOf(() => verifier.verifySync(tokenOf(headerOf(keyOf("ES384"), { kid }), claimsOf(), keyOf("ES256"))))
        .reason,
    ).toBe("bad_signature");
  });

  it("refuses HS256 with the bytes of a secret for HS512", () => {
    const secret = createSecretKey(keyOf("HS512").handle.export());
    const short = importKey(secret, { alg: "HS256", kid: keyOf("HS512").kid });
    expect(refusalOf(() => verifierOf(keyOf("HS512")).verifySync(goodToken(short))).reason).toBe("algorithm_mismatch");
  });

  it("never builds a set of secrets and public keys (RFC 8725 section 3.1)", () => {
    expect(() => verifierOf(rs, { keys: [rs, keyOf("HS256")] })).toThrow(TypeError);
    expect(() => verifierOf(rs, { keys: [keyOf("HS256"), rs] })).toThrow(TypeError);
  });
});

afterAll(() => {
  expect(({} as Record<string, unknown>).admin).toBeUndefined();
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});
