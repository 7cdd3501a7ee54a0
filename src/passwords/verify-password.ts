import { verifyArgon2id, verifyNobody } from "./argon2id.js";
import type { PasswordVerdict } from "./password-job.js";
import { findPasswordText } from "./password-text.js";

/**
 * Compares a password with a stored hash. A user that does not exist, a hash that cannot be used and a text that cannot
 * be a password take the time of a wrong password, so that the time of the answer does not tell who has an account.
 */
export function verifyPassword(password: string, hash: string | undefined): PasswordVerdict {
  const text = findPasswordText(password);
  if (text === undefined || hash === undefined) return verifyNobody();
  return verifyArgon2id(text, hash) ?? verifyNobody();
}
