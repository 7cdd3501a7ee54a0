import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findUsernameKey, requireUsername } from "../../dist/accounts/username.js";
import { usernameKey } from "../../dist/accounts/username-key.js";

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

/** What a keyboard, a caps lock, a phone or another system can make of a name. */
const retyped: readonly ((typed: string) => string)[] = [
  (typed) => typed.toUpperCase(),
  (typed) => typed.toLowerCase(),
  (typed) => typed.toUpperCase().toLowerCase(),
  (typed) => typed.normalize("NFC"),
  (typed) => typed.normalize("NFD"),
  (typed) => typed.normalize("NFKC"),
  (typed) => typed.normalize("NFKD"),
  (typed) => typed.toUpperCase().normalize("NFKD"),
  (typed) => typed.normalize("NFKD").toUpperCase(),
  (typed) => typed.replace(/[!-~]/g, (character) => String.fromCodePoint(character.charCodeAt(0) + 0xfee0)),
];

const LETTERS = [..."aAzZ09._- éÉßẞſKİıŉσςΣΐάἈᾳῼﬁﬀǅøÆþ田ガ가각дЇѵԵևꭰᏸⓐⅧ²ªﾊ😀𝐓𐐀ꙋ"];
const names = fc.oneof(
  fc.string({ unit: "binary", minLength: 3, maxLength: 12 }),
  fc.string({ unit: "grapheme", minLength: 3, maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 3, maxLength: 12 }),
);

describe("the key of a username", () => {
  it.each([
    ["case", "Ada Lovelace", "aDA lOVELACE"],
    ["width", "admin", "ａｄｍｉｎ"],
    ["composition", "Zoë", "Zoe\u0308"],
    ["ligatures", "ﬁnger", "finger"],
    ["letterlike symbols", "ℌello", "hello"],
    ["mathematical letters", "\u{1D41A}\u{1D41D}\u{1D41A}", "ada"],
    ["circled letters", "ⓐⓓⓐ", "ada"],
    ["superscripts", "ada²", "ada2"],
    ["final sigma", "ΟΔΥΣΣΕΥΣ", "οδυσσευς"],
    ["sigma that is not final", "οδυσσευσ", "οδυσσευς"],
    ["sharp s", "Straße", "STRASSE"],
    ["capital sharp s, to the sharp s", "STRAẞE", "straße"],
    ["capital sharp s, to ss", "STRAẞE", "strasse"],
    ["dotted capital i", "İstanbul", "i\u0307stanbul"],
    ["dotless i", "ILGAZ", "ılgaz"],
    ["Kelvin sign", "\u212Aelvin", "kelvin"],
    ["Ångström sign", "\u212Bngström", "ångström"],
    ["long s", "ſaſha", "sasha"],
    ["Cherokee letters", "\u13A0\u13A1\u13A2", "\uAB70\uAB71\uAB72"],
    ["titlecase digraphs", "ǅǅǅ", "ǆǆǆ"],
    ["half-width katakana", "ｶﾞｶﾞｶﾞ", "ガガガ"],
    ["kind of space it is logged in with", "Ada Lovelace", "Ada\u00a0Lovelace"],
  ])("is one whatever the %s", (_what, typed, other) => {
    expect(usernameKey(other)).toBe(requireUsername(typed).key);
  });

  it("has one sigma, wherever it stands", () => {
    expect(usernameKey("ΟΔΥΣΣΕΥΣ ΑΣ")).toBe("οδυσσευσ ασ");
    expect(usernameKey("οδυσςευς ας")).toBe("οδυσσευσ ασ");
  });

  it.each([
    ["an accent", "zoe", "zoë"],
    ["a space", "ada", "a da"],
    ["a dot", "ada", "a.da"],
    ["an ø", "sorensen", "sørensen"],
    ["a Turkish dot", "İda", "Ida"],
  ])("is another one with %s", (_what, typed, other) => {
    expect(usernameKey(other)).not.toBe(usernameKey(typed));
  });

  it("is the key of itself, and of every case and form, with any character inside", () => {
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

  it("changes a character exactly where Unicode folds or maps it, but for ı and for Cherokee, which Unicode folds to its capitals", () => {
    const FOLDED = /\p{Changes_When_NFKC_Casefolded}/u;
    const wrong: string[] = [];
    for (let point = 0x20; point <= 0x10ffff; point++) {
      const character = String.fromCodePoint(point);
      if (/[\p{Cs}\p{Default_Ignorable_Code_Point}\p{Script=Cherokee}]/u.test(character)) continue;
      if ((usernameKey(character) !== character) !== FOLDED.test(character)) wrong.push(character);
    }
    expect(wrong).toEqual(["ı"]);
  });

  it("finds every accepted name however it is typed", () => {
    let accepted = 0;
    const finds = (typed: string) => {
      const key = keyIfAny(typed);
      if (key === undefined) return;
      accepted += 1;
      for (const retype of [(same: string) => same, ...retyped]) expect(findUsernameKey(retype(typed))).toBe(key);
      expect(requireUsername(typed).shown).toBe(typed);
      expect(usernameKey(key)).toBe(key);
    };
    fc.assert(fc.property(names, finds), { numRuns: 5000 });
    expect(accepted).toBeGreaterThan(500);
  });
});
