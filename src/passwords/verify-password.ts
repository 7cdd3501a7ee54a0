import { isOfToday, verifyNobody } from "./argon2id.js";
import { matchesHash } from "./matches-hash.js";
import type { PasswordVerdict } from "./password-job.js";
import { findPasswordText } from "./password-text.js";
import { readHash } from "./read-hash.js";

/**
 * Compares a password with a stored hash. A user that does not exist, a hash that cannot be used and a text that cannot
 * be a password take the time of a wrong password, so that the time of the answer does not tell who has an account. A
 * hash of another kind or cost takes its own time until the next log-in.
 */
export function verifyPassword(password: string, hash: string | undefined): PasswordVerdict {
  const text = findPasswordText(password);
  if (text === undefined || hash === undefined) return verifyNobody();
  const stored = readHash(hash);
  if (stored.kind === "unusable") return verifyNobody();
  if (isOfToday(hash)) return { matches: matchesHash(text, stored), outdated: false };
  // Whoever made this hash took what was typed; few normalize.
  const texts = new Set([password, text]);
  return { matches: [...texts].some((typed) => matchesHash(typed, stored)), outdated: true };
}
