import { AuthError } from "../errors/auth-error.js";

/** A username as it was typed, and the key under which it is one account however it is typed. */
export interface Username {
  readonly shown: string;
  readonly key: string;
}

const SHORTEST = 3;
const LONGEST = 64;
// Letters, marks, numbers, punctuation and symbols, with single spaces inside: no control, format, private or unassigned character.
const ALLOWED = /^(?:[\p{L}\p{M}\p{N}\p{P}\p{S}]| (?! ))+$/u;
// The blank Braille pattern is a symbol by its category, and a space to the eye.
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2800]/u;
const LATIN = /\p{Script=Latin}/u;
// Scripts with letters that look like Latin ones: among those they make a name that passes for somebody else's.
const LOOK_ALIKE =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}]/u;

/** Checks a username and finds its key (NFKC, case folded; RFC 8265 section 3.3). Throws `invalid_request` that names the field. */
export function requireUsername(typed: string): Username {
  const shown = typed.normalize("NFC");
  const key = usernameKey(typed);
  const length = [...shown].length;
  if (length < SHORTEST || length > LONGEST || [...key].length > LONGEST) {
    throw wrong(`A username has ${SHORTEST} to ${LONGEST} characters.`);
  }
  if (!ALLOWED.test(shown) || INVISIBLE.test(shown) || shown.trim() !== shown || !ALLOWED.test(key)) {
    throw wrong("A username is made of visible characters, with single spaces inside.");
  }
  if (LATIN.test(key) && LOOK_ALIKE.test(key)) throw wrong("A username does not mix letters that look alike.");
  return { shown: typed, key };
}

/** The key of a username; of text that can be no username too, so that a log-in simply finds nobody. */
export function usernameKey(typed: string): string {
  // The capital sharp s is lower case first; then upper case folds what lower case alone does not, such as the final sigma and the sharp s.
  return typed.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFKC");
}

function wrong(message: string): AuthError {
  return new AuthError("invalid_request", { fields: [{ field: "username", message }] });
}
