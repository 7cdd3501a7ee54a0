import { createRequire } from "node:module";
import type { PasswordVerdict } from "./password-job.js";

// An import of CommonJS starts a parser of its own in every thread, which keeps 6 MB for as long as the thread lives.
const argon2 = createRequire(import.meta.url)("@node-rs/argon2") as typeof import("@node-rs/argon2");

// OWASP's minimum for Argon2id; the memory is in KiB. The kind and the version are the binding's own defaults.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

const HEAD = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$`;

// A hash of nothing: a salt and an output of zeros, at the cost of a real one.
const HASH_OF_NOBODY = `${HEAD}${"A".repeat(22)}$${"A".repeat(43)}`;

/** The PHC string of a text at today's cost, with a fresh salt. */
export function hashArgon2id(text: string): string {
  return argon2.hashSync(text, COST);
}

/** Compares a text with the PHC string of any Argon2 that `readHash` lets pass. */
export function verifyArgon2(text: string, phc: string): boolean {
  return argon2.verifySync(phc, text);
}

/** Tells whether a hash is of the kind and the cost that `hashArgon2id` gives. */
export function isOfToday(hash: string): boolean {
  return hash.startsWith(HEAD);
}

/** Takes the time of a comparison and finds nothing. */
export function verifyNobody(): PasswordVerdict {
  argon2.verifySync(HASH_OF_NOBODY, "");
  return { matches: false, outdated: false };
}
