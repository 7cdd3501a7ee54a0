import { AuthError, type ErrorCode } from "../errors/auth-error.js";
import { COMMON_PASSWORDS } from "./common-passwords.js";
import { countCodePoints, requirePasswordText } from "./password-text.js";

const SHORTEST = 8;

let common: ReadonlySet<string> | undefined;

/**
 * Refuses a new password: `password_too_short` under 8 code points, `password_too_common`, or `invalid_request` beyond
 * 1024 or with a lone surrogate. There are no rules of composition.
 */
export function requireGoodPassword(password: string): void {
  const text = requirePasswordText(password);
  if (countCodePoints(text) < SHORTEST) {
    throw refusal("password_too_short", `Use at least ${SHORTEST} characters.`);
  }
  if (isCommon(text)) {
    throw refusal("password_too_common", "Choose a password that fewer people use.");
  }
}

function isCommon(text: string): boolean {
  common ??= new Set(COMMON_PASSWORDS.split(" "));
  // The list is all lower case, so this finds the exact text too.
  return common.has(text.toLowerCase());
}

function refusal(code: ErrorCode, message: string): AuthError {
  return new AuthError(code, { fields: [{ field: "password", message }] });
}
