import { AuthError } from "../errors/auth-error.js";

const LONGEST = 1024;

// A code point of an NFC text comes from at most 6 code units. Beyond that the text is not even normalized,
// because the time for that grows with the square of a run of combining marks.
const LONGEST_UNITS = 6 * LONGEST;

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The text that is hashed for a password: its NFC form, so that every keyboard gives the same one; nothing else is
 * mapped or trimmed. `undefined` beyond 1024 code points or on a lone surrogate, which UTF-8 cannot tell from U+FFFD.
 */
export function findPasswordText(password: string): string | undefined {
  if (password.length > LONGEST_UNITS || LONE_SURROGATE.test(password)) return undefined;
  const text = password.normalize("NFC");
  return countCodePoints(text) > LONGEST ? undefined : text;
}

/** The text that is hashed for a password, or `invalid_request` where there is none. */
export function requirePasswordText(password: string, field = "password"): string {
  const text = findPasswordText(password);
  if (text !== undefined) return text;
  const message = `A password is Unicode text of at most ${LONGEST} characters.`;
  throw new AuthError("invalid_request", { fields: [{ field, message }] });
}

/** The length of a text as NIST SP 800-63B counts it: one code point is one character. */
export function countCodePoints(text: string): number {
  return [...text].length;
}
