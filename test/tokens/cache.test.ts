import { randomBytes } from "node:crypto";
import { createRevocations, generateKey, type Key, type VerifierOptions } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { createTokenCache } from "../../dist/tokens/token-cache.js";
import {
  claimsOf,
  factsOf,
  goodToken,
  headerOf,
  JTI,
  keyOf,
  NOW,
  refusalOf,
  SECONDS,
  segment,
  tokenOf,
  verifierOf,
  WRONG_USE,
} from "./by-hand.js";

const key = keyOf("HS256");
const good = goodToken(key, { nested: { list: [{ deep: [1] }] } });

/** The same characters in a string that was never seen, as every request brings it. */
function fresh(token: string): string {
  return Buffer.from(token, "latin1").toString("latin1");
}

describe("a verified token is remembered", () => {
  it("and presented again as a fresh string gets the same claims object", () => {
    const verifier = verifierOf(key);
    expect(verifier.cached).toBe(0);
    const claims = verifier.verifySync(fresh(good));
    expect(verifier.cached).toBe(1);
    for (let round = 0; round < 5; round++) expect(verifier.verifySync(fresh(good))).toBe(claims);
    expect(verifier.inspectSync(fresh(good)).claims).toBe(claims);
    expect(verifier.cached).toBe(1);
  });

  it("by its own verifier alone", () => {
    const one = verifierOf(key);
    const other = verifierOf(key, { audience: "other" });
    one.verifySync(good);
    expect(other.cached).toBe(0);
    expect(factsOf(() => other.verifySync(good)).reason).toBe("wrong_audience");
  });

  it("not at all where the cache is off", () => {
    const verifier = verifierOf(key, { cache: false });
    expect(verifier.verifySync(good)).not.toBe(verifier.verifySync(good));
    expect(verifier.cached).toBe(0);
  });

  it("with claims that are frozen to their depth", () => {
    const verifier = verifierOf(key);
    const { claims, header } = verifier.inspectSync(good);
    const nested = claims.nested as { list: { deep: number[] }[] };
    for (const part of [claims, nested, nested.list, nested.list[0], nested.list[0]?.deep, header])
      expect(Object.isFrozen(part)).toBe(true);
    expect(() => Object.assign(claims, { sub: "root" })).toThrow(TypeError);
    expect(() => Object.assign(verifier.inspectSync(good), { kid: "x" })).toThrow(TypeError);
    expect(() => nested.list.push({ deep: [] })).toThrow(TypeError);
    expect(verifier.verifySync(fresh(good))).toMatchObject({ sub: "42", nested: { list: [{ deep: [1] }] } });
  });

  it("with a header that is frozen to its depth", () => {
    const verifier = verifierOf(key);
    const token = tokenOf(headerOf(key, { nested: { list: [1] } }), claimsOf(), key);
    const nested = verifier.inspectSync(token).header.nested as { list: number[] };
    expect(Object.isFrozen(nested)).toBe(true);
    expect(Object.isFrozen(nested.list)).toBe(true);
  });
});

describe("a remembered token does not help", () => {
  const [header = "", payload = "", signature = ""] = good.split(".");

  it("another body under the same signature (CVE-2026-35039)", () => {
    const verifier = verifierOf(key);
    verifier.verifySync(good);
    const root = segment(claimsOf({ sub: "root" }));
    for (const forged of [
      `${header}.${root}.${signature}`,
      `${segment(headerOf(key, { x: 1 }))}.${payload}.${signature}`,
    ]) {
      expect(factsOf(() => verifier.verifySync(forged)).reason).toBe("bad_signature");
    }
    for (const forged of [
      `x.${signature}`,
      signature,
      `.${signature}`,
      `a.b.${signature.slice(-22)}`,
      signature.slice(-22),
    ]) {
      refusalOf(() => verifier.verifySync(forged));
    }
    expect(verifier.verifySync(fresh(good)).sub).toBe("42");
    expect(verifier.cached).toBe(1);
  });

  it("the same token in another spelling", () => {
    const verifier = verifierOf(key);
    verifier.verifySync(good);
    for (const spelled of [`${good}=`, `${good}\n`, ` ${good}`, `${good}.`, good.toUpperCase(), good.slice(0, -1)]) {
      refusalOf(() => verifier.verifySync(spelled));
    }
  });

  it("once exp has passed, to the millisecond", () => {
    let time = NOW;
    const verifier = verifierOf(key, { now: () => time, leeway: 0 });
    verifier.verifySync(good);
    time = (SECONDS + 590) * 1000 - 1;
    expect(verifier.verifySync(fresh(good)).sub).toBe("42");
    time++;
    expect(factsOf(() => verifier.verifySync(fresh(good)))).toEqual({
      reason: "expired",
      check: "times",
      claim: "exp",
    });
    time += 1e9;
    expect(factsOf(() => verifier.verifySync(fresh(good))).reason).toBe("expired");
  });

  it("once its key is gone", () => {
    const verifier = verifierOf(key);
    verifier.verifySync(good);
    verifier.replaceKeys([keyOf("HS256", "other")]);
    expect(verifier.cached).toBe(0);
    expect(factsOf(() => verifier.verifySync(fresh(good))).reason).toBe("key_unknown");
    verifier.replaceKeys([key, keyOf("HS256", "other")]);
    expect(verifier.verifySync(fresh(good)).sub).toBe("42");
  });

  it("once its key is replaced by another of the same name", () => {
    const verifier = verifierOf(key);
    verifier.verifySync(good);
    verifier.replaceKeys([generateKey({ alg: "HS256", kid: key.kid })]);
    expect(factsOf(() => verifier.verifySync(fresh(good))).reason).toBe("bad_signature");
  });

  it.each([
    ["its session", { session: "session-1" }, "sid"],
    ["its jti", { token: JTI }, "jti"],
    ["its key", { key: key.kid }, "kid"],
    ["its session before now", { session: "session-1", before: NOW * 2 }, "sid"],
  ] as const)("once %s is taken back, at the very next check", (_name, revocation, claim) => {
    const revocations = createRevocations({ now: () => NOW });
    const verifier = verifierOf(key, { revocations });
    verifier.verifySync(good);
    revocations.add(revocation);
    expect(factsOf(() => verifier.verifySync(fresh(good)))).toEqual({ reason: "revoked", check: "revocation", claim });
    expect(factsOf(() => verifier.verifySync(fresh(good))).reason).toBe("revoked");
  });
});

describe("a verifier whose keys a function chooses", () => {
  const chosen = (keys: VerifierOptions["keys"]) => verifierOf(key, { keys });

  it("asks it for a remembered token too", () => {
    let answer: Key | undefined = key;
    const verifier = chosen(() => answer);
    const claims = verifier.verifySync(good);
    expect(verifier.verifySync(fresh(good))).toBe(claims);
    answer = undefined;
    expect(factsOf(() => verifier.verifySync(fresh(good))).reason).toBe("key_unknown");
    answer = keyOf("HS256", "other");
    expect(factsOf(() => verifier.verifySync(fresh(good))).reason).toBe("bad_signature");
    answer = keyOf("ES256");
    expect(factsOf(() => verifier.verifySync(fresh(good))).reason).toBe("algorithm_mismatch");
    answer = key;
    expect(verifier.verifySync(fresh(good)).sub).toBe("42");
  });

  it("refuses a remembered token once the function answers with another key of the same name", () => {
    let answer: Key = key;
    const verifier = chosen(() => answer);
    verifier.verifySync(good);
    answer = generateKey({ alg: "HS256", kid: key.kid });
    expect(factsOf(() => verifier.verifySync(fresh(good))).reason).toBe("bad_signature");
  });

  it("still remembers where the function imports the same key anew each time", () => {
    const verifier = chosen(() => ({ ...key }));
    const claims = verifier.verifySync(good);
    expect(verifier.verifySync(fresh(good))).toEqual(claims);
  });
});

describe("garbage never enters the cache", () => {
  it("whatever it is", () => {
    const verifier = verifierOf(key);
    const forged = tokenOf(headerOf(key), claimsOf(), keyOf("HS256", "other"));
    for (const token of [
      forged,
      "",
      "a.b.c",
      goodToken(key, { exp: 1 }),
      goodToken(key, { aud: "x" }),
      goodToken(key, { sub: 1 }),
      tokenOf(headerOf(key), "[]", key),
    ]) {
      for (let round = 0; round < 3; round++) refusalOf(() => verifier.verifySync(token));
    }
    for (let round = 0; round < 3000; round++)
      refusalOf(() => verifier.verifySync(`${good.slice(0, -22)}${randomBytes(16).toString("base64url")}`));
    expect(verifier.cached).toBe(0);
  });

  it("nor what is revoked, nor what passed only with allowExpired", () => {
    const revocations = createRevocations();
    revocations.add({ token: JTI });
    const revoking = verifierOf(key, { revocations });
    refusalOf(() => revoking.verifySync(good));
    expect(revoking.cached).toBe(0);
    const verifier = verifierOf(key);
    const expired = goodToken(key, { iat: SECONDS - 1000, exp: SECONDS - 500 });
    verifier.verifySync(expired, { allowExpired: true });
    verifier.verifySync(good, { allowExpired: true });
    expect(verifier.cached).toBe(0);
    expect(factsOf(() => verifier.verifySync(expired)).reason).toBe("expired");
  });

  it("while allowExpired still lets pass what was remembered and has expired since", () => {
    let time = NOW;
    const verifier = verifierOf(key, { now: () => time });
    verifier.verifySync(good);
    time += 700_000;
    expect(verifier.verifySync(good, { allowExpired: true }).sub).toBe("42");
    expect(factsOf(() => verifier.verifySync(good)).reason).toBe("expired");
  });
});

describe("the cache of a verifier", () => {
  it("keeps within its entries while thousands of good tokens pass", () => {
    const verifier = verifierOf(key, { cache: { entries: 100 } });
    for (let number = 0; number < 5000; number++) {
      const token = goodToken(key, { number });
      const claims = verifier.verifySync(token);
      expect(verifier.verifySync(fresh(token))).toBe(claims);
      expect(verifier.cached).toBeLessThanOrEqual(100);
    }
    expect(verifier.cached).toBeGreaterThanOrEqual(50);
  });

  it("keeps within its bytes", () => {
    const token = goodToken(key, { filler: "x".repeat(4000) });
    const verifier = verifierOf(key, { cache: { bytes: token.length * 4 * 10 } });
    for (let number = 0; number < 200; number++)
      verifier.verifySync(goodToken(key, { number, filler: "x".repeat(4000) }));
    expect(verifier.cached).toBeGreaterThan(1);
    expect(verifier.cached).toBeLessThanOrEqual(10);
  });

  it.each([1, 2, 3])("of %i entries works", (entries) => {
    const verifier = verifierOf(key, { cache: { entries } });
    for (let number = 0; number < 20; number++) {
      verifier.verifySync(goodToken(key, { number }));
      expect(verifier.cached).toBeLessThanOrEqual(entries);
    }
  });

  it("of too few bytes for one token remembers none and refuses none", () => {
    const verifier = verifierOf(key, { cache: { bytes: 10 } });
    expect(verifier.verifySync(good).sub).toBe("42");
    expect(verifier.cached).toBe(0);
  });
});

describe("the map under it", () => {
  it("leaves a million different tokens within the bound, of entries and of bytes", () => {
    const cache = createTokenCache<number>({ entries: 10_000, bytes: 32 * 1024 * 1024 });
    const body = "x".repeat(300);
    let most = 0;
    for (let number = 0; number < 1_000_000; number++) {
      cache.add(`${body}.${number.toString().padStart(43, "0")}`, number);
      most = Math.max(most, cache.size);
    }
    expect(most).toBeLessThanOrEqual(10_000);
    expect(most).toBeGreaterThanOrEqual(5000);
    expect(cache.find(`${body}.${"999999".padStart(43, "0")}`)).toBe(999_999);
    expect(cache.find(`${body}.${"0".padStart(43, "0")}`)).toBeUndefined();
    const tight = createTokenCache<number>({ entries: 10_000, bytes: 344 * 4 * 100 });
    for (let number = 0; number < 10_000; number++) tight.add(`${body}.${number.toString().padStart(43, "0")}`, number);
    expect(tight.size).toBeLessThanOrEqual(100);
    expect(tight.size).toBeGreaterThan(0);
  });

  it("keeps what is asked for again and again, and forgets what is not", () => {
    const cache = createTokenCache<string>({ entries: 10, bytes: 1_000_000 });
    cache.add("hot", "hot");
    cache.add("cold", "cold");
    for (let number = 0; number < 100; number++) {
      cache.add(`token ${number}`, "");
      expect(cache.find("hot")).toBe("hot");
    }
    expect(cache.find("cold")).toBeUndefined();
  });

  it("tells tokens apart whose last characters agree, and keeps the later one", () => {
    const cache = createTokenCache<string>({ entries: 100, bytes: 1_000_000 });
    const tail = "t".repeat(60);
    cache.add(`one.${tail}`, "one");
    cache.add(`two.${tail}`, "two");
    expect(cache.find(`one.${tail}`)).toBeUndefined();
    expect(cache.find(`two.${tail}`)).toBe("two");
    expect(cache.find(tail)).toBeUndefined();
    expect(cache.find("")).toBeUndefined();
  });

  it("compares tokens whole in its older half too", () => {
    const cache = createTokenCache<string>({ entries: 4, bytes: 1_000_000 });
    const tail = "t".repeat(60);
    cache.add(`one.${tail}`, "one");
    cache.add("second", "second");
    cache.add("third", "third");
    expect(cache.find(`two.${tail}`)).toBeUndefined();
    expect(cache.find(`one.${tail}`)).toBe("one");
  });

  it("keeps within its bytes where one tail is added over and over", () => {
    const cache = createTokenCache<number>({ entries: 100, bytes: 100_000 });
    const tail = "t".repeat(22);
    for (let number = 0; number < 1000; number++) cache.add(`${number}.${tail}`, number);
    expect(cache.find(`999.${tail}`)).toBe(999);
    expect(cache.size).toBeLessThanOrEqual(2);
  });

  it("is filled to its bytes exactly: twelve a character, one half young and one half old", () => {
    const one = createTokenCache<number>({ entries: 100, bytes: 240 });
    one.add("0123456789", 1);
    expect(one.find("0123456789")).toBe(1);
    one.add("0123456789a", 2);
    expect(one.find("0123456789a")).toBeUndefined();
    const two = createTokenCache<number>({ entries: 100, bytes: 480 });
    for (const number of [1, 2, 3]) two.add(`token ${number}...`, number);
    expect(two.size).toBe(3);
    expect(two.find("token 1...")).toBe(1);
    for (const number of [4, 5]) two.add(`token ${number}...`, number);
    expect(two.find("token 2...")).toBeUndefined();
    expect(two.find("token 5...")).toBe(5);
  });

  it("of two entries keeps two, and of one entry one", () => {
    const two = createTokenCache<number>({ entries: 2, bytes: 1_000_000 });
    for (const number of [1, 2, 3]) two.add(`token ${number}`, number);
    expect([1, 2, 3].map((number) => two.find(`token ${number}`))).toEqual([undefined, 2, 3]);
    const one = createTokenCache<number>({ entries: 1, bytes: 1_000_000 });
    for (const number of [1, 2]) one.add(`token ${number}`, number);
    expect([1, 2].map((number) => one.find(`token ${number}`))).toEqual([undefined, 2]);
  });

  it("is empty once it is cleared", () => {
    const cache = createTokenCache<number>({ entries: 4, bytes: 1_000_000 });
    for (let number = 0; number < 10; number++) cache.add(`token ${number}`, number);
    cache.clear();
    expect(cache.size).toBe(0);
    for (let number = 0; number < 10; number++) expect(cache.find(`token ${number}`)).toBeUndefined();
  });

  it.each([[0], [-1], [1.5], [Number.NaN], [Number.POSITIVE_INFINITY], ["10"], [undefined], [null]])(
    "has no bound of %s",
    (bound) => {
      expect(() => createTokenCache({ entries: bound as number, bytes: 1 })).toThrow(WRONG_USE);
      expect(() => createTokenCache({ entries: 1, bytes: bound as number })).toThrow(WRONG_USE);
    },
  );
});
