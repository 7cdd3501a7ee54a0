import { AuthError } from "../errors/auth-error.js";
import { COMMON_PASSWORDS } from "./common-passwords.js";
import { countCodePoints, requirePasswordText } from "./password-text.js";

const SHORTEST = 8;

let common: ReadonlySet<string> | undefined;

/**
 * Refuses a new password: `password_too_short` under 8 code points, `password_too_common`, or `invalid_request` beyond
 * 1024 or with a lone surrogate; each names the field. There are no rules of composition.
 */
export function requireGoodPassword(password: string, field = "password"): void {
  const text = requirePasswordText(password, field);
  if (countCodePoints(text) < SHORTEST) {
    const message = `Use at least ${SHORTEST} characters.`;
    throw new AuthError("password_too_short", { fields: [{ field, message }] });
  }
  if (isCommon(text)) {
    const message = "Choose a password that fewer people use.";
    throw new AuthError("password_too_common", { fields: [{ field, message }] });
  }
}

function isCommon(text: string): boolean {
  common ??= new Set(COMMON_PASSWORDS.split(" "));
  // The list is all lower case, so this finds the exact text too.
  return common.has(text.toLowerCase());
}
