import type { Pbkdf2Digest, ScryptHash, StoredHash } from "./stored-hash.js";

// What a stored hash may ask for: about two seconds of one core and 256 MiB. One that costs more would let a row of the
// table stall every log-in.
const DEAREST = {
  argon2: { memory: 256 * 1024, passes: 16, lanes: 16 },
  bcrypt: 15,
  pbkdf2: 5_000_000,
  scrypt: { work: 2 ** 22, width: 1024, bytes: 256 * 1024 * 1024 },
} as const;

const DIGEST_BYTES: Readonly<Record<Pbkdf2Digest, number>> = { sha1: 20, sha256: 32, sha512: 64 };

/** The most that a hash of each kind may cost, in words for who imports hashes. */
export const LIMITS: Readonly<Record<StoredHash["kind"], string>> = {
  argon2: `${DEAREST.argon2.memory / 1024} MiB, ${DEAREST.argon2.passes} passes and ${DEAREST.argon2.lanes} lanes`,
  bcrypt: `a cost of ${DEAREST.bcrypt}`,
  pbkdf2: `${DEAREST.pbkdf2} iterations`,
  scrypt: `N*r*p of ${DEAREST.scrypt.work}, r*p of ${DEAREST.scrypt.width} and ${DEAREST.scrypt.bytes / 1024 / 1024} MiB`,
};

/** Tells whether a log-in may take what the hash costs. */
export function isAffordable(hash: StoredHash): boolean {
  switch (hash.kind) {
    case "argon2":
      return (
        hash.memory <= DEAREST.argon2.memory &&
        hash.passes <= DEAREST.argon2.passes &&
        hash.lanes <= DEAREST.argon2.lanes
      );
    case "bcrypt":
      return hash.cost <= DEAREST.bcrypt;
    case "pbkdf2":
      return hash.iterations <= DEAREST.pbkdf2;
    case "scrypt":
      return (
        hash.cost * hash.blockSize * hash.parallelism <= DEAREST.scrypt.work &&
        hash.blockSize * hash.parallelism <= DEAREST.scrypt.width &&
        128 * hash.cost * hash.blockSize <= DEAREST.scrypt.bytes
      );
  }
}

/** Tells whether the parameters of an affordable hash are ones that its algorithm knows. */
export function isComputable(hash: StoredHash): boolean {
  switch (hash.kind) {
    case "argon2":
      return hash.memory >= 8 * hash.lanes;
    case "bcrypt":
      return hash.cost >= 4;
    case "pbkdf2":
      return hash.output.length === DIGEST_BYTES[hash.digest];
    case "scrypt":
      return isPowerOfTwo(hash.cost) && hash.cost > 1 && hash.cost < 2 ** (16 * hash.blockSize);
  }
}

/** The bytes that OpenSSL reckons for a scrypt hash. */
export function scryptBytes({ cost, blockSize, parallelism }: ScryptHash): number {
  return 128 * blockSize * (cost + parallelism + 2);
}

function isPowerOfTwo(value: number): boolean {
  return (value & (value - 1)) === 0;
}
