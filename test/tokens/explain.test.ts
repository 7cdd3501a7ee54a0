import { type CheckVerdict, createRevocations, explain } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { claimsOf, goodToken, headerOf, JTI, keyOf, type Members, SECONDS, tokenOf, verifierOf } from "./by-hand.js";

const CHECKS = ["shape", "key", "type", "signature", "payload", "times", "issuer", "audience", "claims", "revocation"];
const key = keyOf("ES256");
const revocations = createRevocations();
revocations.add({ session: "gone" });
const verifier = verifierOf(key, { revocations });

/** The verdicts as one letter each: p, f, s. */
function letters(verdicts: readonly CheckVerdict[]): string {
  expect(verdicts.map(({ check }) => check)).toEqual(CHECKS);
  return verdicts.map(({ verdict }) => verdict[0]).join("");
}

describe("explain", () => {
  const withHeader = (changes: Members) => tokenOf(headerOf(key, changes), claimsOf(), key);
  it.each<[string, unknown, string, string]>([
    ["a good one", goodToken(key), "pppppppppp", ""],
    ["no string", 5, "fsssssssss", "not_a_string"],
    ["two segments", "a.b", "fsssssssss", "wrong_segments"],
    ["a header that is no JSON", tokenOf("x", {}, key), "fsssssssss", "not_json"],
    ["crit", withHeader({ crit: ["x"] }), "pfssssssss", "critical_extension"],
    ["an unknown kid", withHeader({ kid: "x" }), "pfssssssss", "key_unknown"],
    ["another alg", withHeader({ alg: "none" }), "pfssssssss", "algorithm_mismatch"],
    ["another typ", withHeader({ typ: "JWT" }), "ppfsssssss", "wrong_type"],
    [
      "a wrong signature",
      tokenOf(headerOf(key), claimsOf({ exp: 1 }), keyOf("ES256", "other")),
      "pppfssssss",
      "bad_signature",
    ],
    ["a payload that is no object", tokenOf(headerOf(key), "[]", key), "ppppfsssss", "not_an_object"],
    ["an expired one", goodToken(key, { exp: SECONDS - 100, iat: SECONDS - 200 }), "pppppfpppp", "expired"],
    ["another issuer", goodToken(key, { iss: "x" }), "ppppppfppp", "wrong_issuer"],
    ["another audience", goodToken(key, { aud: ["x"] }), "pppppppfpp", "wrong_audience"],
    ["a claim of a wrong shape", goodToken(key, { sub: 1 }), "ppppppppfp", "claim_invalid"],
    ["an exp of a wrong shape", goodToken(key, { exp: "soon" }), "pppppfpppp", "claim_invalid"],
    ["an nbf of a wrong shape", goodToken(key, { nbf: "soon" }), "pppppfpppp", "claim_invalid"],
    ["an iat that is missing", goodToken(key, { iat: undefined }), "pppppfpppp", "claim_missing"],
    ["an issuer that is missing", goodToken(key, { iss: undefined }), "ppppppfppp", "claim_missing"],
    ["an audience that is missing", goodToken(key, { aud: undefined }), "pppppppfpp", "claim_missing"],
    ["a claim that is missing", goodToken(key, { client_id: undefined }), "ppppppppfp", "claim_missing"],
    ["one that was taken back", goodToken(key, { sid: "gone" }), "pppppppppf", "revoked"],
  ])("gives every check of %s its verdict", (_name, token, verdicts, reason) => {
    const told = explain(token as string, verifier);
    expect(letters(told)).toBe(verdicts);
    expect(told.find(({ verdict }) => verdict === "failed")?.reason ?? "").toBe(reason);
    for (const { verdict, message, reason: why } of told)
      expect([message, why].every((part) => (part === undefined) === (verdict !== "failed"))).toBe(true);
  });

  it("names all faults of the claims at once", () => {
    const told = explain(goodToken(key, { exp: 1, iat: 0, iss: "x", aud: "x", sub: 1, sid: "gone" }), verifier);
    expect(letters(told)).toBe("pppppfffff");
    expect(told.filter(({ verdict }) => verdict === "failed").map(({ reason, claim }) => [reason, claim])).toEqual([
      ["expired", "exp"],
      ["wrong_issuer", "iss"],
      ["wrong_audience", "aud"],
      ["claim_invalid", "sub"],
      ["revoked", "sid"],
    ]);
  });

  it("says the same as the refusal", () => {
    for (const changes of [{ exp: 1 }, { iss: "x" }, { aud: "x" }, { jti: 5 }, { nbf: SECONDS + 99 }]) {
      const token = goodToken(key, changes);
      const failed = explain(token, verifier).find(({ verdict }) => verdict === "failed");
      let refusal: unknown;
      try {
        verifier.verifySync(token);
      } catch (error) {
        refusal = error;
      }
      const { check, reason, message, claim, expected, actual } = refusal as CheckVerdict;
      expect(failed).toEqual({
        verdict: "failed",
        check,
        reason,
        message,
        claim,
        ...(expected !== undefined && { expected }),
        ...(actual !== undefined && { actual }),
      });
    }
  });

  it("does not call a check passed that was never made: a typ that is no text says nothing of the key", () => {
    const [shape, keys, type] = explain(withHeader({ typ: 5, kid: "nobody" }), verifier);
    expect([shape, keys, type].some((verdict) => verdict?.verdict === "failed")).toBe(true);
    expect(keys?.verdict).not.toBe("passed");
  });

  it("holds neither the token nor a segment of it, and can be written as JSON", () => {
    for (const token of [
      goodToken(key, { iss: "x".repeat(3000), sub: 1, exp: 1 }),
      `${goodToken(key)}x`,
      tokenOf(headerOf(key, { kid: "y".repeat(3000) }), {}, key),
    ]) {
      const told = JSON.stringify(explain(token, verifier));
      for (const secret of [token, ...token.split(".")]) expect(told).not.toContain(secret);
      expect(told.length).toBeLessThan(2500);
    }
  });

  it("hands on what is no refusal of the token", () => {
    const closed = {
      find: () => {
        throw new RangeError("closed");
      },
    };
    expect(() => explain(goodToken(key), verifierOf(key, { revocations: closed }))).toThrow(RangeError);
  });

  it.each([[undefined], [null], [{}], [key]])("takes a verifier, and not %j", (given) => {
    expect(() => explain(goodToken(key), given as never)).toThrow("explain takes a token and a verifier.");
  });

  it("tells of a check no more than there is to tell", () => {
    for (const verdict of explain(goodToken(key, { sub: undefined }), verifier)) {
      expect(Object.values(verdict)).not.toContain(undefined);
    }
  });

  it("neither reads the cache nor fills it", () => {
    const own = verifierOf(key);
    explain(goodToken(key), own);
    expect(own.cached).toBe(0);
  });

  it("asks the schema after the other claims", () => {
    const strict = verifierOf(key, {
      claims: {
        "~standard": {
          version: 1,
          vendor: "by hand",
          validate: () => ({ issues: [{ message: "no", path: ["tenant"] }] }),
        },
      },
    });
    expect(explain(goodToken(key), strict)[8]).toMatchObject({
      check: "claims",
      verdict: "failed",
      reason: "claim_invalid",
      claim: "tenant",
    });
    expect(explain(goodToken(key, { sub: 1 }), strict)[8]).toMatchObject({ claim: "sub" });
    expect(letters(explain(goodToken(key), strict))).toBe("ppppppppfp");
    expect(letters(explain(goodToken(key, { iss: "x" }), strict))).toBe("ppppppfpfp");
  });

  it("asks the schema once, and not where a claim has a wrong shape", () => {
    const seen: unknown[] = [];
    const validate = (value: unknown) => {
      seen.push(value);
      return { value: {} };
    };
    const own = verifierOf(key, { claims: { "~standard": { version: 1, vendor: "by hand", validate } } });
    explain(goodToken(key), own);
    expect(seen).toEqual([claimsOf()]);
    explain(goodToken(key, { sub: 1 }), own);
    expect(seen).toHaveLength(1);
  });

  it("explains claims of every shape without an error", () => {
    for (const value of [null, 1, "x", [], {}, true, [[]], { a: { b: 1 } }]) {
      for (const name of ["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "sid", "roles"]) {
        expect(letters(explain(goodToken(key, { [name]: value }), verifier))).toMatch(/^ppppp[pf]{5}$/);
      }
    }
    expect(letters(explain(goodToken(key, { jti: JTI }), verifier))).toBe("pppppppppp");
  });
});
