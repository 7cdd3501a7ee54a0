import type { KeyObject } from "node:crypto";

const SHORTEST = 2048;
// Longer ones take longer to verify than a refusal may last.
const LONGEST = 8192;
const LEAST_EXPONENT = 65537n;
const GREATEST_EXPONENT = 2n ** 32n;

/** Throws a `TypeError` for an RSA key of under 2048 or over 8192 bits, with an exponent that is even, small or huge, or made by ROCA. */
export function requireSoundRsa(key: KeyObject): void {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < SHORTEST || modulusLength > LONGEST) {
    throw new TypeError(`An RSA key must have ${SHORTEST} to ${LONGEST} bits, this one has ${modulusLength}.`);
  }
  if (publicExponent < LEAST_EXPONENT || publicExponent > GREATEST_EXPONENT || publicExponent % 2n === 0n) {
    throw new TypeError("The RSA exponent must be an odd number from 65537 to 2^32.");
  }
  const modulus = BigInt(`0x${Buffer.from(key.export({ format: "jwk" }).n ?? "", "base64url").toString("hex")}`);
  if (modulus % 2n === 0n) throw new TypeError("The RSA modulus is even.");
  if (isFromRoca(modulus)) throw new TypeError("The RSA key was made by a faulty generator (ROCA, CVE-2017-15361).");
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
