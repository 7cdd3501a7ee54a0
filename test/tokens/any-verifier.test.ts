import {
  anyVerifier,
  createIssuer,
  createRevocations,
  createVerifier,
  explain,
  generateKey,
  type Verifier,
} from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import {
  claimsOf,
  factsOf,
  goodToken,
  headerOf,
  keyOf,
  NOW,
  refusalOf,
  SECONDS,
  tokenOf,
  verifierOf,
  WRONG_USE,
} from "./by-hand.js";

const newer = keyOf("ES256");
const older = keyOf("HS256");
const newVerifier = verifierOf(newer);
const oldVerifier = verifierOf(older, { profile: "jwt" });
const newToken = goodToken(newer);
const oldToken = tokenOf(headerOf(older, { typ: "JWT" }), claimsOf({ sub: "old" }), older);
const UNTIL = new Date(NOW + 1000);

function bridgeAt(time: number): Verifier {
  return anyVerifier([newVerifier, { verifier: oldVerifier, until: UNTIL }], { now: () => time });
}

describe("a bridge between two issuers", () => {
  it("accepts the tokens of both, in every way of asking", async () => {
    const bridge = bridgeAt(NOW);
    expect(bridge.verifySync(newToken).sub).toBe("42");
    expect(bridge.verifySync(oldToken).sub).toBe("old");
    expect(bridge.inspectSync(oldToken)).toMatchObject({ kid: older.kid, profile: "jwt" });
    await expect(bridge.verify(oldToken)).resolves.toMatchObject({ sub: "old" });
    expect(bridge.recognizes(newToken)).toBe(true);
    expect(bridge.recognizes(oldToken)).toBe(true);
    expect(bridge.explain(oldToken).every(({ verdict }) => verdict === "passed")).toBe(true);
  });

  it("accepts the old ones until its date, to the millisecond, and the new ones ever after", async () => {
    expect(bridgeAt(UNTIL.getTime() - 1).verifySync(oldToken).sub).toBe("old");
    for (const time of [UNTIL.getTime(), UNTIL.getTime() + 1, NOW * 2]) {
      const bridge = bridgeAt(time);
      expect(refusalOf(() => bridge.verifySync(oldToken)).check).toBe("key");
      expect(bridge.recognizes(oldToken)).toBe(false);
      expect(bridge.verifySync(newToken).sub).toBe("42");
      await expect(bridge.verify(oldToken)).rejects.toMatchObject({ name: "TokenError" });
    }
  });

  it("explains an old token after its date as what it is: refused", () => {
    const bridge = bridgeAt(UNTIL.getTime());
    expect(bridge.explain(oldToken).some(({ verdict }) => verdict === "failed")).toBe(true);
    const alone = anyVerifier([{ verifier: oldVerifier, until: UNTIL }], { now: () => UNTIL.getTime() });
    expect(refusalOf(() => alone.verifySync(oldToken)).reason).toBe("key_unknown");
    expect(alone.explain(oldToken).slice(0, 3)).toEqual([
      { check: "shape", verdict: "passed" },
      { check: "key", verdict: "failed", reason: "key_unknown", message: "No key of that id is known." },
      { check: "type", verdict: "skipped" },
    ]);
  });

  it("explains a token that was taken back as revoked, whatever the next one would say of it", () => {
    const key = generateKey({ alg: "ES256" });
    const options = { issuer: "a", audience: "b", keys: [key.public] };
    const token = createIssuer({ ...options, clientId: "c", keys: [key] }).mint({ sub: "1", sid: "s" });
    const revocations = createRevocations();
    revocations.add({ session: "s" });
    const both = anyVerifier([createVerifier({ ...options, revocations }), createVerifier(options)]);
    expect(refusalOf(() => both.verifySync(token)).reason).toBe("revoked");
    expect(both.explain(token).find(({ verdict }) => verdict === "failed")?.reason).toBe("revoked");
  });

  it("accepts nothing where no clock answers", () => {
    const bridge = bridgeAt(Number.NaN);
    expect(refusalOf(() => bridge.verifySync(oldToken)).check).toBe("key");
    const alone = anyVerifier([{ verifier: oldVerifier, until: UNTIL }], { now: () => Number.NaN });
    expect(refusalOf(() => alone.verifySync(oldToken)).reason).toBe("key_unknown");
  });

  it("refuses with the reason of the verifier that knows the header", () => {
    const bridge = bridgeAt(NOW);
    expect(
      factsOf(() => bridge.verifySync(tokenOf(headerOf(older, { typ: "JWT" }), claimsOf({ exp: 1 }), older))).reason,
    ).toBe("expired");
    expect(factsOf(() => bridge.verifySync(goodToken(newer, { aud: "x" }))).reason).toBe("wrong_audience");
    expect(factsOf(() => bridge.verifySync(goodToken(keyOf("ES384")))).reason).toBe("key_unknown");
    for (const junk of ["", ".", "..", "a.b.c", null, undefined, 5, {}, "x".repeat(10_000)])
      refusalOf(() => bridge.verifySync(junk as string));
  });

  it("says of a token that names no key what the verifier says whose key signed it", async () => {
    const two = [keyOf("HS256"), keyOf("HS256", "second")].map((key) => verifierOf(key, { profile: "jwt" }));
    const bridge = anyVerifier(two);
    const older = tokenOf({ alg: "HS256", typ: "JWT" }, claimsOf({ exp: 1000, iat: 1 }), keyOf("HS256", "second"));
    expect(factsOf(() => bridge.verifySync(older)).reason).toBe("expired");
    await expect(bridge.verify(older)).rejects.toMatchObject({ reason: "expired" });
    expect(bridge.explain(older)).toEqual(two[1]?.explain(older));
    const strange = tokenOf({ alg: "HS256", typ: "JWT" }, claimsOf(), keyOf("HS256", "third"));
    expect(factsOf(() => bridge.verifySync(strange)).reason).toBe("bad_signature");
    expect(bridge.explain(strange)).toEqual(two[0]?.explain(strange));
  });

  it("refuses a token whose header nobody knows as the first verifier does, in every way of asking", async () => {
    const stranger = goodToken(keyOf("ES384"), { aud: "x" });
    const facts = factsOf(() => newVerifier.verifySync(stranger));
    const asked: unknown[] = [];
    const noticing = {
      ...oldVerifier,
      inspectSync: (token: string) => {
        asked.push(token);
        return oldVerifier.inspectSync(token);
      },
    };
    const bridge = anyVerifier([newVerifier, noticing]);
    expect(factsOf(() => bridge.verifySync(stranger))).toEqual(facts);
    await expect(bridge.verify(stranger)).rejects.toMatchObject(facts);
    expect(bridge.explain(stranger)).toEqual(newVerifier.explain(stranger));
    expect(asked).toEqual([]);
  });

  it("gives by a promise the refusal of the first that knew the header", async () => {
    const two = anyVerifier([verifierOf(newer, { audience: "one" }), verifierOf(newer, { audience: "two" })]);
    const token = goodToken(newer, { aud: "three" });
    await expect(two.verify(token)).rejects.toMatchObject({ reason: "wrong_audience", expected: ["one"] });
    await expect(two.verify(goodToken(newer, { aud: "two" }))).resolves.toMatchObject({ aud: "two" });
  });

  it("does not confuse the keys: the public key of one side is no secret of the other", () => {
    const bridge = bridgeAt(NOW);
    for (const header of [
      headerOf(newer, { alg: "HS256" }),
      headerOf(older, { alg: "ES256" }),
      headerOf(newer, { typ: "JWT" }),
      headerOf(older),
    ]) {
      refusalOf(() => bridge.verifySync(tokenOf(header, claimsOf(), older)));
      refusalOf(() => bridge.verifySync(tokenOf(header, claimsOf(), newer)));
    }
  });

  it("hands skipRevocation on", async () => {
    const revocations = createRevocations();
    revocations.add({ key: older.kid });
    const bridge = anyVerifier([newVerifier, verifierOf(older, { profile: "jwt", revocations })]);
    expect(factsOf(() => bridge.verifySync(oldToken)).reason).toBe("revoked");
    expect(bridge.verifySync(oldToken, { skipRevocation: true }).sub).toBe("old");
    await expect(bridge.verify(oldToken, { skipRevocation: true })).resolves.toMatchObject({ sub: "old" });
  });

  it("hands allowExpired on", () => {
    const expired = tokenOf(
      headerOf(older, { typ: "JWT" }),
      claimsOf({ iat: SECONDS - 1000, exp: SECONDS - 500 }),
      older,
    );
    expect(factsOf(() => bridgeAt(NOW).verifySync(expired)).reason).toBe("expired");
    expect(bridgeAt(NOW).verifySync(expired, { allowExpired: true }).sub).toBe("42");
    expect(bridgeAt(NOW).inspectSync(expired, { allowExpired: true }).kid).toBe(older.kid);
  });
});

describe("several verifiers that know one header", () => {
  const one = verifierOf(newer, { audience: "one" });
  const two = verifierOf(newer, { audience: "two" });
  const both = anyVerifier([one, two]);

  it("are asked in their order, and the first that accepts decides", () => {
    expect(both.verifySync(goodToken(newer, { aud: "one" })).aud).toBe("one");
    expect(both.verifySync(goodToken(newer, { aud: "two" })).aud).toBe("two");
    expect(refusalOf(() => both.verifySync(goodToken(newer, { aud: "three" }))).expected).toEqual(["one"]);
  });

  it("explain a token that one of them accepts as accepted", () => {
    expect(both.explain(goodToken(newer, { aud: "two" })).filter(({ verdict }) => verdict === "failed")).toEqual([]);
  });

  it("may be bridges themselves", () => {
    const nested = anyVerifier([anyVerifier([oldVerifier]), both], { now: () => NOW });
    expect(nested.verifySync(goodToken(newer, { aud: "two" })).aud).toBe("two");
    expect(nested.verifySync(oldToken).sub).toBe("old");
    expect(explain(oldToken, nested)).toHaveLength(10);
  });

  it("hand on what is no refusal", () => {
    const broken = verifierOf(newer, {
      keys: () => {
        throw new RangeError("closed");
      },
    });
    expect(() => anyVerifier([broken, newVerifier]).verifySync("a.b.c")).toThrow();
    expect(() => anyVerifier([failing(new RangeError("late")), newVerifier]).verifySync(newToken)).toThrow(RangeError);
  });

  it("count a refusal by its name, not its class: it may be of a second copy of the package", () => {
    class Foreign extends Error {
      override name = "TokenError";
      readonly code = "invalid_token";
      readonly reason = "expired";
      readonly check = "times";
    }
    expect(anyVerifier([failing(new Foreign()), newVerifier]).verifySync(newToken).sub).toBe("42");
  });
});

/** A verifier that knows the header of the new tokens and fails on each. */
function failing(error: Error): Verifier {
  const fail = () => {
    throw error;
  };
  return { ...newVerifier, verifySync: fail, inspectSync: fail, verify: async () => fail() };
}

describe("anyVerifier refuses with a TypeError", () => {
  it.each<[string, unknown]>([
    ["no verifier", []],
    ["nothing", undefined],
    ["null", null],
    ["a verifier outside of a list", newVerifier],
    ["undefined in the list", [undefined]],
    ["null in the list", [null]],
    ["a key in the list", [generateKey({ alg: "HS256" })]],
    ["an until that is a text", [{ verifier: oldVerifier, until: "2027-01-01" }]],
    ["an until that is a number", [{ verifier: oldVerifier, until: NOW }]],
    ["an until that is no date", [{ verifier: oldVerifier, until: new Date("x") }]],
    ["an until that is undefined", [{ verifier: oldVerifier, until: undefined }]],
    ["an until without a verifier", [{ until: UNTIL }]],
    ["a text in the list", ["a verifier"]],
    ["a function in the list", [Object.assign(() => {}, { until: UNTIL, verifier: oldVerifier })]],
  ])("%s", (_name, verifiers) => {
    expect(() => anyVerifier(verifiers as never)).toThrow(WRONG_USE);
  });

  it("an option that nobody reads", () => {
    const until = { until: UNTIL } as never;
    expect(() => anyVerifier([newVerifier], until)).toThrow('anyVerifier has no option "until". The options are now.');
  });
});
