import { AuthError } from "../errors/auth-error.js";
import { COMMON_PASSWORDS } from "./common-passwords.js";
import { countCodePoints, requirePasswordText } from "./password-text.js";

const SHORTEST = 8;

// With less than this besides, a password is its owner's name.
const SHORTEST_REST = 4;
const SHORTEST_NAME = 3;
const PRODUCT = "latchkey";

let common: ReadonlySet<string> | undefined;

/** Whose password it is to be: what is known of them is the first guess. */
export interface Owner {
  readonly username: string;
  readonly email?: string | null | undefined;
}

/**
 * Refuses a new password: `password_too_short` under 8 code points, `password_too_common`, also for one that is made of its owner's username or
 * e-mail address or of this product's name, or `invalid_request` beyond 1024 or with a lone surrogate; each names the field. There are no rules of
 * composition.
 */
export function requireGoodPassword(password: string, owner: Owner, field = "password"): void {
  const text = requirePasswordText(password, field);
  if (countCodePoints(text) < SHORTEST) {
    const message = `Use at least ${SHORTEST} characters.`;
    throw new AuthError("password_too_short", { fields: [{ field, message }] });
  }
  if (isCommon(text)) {
    const message = "Choose a password that fewer people use.";
    throw new AuthError("password_too_common", { fields: [{ field, message }] });
  }
  if (isOfNames(text.toLowerCase(), namesOf(owner))) {
    const message = "Choose a password that does not consist of a name of yours.";
    throw new AuthError("password_too_common", { fields: [{ field, message }] });
  }
}

function isCommon(text: string): boolean {
  common ??= new Set(COMMON_PASSWORDS.split(" "));
  // The list is all lower case, so this finds the exact text too, and the wide letters of an East Asian keyboard.
  return common.has(text.normalize("NFKC").toLowerCase());
}

/** The names that somebody who guesses would try, the longest first, so that none hides in another. */
function namesOf({ username, email }: Owner): readonly string[] {
  const address = email ?? "";
  const names = [PRODUCT, username, address, address.slice(0, Math.max(address.lastIndexOf("@"), 0))];
  return names
    .map((name) => name.normalize("NFC").toLowerCase())
    .filter((name) => countCodePoints(name) >= SHORTEST_NAME)
    .sort((a, b) => b.length - a.length);
}

function isOfNames(text: string, names: readonly string[]): boolean {
  const rest = names.reduce((left, name) => left.replaceAll(name, ""), text);
  return rest !== text && countCodePoints(rest) < SHORTEST_REST;
}
