import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONFUSABLES } from "../../dist/accounts/confusables.js";
import { requireUsername } from "../../dist/accounts/username.js";
import { usernameKey } from "../../dist/accounts/username-key.js";
import { usernameSkeleton } from "../../dist/accounts/username-skeleton.js";

const groups = CONFUSABLES.split(" ").map((group) =>
  group.split(",").map((text) => String.fromCodePoint(...text.split("+").map((point) => Number.parseInt(point, 16)))),
);
const lookAlikes = groups.flatMap(([, ...characters]) => characters);

describe("names that look alike", () => {
  it.each([
    ["a Cyrillic а", "\u0430dmin", "admin"],
    ["a Greek α", "\u03b1dmin", "admin"],
    ["a Greek ρ", "\u03c1aypal", "paypal"],
    ["a Cyrillic ѕсоре", "\u0455\u0441\u043e\u0440\u0435", "scope"],
    ["a Cyrillic ѕсоре and its first letter", "s\u0441\u043e\u0440\u0435", "scope"],
    ["a Cyrillic раураӏ", "\u0440\u0430\u0443\u0440\u0430\u04cf", "paypal"],
    ["a Cyrillic раураІ, with a capital for the l", "\u0440\u0430\u0443\u0440\u0430\u0406", "paypal"],
    ["a Cyrillic аррӏе", "\u0430\u0440\u0440\u04cf\u0435", "apple"],
    ["a Cyrillic аІех, with a capital for the l", "\u0430\u0406\u0435\u0445", "alex"],
    ["a Cyrillic ВОВ", "\u0412\u041e\u0412", "BOB"],
    ["a Cyrillic Том", "\u0422\u043e\u043c", "Tom"],
    ["a Cyrillic МАТТ", "\u041c\u0410\u0422\u0422", "Matt"],
    ["a Cyrillic ІВМ", "\u0406\u0412\u041c", "IBM"],
    ["a Greek ΝΙΚΟ", "\u039d\u0399\u039a\u039f", "NIKO"],
    ["a Greek Νικο", "\u039d\u03b9\u03ba\u03bf", "Niko"],
    ["a Greek ΗΑΝΗ", "\u0397\u0391\u039d\u0397", "hanh"],
    ["a Cherokee ᎪᎻᎢᎪ", "\u13aa\u13bb\u13a2\u13aa", "ahta"],
    ["a Coptic ⲟ", "\u2c9f\u2c9f\u2c9f", "ooo"],
    ["small capitals", "\u1d00\u1d05\u1d0d\u026a\u0274", "admin"],
    ["small capitals to the last letter", "\u1d22\u028f\u1d21\u1d20\u1d1c\u1d1b\ua731\u0280\ua7af", "zywvutsrq"],
    ["mathematical letters", "\u{1D4B6}\u{1D4B9}\u{1D4C2}\u{1D4BE}\u{1D4C3}", "admin"],
    ["full width", "ａｄｍｉｎ", "admin"],
    ["a script α", "\u0251dmin", "admin"],
    ["a dotless i", "adm\u0131n", "admin"],
    ["a dot on the dot of the i", "admi\u0307n", "admin"],
    ["an iota", "adm\u0269n", "admin"],
    ["a Han zero", "r\u3007\u3007t", "root"],
    ["a dental click", "paypa\u01c0", "paypal"],
    ["a bar", "paypa|", "paypal"],
    ["a capital I for the l", "paypaI", "paypal"],
    ["two of them", "biII", "bill"],
    ["one of them after an accent", "paypáI", "paypál"],
    ["a dot on an i that has one below", "admi\u0323\u0307n", "admi\u0323n"],
    ["an Arabic digit one", "123\u0661", "1231"],
    ["Devanagari digits", "12\u0966", "120"],
    ["another apostrophe", "O\u2019Neill", "O'Neill"],
    ["a modifier letter for an apostrophe", "O\u02bcNeill", "O'Neill"],
    ["another hyphen", "ada\u2010lovelace", "ada-lovelace"],
    ["a minus", "ada\u2212lovelace", "ada-lovelace"],
    ["a fraction slash", "and\u2044or", "and/or"],
    ["a one dot leader", "ada\u2024love", "ada.love"],
    ["quotation marks", "\u201cada\u201d", '"ada"'],
    ["an accent of another block", "zoe\u0340", "zoè"],
    ["a Han stroke for a katakana", "\u30a8\u30eb\u30fc", "\u5de5\u30eb\u4e00"],
  ])("share their skeleton: %s", (_what, typed, victim) => {
    expect(usernameSkeleton(typed)).toBe(requireUsername(victim).skeleton);
  });

  it("are all those of the table, with any letters around", () => {
    const apart = groups.flatMap(([prototype = "", ...characters]) =>
      characters.filter((character) => {
        return usernameSkeleton(`x ${character} x`) !== usernameSkeleton(`x ${prototype} x`);
      }),
    );
    expect(apart).toEqual([]);
    expect(lookAlikes.length).toBeGreaterThan(2000);
  });
});

describe("names that differ to the eye, or that everybody has", () => {
  it.each([
    ["user1", "userl"],
    ["user10", "userlo"],
    ["test0", "testo"],
    ["l0gin", "login"],
    ["1ogin", "login"],
    ["Iogin", "login"],
    ["Ian", "Lan"],
    ["aBI", "abl"],
    ["ixė", "ixe"],
    ["modern", "rnodern"],
    ["Erna", "Ema"],
    ["vvill", "will"],
    ["zoe", "zoë"],
    ["ada-love", "ada_love"],
    ["ada.love", "adalove"],
    ["ada love", "adalove"],
    ["sorensen", "sørensen"],
    ["анна", "алла"],
    ["田中", "由中"],
  ])("have skeletons of their own: %s and %s", (one, other) => {
    expect(usernameSkeleton(one)).not.toBe(usernameSkeleton(other));
  });

  it("have their key for a skeleton where they are of ASCII, without a bar and without a capital I after a small letter", () => {
    const printable = fc.string({ unit: fc.constantFrom(..."aAbBiIlLmMoO019zZ._-'@ "), maxLength: 20 });
    const isPlain = (name: string) => !/[a-zI]I/.test(name);
    fc.assert(
      fc.property(printable.filter(isPlain), (name) => {
        expect(usernameSkeleton(name)).toBe(usernameKey(name));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a skeleton", () => {
  it.each([
    ["Ada", "ada"],
    ["\u0430dmin", "admin"],
    ["paypaI", "paypal"],
    ["田中", "田中"],
  ])("stays what databases hold already: of %s it is %s", (typed, skeleton) => {
    expect(usernameSkeleton(typed)).toBe(skeleton);
  });

  it("is the skeleton of itself, for every character", () => {
    const wrong: string[] = [];
    for (let point = 0x20; point <= 0x10ffff; point++) {
      const character = String.fromCodePoint(point);
      if (/\p{Cn}|\p{Cs}|\p{Co}/u.test(character)) continue;
      const skeleton = usernameSkeleton(character);
      if (usernameSkeleton(skeleton) !== skeleton) wrong.push(`U+${point.toString(16)}`);
    }
    expect(wrong).toEqual([]);
  });

  it("is the skeleton of itself, of any two characters and of any text", () => {
    const pairs = fc
      .tuple(
        fc.constantFrom(...lookAlikes, ..."iIjlaǰİςΣ\u0307\u0301\u0345"),
        fc.string({ unit: "binary", maxLength: 3 }),
      )
      .map(([one, other]) => one + other);
    const texts = fc.array(fc.constantFrom(...lookAlikes, ..."iIjlaǰİςΣ \u0307\u0301\u0316\u0345"), { maxLength: 8 });
    fc.assert(
      fc.property(
        fc.oneof(
          pairs,
          texts.map((text) => text.join("")),
          fc.string({ unit: "binary" }),
        ),
        (text) => {
          const skeleton = usernameSkeleton(text);
          expect(usernameSkeleton(skeleton)).toBe(skeleton);
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it("is the same in every width and every form of normalization", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...lookAlikes, ..."aZéßﬁǅΆガ각Ⅷ𝐓"), maxLength: 8 }), (text) => {
        const skeletons = ["NFC", "NFD", "NFKC", "NFKD"].map((form) => usernameSkeleton(text.normalize(form)));
        expect(new Set(skeletons)).toEqual(new Set([usernameSkeleton(text)]));
      }),
      { numRuns: 2000 },
    );
  });
});
