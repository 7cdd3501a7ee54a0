import { exportKey, importKey, type Jwk } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { keyOf, WRONG_USE } from "./by-hand.js";

function numberOf(text: string | undefined): bigint {
  return BigInt(`0x${Buffer.from(text ?? "", "base64url").toString("hex")}`);
}

function textOf(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex").toString("base64url");
}

function greatestDivisor(one: bigint, other: bigint): bigint {
  return other === 0n ? one : greatestDivisor(other, one % other);
}

function leastMultiple(one: bigint, other: bigint): bigint {
  return (one / greatestDivisor(one, other)) * other;
}

/** What a number must be multiplied with to be 1 modulo another one. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [rest, next, factor, nextFactor] = [value % modulus, modulus, 1n, 0n];
  while (next !== 0n) {
    const times = rest / next;
    [rest, next] = [next, rest - times * next];
    [factor, nextFactor] = [nextFactor, factor - times * nextFactor];
  }
  expect(rest).toBe(1n);
  return ((factor % modulus) + modulus) % modulus;
}

const SMALL_PRIMES = Array.from({ length: 998 }, (_, at) => at + 2).filter((one) =>
  Array.from({ length: Math.floor(Math.sqrt(one)) - 1 }, (_, at) => at + 2).every((other) => one % other !== 0),
);

/** The next odd number that small primes do not divide, but for the one given. */
function withoutFactors(start: bigint, but = 1n): bigint {
  const step = 2n * but;
  for (let value = (start / step) * step + but; ; value += step) {
    if (SMALL_PRIMES.every((prime) => BigInt(prime) === but || value % BigInt(prime) !== 0n)) return value;
  }
}

function publicKey(n: bigint, e = 65_537n) {
  return importKey({ kty: "RSA", alg: "RS256", n: textOf(n), e: textOf(e) });
}

describe("an RSA modulus", () => {
  it("has 2048 to 8192 bits", () => {
    for (const bits of [2048n, 8192n]) {
      const { handle } = publicKey(withoutFactors((3n << (bits - 2n)) + 12_345n));
      expect(handle.asymmetricKeyDetails?.modulusLength).toBe(Number(bits));
    }
    for (const bits of [2047n, 8193n, 16_384n]) {
      expect(() => publicKey(withoutFactors((3n << (bits - 2n)) + 12_345n))).toThrow(/2048 to 8192 bits/);
    }
  });

  it.each([3n, 5n, 499n, 991n, 997n])("has no prime factor under 1000, such as %i", (prime) => {
    expect(() => publicKey(withoutFactors(3n << 2046n, prime))).toThrow(/small factor/);
  });

  it.each([1009n, 1013n])("may have a greater one, such as %i, that nobody looks for", (prime) => {
    expect(publicKey(withoutFactors(3n << 2046n, prime)).kind).toBe("public");
  });
});

describe("an RSA exponent", () => {
  const n = numberOf(exportKey(keyOf("RS256")).n);

  it.each([65_537n, 65_539n, 4_294_967_295n])("may be %i", (exponent) => {
    expect(publicKey(n, exponent).kind).toBe("public");
  });

  it.each([65_535n, 65_538n, 4_294_967_294n, 4_294_967_296n, 4_294_967_297n])("is not %i", (exponent) => {
    expect(() => publicKey(n, exponent)).toThrow(/exponent/);
  });
});

describe("the numbers of a private RSA key belong together", () => {
  const own = exportKey(keyOf("RS256"));
  const foreign = exportKey(keyOf("RS256", "other"));
  const [n, e, d, p, q] = [own.n, own.e, own.d, own.p, own.q].map(numberOf) as [bigint, bigint, bigint, bigint, bigint];
  /** Exponents and coefficient for these primes. */
  const restOf = (exponent: bigint, one: bigint, other: bigint): Jwk => ({
    d: textOf(exponent),
    p: textOf(one),
    q: textOf(other),
    dp: textOf(exponent % (one - 1n)),
    dq: textOf(exponent % (other - 1n)),
    qi: textOf(inverse(other, one)),
  });
  const keyWith = (changes: Jwk) => () => importKey({ ...own, ...changes });

  it("and do in every key that holds them, whichever prime is the first and however great d is", () => {
    expect(keyWith({})().kind).toBe("private");
    expect(keyWith(restOf(d, q, p))().kid).toBe(own.kid);
    expect(keyWith(restOf(inverse(e, (p - 1n) * (q - 1n)), p, q))().kid).toBe(own.kid);
  });

  // OpenSSL notices that such primes give a wrong signature, and makes another one of n and d alone, which holds.
  it("so primes are refused that are not those of the modulus, though the key could sign", () => {
    const [one, other] = [numberOf(foreign.p), numberOf(foreign.q)];
    const both = leastMultiple(leastMultiple(p - 1n, q - 1n), leastMultiple(one - 1n, other - 1n));
    expect(keyWith(restOf(inverse(e, both), p, q))().kid).toBe(own.kid);
    expect(keyWith(restOf(inverse(e, both), one, other))).toThrow(/numbers .* belong together/);
  });

  it.each([
    ["the first prime alone", d + (q - 1n)],
    ["the second prime alone", d + (p - 1n)],
    ["both primes", d + 2n],
  ])("so a d is refused that is wrong for %s, though dp and dq come of it", (_name, wrong) => {
    expect(keyWith(restOf(wrong, p, q))).toThrow(/numbers .* belong together/);
  });

  it.each<[string, Jwk]>([
    ["p is 1 and q the modulus", { p: textOf(1n), q: own.n ?? "" }],
    ["q is 1 and p the modulus", { q: textOf(1n), p: own.n ?? "" }],
    [
      "q is 1, p the modulus and d made for it",
      { ...restOf(inverse(e, n - 1n), n, 2n), q: textOf(1n), dq: "AQ", qi: "AQ" },
    ],
    ["p is 2", { p: textOf(2n) }],
    ["dp is that of another d", { dp: textOf((d + 2n) % (p - 1n)) }],
    ["dq is that of another d", { dq: textOf((d + 2n) % (q - 1n)) }],
    ["dp and dq are exchanged", { dp: own.dq ?? "", dq: own.dp ?? "" }],
    ["p and q are exchanged", { p: own.q ?? "", q: own.p ?? "" }],
    ["qi is another number", { qi: textOf(numberOf(own.qi) + 1n) }],
  ])("so a key is refused where %s", (_name, changes) => {
    expect(keyWith(changes)).toThrow(WRONG_USE);
    expect(n).toBe(p * q);
  });
});
