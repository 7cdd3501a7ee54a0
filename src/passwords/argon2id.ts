import { hashSync, verifySync } from "@node-rs/argon2";
import type { PasswordVerdict } from "./password-job.js";

// OWASP's minimum for Argon2id; the memory is in KiB. The kind and the version are the binding's own defaults.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

// What a stored hash may ask for: one that costs more would let a row of the table stall every log-in.
const DEAREST = { memoryCost: 256 * 1024, timeCost: 16, parallelism: 16 } as const;

const HEAD = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$`;

// A hash of nothing: a salt and an output of zeros, at the cost of a real one.
const HASH_OF_NOBODY = `${HEAD}${"A".repeat(22)}$${"A".repeat(43)}`;

const PHC = /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{16,86}$/;

/** The PHC string of a text at today's cost, with a fresh salt. */
export function hashArgon2id(text: string): string {
  return hashSync(text, COST);
}

/** Compares a text with a PHC string; `undefined`, with no time spent, where the string is broken or too costly. */
export function verifyArgon2id(text: string, hash: string): PasswordVerdict | undefined {
  if (!isAffordable(hash)) return undefined;
  try {
    return { matches: verifySync(hash, text), outdated: !hash.startsWith(HEAD) };
  } catch {
    // Base64 that is not canonical, or less memory than the lanes need: found before anything is computed.
    return undefined;
  }
}

/** Takes the time of a comparison and finds nothing. */
export function verifyNobody(): PasswordVerdict {
  verifySync(HASH_OF_NOBODY, "");
  return { matches: false, outdated: false };
}

function isAffordable(hash: string): boolean {
  const [, memory, time, lanes] = PHC.exec(hash) ?? [];
  return (
    Number(memory) <= DEAREST.memoryCost && Number(time) <= DEAREST.timeCost && Number(lanes) <= DEAREST.parallelism
  );
}
