import { describe, expect, it } from "vitest";
import { findUsernameKey, requireUsername } from "../../dist/accounts/username.js";

const REFUSED = {
  name: "AuthError",
  code: "invalid_request",
  fields: [{ field: "username", message: expect.stringMatching(/^[A-Z].+\.$/) }],
};

describe("a username", () => {
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

  // Three code points of two code units each make one character; the Unicode of older Nodes does not know it yet.
  it.skipIf(!/\p{L}/u.test("\u{16D6A}"))(
    "may be of 64 characters that take six code units each as they are typed",
    () => {
      const typed = "\u{16D63}\u{16D67}\u{16D67}".repeat(64);
      expect(requireUsername(typed)).toMatchObject({ shown: typed, key: "\u{16D6A}".repeat(64) });
      expect(findUsernameKey(typed)).toBe("\u{16D6A}".repeat(64));
    },
  );

  it.each([
    ["too short", "ad"],
    ["empty", ""],
    ["of two code points", "\u{1F600}\u{1F600}"],
    ["too long", "a".repeat(65)],
    ["too long when it is spelled out", "ﷺ".repeat(10)],
    ["too long as it is typed, though its key is short", "\uffa1\uffc2".repeat(33)],
    ["of spaces", "   "],
    ["that looks like the id of a user", "0190f3c4-0000-7000-8000-000000000000"],
    ["that looks like one in capitals", "0190F3C4-0000-7000-8000-00000000000A"],
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
    ["with a blank hieroglyph", "admin\u{13441}"],
    ["with an interlinear annotation", "ad\ufff9min\ufffb"],
    ["with a family that joiners hold together", "\u{1F468}\u200d\u{1F469}\u200d\u{1F467}"],
    ["with a variation selector of the second block", "admin\u{e0100}"],
    ["with five accents on one letter", "za\u0316\u0317\u0300\u0301\u0302lgo"],
    ["with sixty accents on one letter", `zalgo${"\u0300\u0316".repeat(29)}`],
    ["with one accent twice", "a\u0301\u0301da"],
    ["with one accent twice, and another between in the order of typing", "a\u0301\u0323\u0301da"],
    ["with an accent at the beginning", "\u0301ada"],
    ["with a half-width sound mark at the beginning", "\uff9eada"],
    ["so long that it is not even normalized", "a\u0300\u0316".repeat(50_000)],
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
    ["an Arabic digit one", "pau\u0661"],
    ["a Cyrillic accent", "ti\u0487tlo"],
    ["a Greek accent", "ada\u1dc0"],
    ["an Arabic comma", "ada\u060clovelace"],
  ])("of Latin letters with %s among them looks like another one, and is refused", (_what, typed) => {
    expect(() => requireUsername(typed)).toThrow(expect.objectContaining(REFUSED));
  });

  it.each(["Nguyễn Thị Ánh", "רָחֵל", "مُحَمَّد", "हिन्दी", "กัลยาณี", "བཀྲ་ཤིས", "ʻOkina", "L·L", "O’Neill", "田中Taro"])(
    "may have the accents of its language: %j",
    (typed) => {
      expect(requireUsername(typed).shown).toBe(typed);
    },
  );

  it.each([
    ["an invisible character", "ad\u200dmin"],
    ["an unassigned one", "admin\u0378"],
    ["a length that no name has", "a".repeat(100_000)],
  ])("is not looked up with %s", (_what, typed) => {
    expect(findUsernameKey(typed)).toBeUndefined();
  });

  it("never says in its refusal what was typed", () => {
    expect(() => requireUsername("seven wild  geese")).not.toThrow("geese");
  });
});
