import { HASH_FORMATS } from "./hash-formats.js";
import { isAffordable, isComputable, LIMITS } from "./hash-limits.js";
import type { StoredHash } from "./stored-hash.js";

/** A hash that cannot be compared with, and a sentence that says why without repeating it. */
export interface UnusableHash {
  readonly kind: "unusable";
  readonly why: string;
}

const LONGEST = 1024;

/** Takes a stored hash apart, with nothing computed: what it gives can be compared with, or says why not. */
export function readHash(hash: string): StoredHash | UnusableHash {
  const format = HASH_FORMATS.find(({ starts }) => starts.some((start) => hash.startsWith(start)));
  if (format === undefined)
    return unusable(
      "This is not a hash of a known kind: Argon2, bcrypt, PBKDF2 or scrypt, as PHC, Django or Werkzeug write it.",
    );
  const parts = hash.length > LONGEST ? undefined : format.shape.exec(hash)?.groups;
  const stored = parts && format.read(parts as Record<string, string>);
  if (stored && !isAffordable(stored)) {
    return unusable(`This ${format.name} hash is too dear. At most: ${LIMITS[stored.kind]}.`);
  }
  if (stored && isComputable(stored)) return stored;
  return unusable(`This is no whole ${format.name} hash: it was cut, changed or written in another way.`);
}

function unusable(why: string): UnusableHash {
  return { kind: "unusable", why };
}
