import { AuthError } from "../errors/auth-error.js";

/** A username as it was typed, and the key under which it is one account however it is typed. */
export interface Username {
  readonly shown: string;
  readonly key: string;
  readonly skeleton: string;
}

const SHORTEST = 3;
const LONGEST = 64;
// A text beyond this is not even normalized, because the time for that grows with the square of a run of combining marks.
const LONGEST_UNITS = 256;
const LENGTHS = `A username has ${SHORTEST} to ${LONGEST} characters.`;
// Letters, marks, numbers, punctuation and symbols, with single spaces inside: no control, format, private or unassigned character.
const ALLOWED = /^(?:[\p{L}\p{M}\p{N}\p{P}\p{S}]| (?! ))+$/u;
// Symbols by their category, and nothing or a space to the eye: blank Braille, an object's place, a null note head, a Khitan filler.
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{1d159}\u{16fe4}]/u;
const LATIN = /\p{Script=Latin}/u;
// UTS 39 section 5.2, highly restrictive: Latin goes with the scripts of East Asia and with no other, among whose letters are look-alikes.
const NOT_BESIDE_LATIN =
  /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Hangul}]/u;

/** Checks a username and finds its key (NFKC, case folded; RFC 8265 section 3.3). Throws `invalid_request` that names the field. */
export function requireUsername(typed: string): Username {
  if (typed.length > LONGEST_UNITS) throw wrong(LENGTHS);
  const shown = typed.normalize("NFC");
  const key = usernameKey(typed);
  const length = [...shown].length;
  if (length < SHORTEST || length > LONGEST || [...key].length > LONGEST) {
    throw wrong(LENGTHS);
  }
  if (!isVisible(shown) || !isVisible(key)) {
    throw wrong("A username is made of visible characters, with single spaces inside.");
  }
  if (LATIN.test(key) && NOT_BESIDE_LATIN.test(key)) throw wrong("A username does not mix letters that look alike.");
  return { shown: typed, key, skeleton: key };
}

/** The key under which a typed name is looked up; `undefined` for a text that can be no username, and so finds nobody. */
export function findUsernameKey(typed: string): string | undefined {
  if (typed.length > LONGEST_UNITS) return undefined;
  const key = usernameKey(typed);
  return isVisible(key) && !INVISIBLE.test(typed) ? key : undefined;
}

/** The key of a username (NFKC, case folded; RFC 8265 section 3.3), from the beginning of a text that is longer than any. */
export function usernameKey(typed: string): string {
  const beginning = typed.slice(0, LONGEST_UNITS);
  // The capital sharp s is lower case first; then upper case folds what lower case alone does not, such as the final sigma and the sharp s.
  return beginning.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFKC");
}

function isVisible(name: string): boolean {
  return ALLOWED.test(name) && !INVISIBLE.test(name) && name.trim() === name;
}

function wrong(message: string): AuthError {
  return new AuthError("invalid_request", { fields: [{ field: "username", message }] });
}
