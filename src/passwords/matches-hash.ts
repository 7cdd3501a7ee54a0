import { createHash, pbkdf2Sync, scryptSync, timingSafeEqual } from "node:crypto";
import { createRequire } from "node:module";
import { verifyArgon2 } from "./argon2id.js";
import { scryptBytes } from "./hash-limits.js";
import type { BcryptHash, Pbkdf2Hash, ScryptHash, StoredHash } from "./stored-hash.js";

const require = createRequire(import.meta.url);

/** Computes the hash of a text and compares it with the stored one, in a time that does not depend on where they differ. */
export function matchesHash(text: string, stored: StoredHash): boolean {
  switch (stored.kind) {
    case "argon2":
      return verifyArgon2(text, stored.phc);
    case "bcrypt":
      return matchesBcrypt(text, stored);
    case "pbkdf2":
      return timingSafeEqual(computePbkdf2(text, stored), stored.output);
    case "scrypt":
      return timingSafeEqual(computeScrypt(text, stored), stored.output);
  }
}

/*
 * A bcrypt hash knows the first 72 bytes of a password alone, so a longer one matches by these, as it did where the hash
 * comes from; its owner could not log in otherwise. The log-in then hashes the whole password, and from there on all of
 * it counts. A password with NUL matches no bcrypt hash: most systems refuse to make one, and where one was made, it is
 * of the text before the NUL, or of the same text without it.
 */
function matchesBcrypt(text: string, { crypt, digested }: BcryptHash): boolean {
  // Loaded when it is needed: most installations never see such a hash.
  const { compareSync } = require("bcryptjs") as typeof import("bcryptjs");
  const secret = digested ? createHash("sha256").update(text).digest("hex") : text;
  return compareSync(secret, crypt) && !secret.includes("\0");
}

function computePbkdf2(text: string, { digest, iterations, salt, output }: Pbkdf2Hash): Buffer {
  return pbkdf2Sync(text, salt, iterations, output.length, digest);
}

function computeScrypt(text: string, stored: ScryptHash): Buffer {
  const { cost, blockSize, parallelism, salt, output } = stored;
  const maxmem = scryptBytes(stored);
  return scryptSync(text, salt, output.length, { cost, blockSize, parallelization: parallelism, maxmem });
}
