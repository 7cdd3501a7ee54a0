import type { KeyObject } from "node:crypto";

const SHORTEST = 2048;
// Longer ones take longer to verify than a refusal may last.
const LONGEST = 8192;
const LEAST_EXPONENT = 65537n;
const GREATEST_EXPONENT = 0xffff_ffffn;
// The greatest prime under 1000: what anybody finds by dividing.
const GREATEST_DIVISOR = 997n;

/**
 * Throws a `TypeError` for an RSA key of under 2048 or over 8192 bits, with a small factor, with an exponent that is even,
 * small or huge, or made by ROCA.
 */
export function requireSoundRsa(key: KeyObject): void {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < SHORTEST || modulusLength > LONGEST) {
    throw new TypeError(`An RSA key must have ${SHORTEST} to ${LONGEST} bits, this one has ${modulusLength}.`);
  }
  if (publicExponent < LEAST_EXPONENT || publicExponent > GREATEST_EXPONENT || publicExponent % 2n === 0n) {
    throw new TypeError("The RSA exponent must be an odd number from 65537 to 2^32.");
  }
  const modulus = numberOf(key.export({ format: "jwk" }).n);
  for (let divisor = 2n; divisor <= GREATEST_DIVISOR; divisor++) {
    if (modulus % divisor === 0n) throw new TypeError("The RSA modulus has a small factor.");
  }
  if (isFromRoca(modulus)) throw new TypeError("The RSA key was made by a faulty generator (ROCA, CVE-2017-15361).");
}

/**
 * Throws a `TypeError` where the numbers of a private RSA key do not belong together (RFC 8017 section 3.2). OpenSSL signs with some of them
 * and never looks at the others.
 */
export function requireConsistentRsa(key: KeyObject): void {
  const jwk = key.export({ format: "jwk" });
  const [n, e, d, p, q] = [numberOf(jwk.n), numberOf(jwk.e), numberOf(jwk.d), numberOf(jwk.p), numberOf(jwk.q)];
  const holds =
    p > 1n &&
    q > 1n &&
    p * q === n &&
    (e * d) % (p - 1n) === 1n &&
    (e * d) % (q - 1n) === 1n &&
    numberOf(jwk.dp) === d % (p - 1n) &&
    numberOf(jwk.dq) === d % (q - 1n) &&
    (numberOf(jwk.qi) * q) % p === 1n;
  if (!holds) throw new TypeError("The numbers of the RSA key do not belong together.");
}

function numberOf(base64url: string | undefined): bigint {
  return BigInt(`0x0${Buffer.from(base64url as string, "base64url").toString("hex")}`);
}

const SMALL_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157] as const;

/** The faulty library made primes of the form k·M + 65537^a mod M, so its moduli are powers of 65537 modulo each small prime. */
function isFromRoca(modulus: bigint): boolean {
  return SMALL_PRIMES.every((prime) => powersOf65537(prime).has(Number(modulus % BigInt(prime))));
}

function powersOf65537(prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * 65537) % prime) powers.add(power);
  return powers;
}
