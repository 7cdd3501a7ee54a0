import { describe, expect, it } from "vitest";
import { COMMON_PASSWORDS } from "../../dist/passwords/common-passwords.js";
import { type Owner, requireGoodPassword } from "../../dist/passwords/password-rules.js";

const ADA = { username: "Ada Lovelace", email: "countess.ada@example.com" };

function codeOf(password: string, owner: Owner = ADA): string | undefined {
  try {
    requireGoodPassword(password, owner);
    return undefined;
  } catch (refusal) {
    expect(refusal).toMatchObject({ name: "AuthError", fields: [{ field: "password" }] });
    return (refusal as { code: string }).code;
  }
}

describe("a new password", () => {
  it.each([
    ["eight characters", "vK9#qp2z"],
    ["eight spaces", " ".repeat(8)],
    ["64 emoji", "\u{1F600}".repeat(64)],
    ["1024 code points outside the basic plane", "\u{1F511}".repeat(1024)],
    ["1024 code points that are 4096 before NFC", "\u1F82".normalize("NFD").repeat(1024)],
    ["no digit and no capital", "plum river anvil"],
    ["NUL inside", "plum\0river"],
    ["a common one with something after it", "password1 password1"],
    ["its owner's name and four characters", "Ada Lovelace 815"],
    ["a part of its owner's name", "love lace"],
  ])("of %s is good", (_name, password) => {
    expect(codeOf(password)).toBeUndefined();
  });

  it.each([
    ["nothing", "", "password_too_short"],
    ["seven characters", "vK9#qp2", "password_too_short"],
    ["seven emoji, fourteen code units", "\u{1F600}".repeat(7), "password_too_short"],
    ["seven characters that are fourteen before NFC", "e\u0301".repeat(7), "password_too_short"],
    ["1025 code points", "x".repeat(1025), "invalid_request"],
    ["a million code units", "e\u0301".repeat(500_000), "invalid_request"],
    ["a lone high surrogate", "plum river \uD83D", "invalid_request"],
    ["a lone low surrogate", "\uDE00 plum river", "invalid_request"],
    ["a common one", "password1", "password_too_common"],
    ["a common one in capitals", "Password1", "password_too_common"],
    ["a common one in wide letters", "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44\uff11", "password_too_common"],
    ["its owner's name", "ada LOVELACE", "password_too_common"],
    ["its owner's name and three characters", "1Ada Lovelace23", "password_too_common"],
    ["its owner's name twice", "Ada LovelaceAda Lovelace", "password_too_common"],
    ["its owner's e-mail address", "countess.ada@example.com", "password_too_common"],
    ["the local part of it", "Countess.Ada1", "password_too_common"],
    ["both", "countess.ada-ada lovelace", "password_too_common"],
    ["the name of this product", "Latchkey123", "password_too_common"],
  ])("of %s is refused", (_name, password, code) => {
    expect(codeOf(password)).toBe(code);
  });

  it("is looked at for names that are in it, however they are spelt in Unicode, and not for single letters", () => {
    expect(codeOf("jos\u00e9 jos\u00e9", { username: "Jose\u0301" })).toBe("password_too_common");
    expect(codeOf("xo xo xo xo", { username: "xo" })).toBeUndefined();
    expect(codeOf("a river", { username: "ada", email: "a@example.com" })).toBe("password_too_short");
    expect(codeOf("a a a a a a", { username: "ada", email: "a@example.com" })).toBeUndefined();
    expect(codeOf("ada.lovelace", { username: "ada", email: "ada.lovelace@example.com" })).toBe("password_too_common");
    expect(codeOf("plum river anvil", { username: "ada", email: null })).toBeUndefined();
  });

  it("is never told in the refusal", () => {
    for (const password of ["Password1", "vK9#qp2", `vK9#qp2z${"x".repeat(1024)}`]) {
      expect(() => requireGoodPassword(password, ADA)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining(password) }),
      );
    }
  });
});

describe("the list of common passwords", () => {
  const list = COMMON_PASSWORDS.split(" ");

  it("has its 17,950 entries, each of at least 8 characters, lower case and once", () => {
    expect(list).toHaveLength(17_950);
    expect(new Set(list).size).toBe(list.length);
    expect(list.filter((entry) => entry.length < 8 || entry !== entry.toLowerCase())).toEqual([]);
  });

  it("is refused whole, the 3,000 most common ones included, as written and in capitals", () => {
    expect(list.filter((entry) => codeOf(entry) !== "password_too_common")).toEqual([]);
    expect(list.slice(0, 3000).filter((entry) => codeOf(entry.toUpperCase()) !== "password_too_common")).toEqual([]);
  });
});
