import { AuthError } from "../errors/auth-error.js";
import { millisecondsOf } from "../tokens/uuid-v7.js";
import { hasInvisible } from "./has-invisible.js";
import { usernameKey } from "./username-key.js";
import { usernameSkeleton } from "./username-skeleton.js";

/**
 * A username as it was typed, the key under which it is one account however it is typed, and the skeleton that it shares with the names
 * that look like it.
 */
export interface Username {
  readonly shown: string;
  readonly key: string;
  readonly skeleton: string;
}

const SHORTEST = 3;
const LONGEST = 64;
// One code point of an NFC text comes from at most 6 code units. A longer text is not even normalized: the time for that grows with the
// square of a run of combining marks.
const LONGEST_UNITS = 6 * LONGEST;
// Letters, marks, numbers, punctuation and symbols, with single spaces inside: no control, format, private or unassigned character.
const ALLOWED = /^(?:[\p{L}\p{M}\p{N}\p{P}\p{S}]| (?! ))+$/u;
// UTS 39 section 5.4: five marks on one letter, or one mark twice; and a mark at the beginning, which would sit on what is shown before the name.
const PILED_MARKS = /[\p{Mn}\p{Me}]{5}|([\p{Mn}\p{Me}])\1|^\p{M}/u;
const LATIN = /\p{Script=Latin}/u;
// UTS 39 section 5.2, highly restrictive: Latin goes with the scripts of East Asia and with no other, among whose letters are look-alikes.
const NOT_BESIDE_LATIN =
  /[^\p{scx=Latin}\p{scx=Common}\p{scx=Inherited}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Hangul}]/u;

/** Checks a username and finds its key and its skeleton. Throws `invalid_request` that names the field. */
export function requireUsername(typed: string): Username {
  const isLong = typed.length > LONGEST_UNITS;
  const shown = isLong ? "" : typed.normalize("NFC");
  const key = usernameKey(shown);
  const length = [...shown].length;
  if (length < SHORTEST || length > LONGEST || [...key].length > LONGEST) {
    throw wrong(`A username has ${SHORTEST} to ${LONGEST} characters.`);
  }
  if (!isVisible(shown) || !isVisible(key)) {
    throw wrong("A username is made of visible characters, with single spaces inside.");
  }
  if (PILED_MARKS.test(key.normalize("NFD"))) throw wrong("A username does not pile up accents.");
  if (LATIN.test(key) && NOT_BESIDE_LATIN.test(key)) throw wrong("A username does not mix letters that look alike.");
  // Administrators name users by either: what is done to this name would be done to whose id it is.
  if (millisecondsOf(key) !== undefined) throw wrong("A username does not look like the id of a user.");
  return { shown: typed, key, skeleton: usernameSkeleton(typed) };
}

/** The key under which a typed name is looked up; `undefined` for a text that can be no username, and so finds nobody. */
export function findUsernameKey(typed: string): string | undefined {
  if (typed.length > LONGEST_UNITS) return undefined;
  const key = usernameKey(typed);
  return isVisible(key) ? key : undefined;
}

function isVisible(name: string): boolean {
  return ALLOWED.test(name) && !hasInvisible(name) && name.trim() === name;
}

function wrong(message: string): AuthError {
  return new AuthError("invalid_request", { fields: [{ field: "username", message }] });
}
