import { describe, expect, it } from "vitest";
import { requireUsername, usernameKey } from "../../dist/accounts/username.js";

const REFUSED = {
  name: "AuthError",
  code: "invalid_request",
  fields: [{ field: "username", message: expect.any(String) }],
};

const keyIfAny = (typed: string): string | undefined => {
  try {
    return requireUsername(typed).key;
  } catch {
    return undefined;
  }
};

/** Whether a character has another case or another form; most have not. */
const hasOtherSpelling = (character: string) =>
  [character.toUpperCase(), character.toLowerCase(), character.normalize("NFKC"), character.normalize("NFD")].some(
    (other) => other !== character,
  );

describe("a username", () => {
  it.each([
    ["case", "Ada Lovelace", "aDA lOVELACE"],
    ["width", "admin", "ａｄｍｉｎ"],
    ["composition", "Zoë", "Zoe\u0308"],
    ["ligatures", "ﬁnger", "finger"],
    ["letterlike symbols", "ℌello", "hello"],
    ["mathematical letters", "\u{1D41A}\u{1D41D}\u{1D41A}", "ada"],
    ["circled letters", "ⓐⓓⓐ", "ada"],
    ["superscripts", "ada²", "ada2"],
    ["the final sigma", "ΟΔΥΣΣΕΥΣ", "οδυσσευς"],
    ["a sigma that is not final", "οδυσσευσ", "οδυσσευς"],
    ["the sharp s", "Straße", "STRASSE"],
    ["the capital sharp s, to the sharp s", "STRAẞE", "straße"],
    ["the capital sharp s, to ss", "STRAẞE", "strasse"],
    ["the dotted capital i", "İstanbul", "i\u0307stanbul"],
    ["the Kelvin sign", "\u212Aelvin", "kelvin"],
    ["the Ångström sign", "\u212Bngström", "ångström"],
    ["the long s", "ſaſha", "sasha"],
    ["Cherokee letters", "\u13A0\u13A1\u13A2", "\uAB70\uAB71\uAB72"],
    ["titlecase digraphs", "ǅǅǅ", "ǆǆǆ"],
    ["half-width katakana", "ｶﾞｶﾞｶﾞ", "ガガガ"],
    ["the kind of space it is logged in with", "Ada Lovelace", "Ada\u00a0Lovelace"],
  ])("is one account whatever its %s", (_what, typed, other) => {
    expect(usernameKey(other)).toBe(requireUsername(typed).key);
  });

  it("has a key that is the key of itself, and of every case and form, with any character inside", () => {
    const wrong: string[] = [];
    for (let point = 0x20; point <= 0x10ffff; point++) {
      const character = String.fromCodePoint(point);
      if (!hasOtherSpelling(character)) continue;
      const typed = `ab${character}cd`;
      const key = keyIfAny(typed);
      if (key === undefined) continue;
      const others = [key, typed.toUpperCase(), typed.toLowerCase(), typed.normalize("NFKD"), typed.normalize("NFD")];
      if (others.some((other) => usernameKey(other) !== key)) wrong.push(`U+${point.toString(16)}`);
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    "Ada",
    "ada-lovelace",
    "ada@example.com",
    "Ада",
    "田中太郎",
    "عمر",
    "O'Neill",
    "x_1",
    "\u{1F600}\u{1F600}\u{1F600}",
    "a b",
    "a b c",
    "a".repeat(64),
    "\u{1F600}".repeat(64),
  ])("may be %j, and is shown as it was typed", (typed) => {
    expect(requireUsername(typed).shown).toBe(typed);
  });

  it.each([
    ["too short", "ad"],
    ["empty", ""],
    ["of two code points", "\u{1F600}\u{1F600}"],
    ["too long", "a".repeat(65)],
    ["too long when it is spelled out", "ﷺ".repeat(10)],
    ["of spaces", "   "],
    ["with a space before it", " ada"],
    ["with a space after it", "ada "],
    ["with two spaces inside", "ada  lovelace"],
    ["with a tab", "ada\tlovelace"],
    ["with a line break", "ada\nlovelace"],
    ["with another space", "ada\u00a0lovelace"],
    ["with an ideographic space", "ada\u3000lovelace"],
    ["with NUL", "ada\0"],
    ["with an escape", "\u001b[31mada"],
    ["with DEL", "ada\u007f"],
    ["with a C1 control", "ada\u0085x"],
    ["with a zero-width space", "admin\u200b"],
    ["with a zero-width joiner", "ad\u200dmin"],
    ["with a zero-width non-joiner", "ad\u200cmin"],
    ["with a word joiner", "admin\u2060"],
    ["with a byte order mark", "\ufeffadmin"],
    ["with a soft hyphen", "ad\u00admin"],
    ["with a grapheme joiner", "ad\u034fmin"],
    ["with a right-to-left mark", "admin\u200f"],
    ["with a right-to-left override", "\u202enimda"],
    ["with an isolate", "\u2066admin\u2069"],
    ["with a variation selector", "admin\ufe0f"],
    ["with a tag", "admin\u{e0061}"],
    ["with a Hangul filler", "admin\u3164"],
    ["with a half-width Hangul filler", "admin\uffa0"],
    ["with a blank Braille pattern", "admin\u2800"],
    ["with a line separator", "ada\u2028x"],
    ["with a lone surrogate", "ada\ud800"],
    ["with a private character", "ada\ue000"],
    ["with an unassigned character", "ada\u0378"],
    ["with a noncharacter", "ada\uffff"],
  ])("is refused %s", (_how, typed) => {
    expect(() => requireUsername(typed)).toThrow(expect.objectContaining(REFUSED));
  });

  it.each([
    ["a Cyrillic а", "\u0430dmin"],
    ["a Cyrillic і", "adm\u0456n"],
    ["a Greek ο", "r\u03bf\u03bft"],
    ["an Armenian ո", "admi\u0578"],
  ])("of Latin letters with %s among them looks like another one, and is refused", (_what, typed) => {
    expect(() => requireUsername(typed)).toThrow(expect.objectContaining(REFUSED));
  });

  it("never says in its refusal what was typed", () => {
    expect(() => requireUsername("seven wild  geese")).not.toThrow("geese");
  });
});
