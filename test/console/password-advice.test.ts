import { describe, expect, it } from "vitest";
import { type Advice, adviseOnPassword } from "../../console/src/password-advice.js";

const ADA = { username: "AdaLovelace", email: "countess@example.com" };

const CASES: readonly (readonly [string, Advice])[] = [
  ["", "none"],
  ["a", "short"],
  ["1234567", "short"],
  // Counted as the server does: characters, not units of UTF-16, and composed.
  ["🦆🦆🦆🦆", "short"],
  ["e\u0301".repeat(7), "short"],
  ["a".repeat(1025), "long"],
  ["adalovelace", "names"],
  ["ADALOVELACE1!", "names"],
  ["12adalovelace", "names"],
  ["countess2027", "fair"],
  ["countess123", "names"],
  ["countess@example.com", "names"],
  ["Latchkey1", "names"],
  ["latchkeylatchkey", "names"],
  ["password", "common"],
  ["Password1", "common"],
  ["ｐａｓｓｗｏｒｄ", "common"],
  ["contraseña123", "common"],
  ["qwertyuiop", "common"],
  ["iloveyou!!", "common"],
  ["aaaaaaaaaaaa", "repeated"],
  ["abababababab", "repeated"],
  ["abcabcabcabc", "repeated"],
  ["123456789", "repeated"],
  ["987654321", "repeated"],
  ["abcdefghij", "repeated"],
  ["11112222", "repeated"],
  ["duckpond", "fair"],
  ["grey heron dusk", "good"],
  ["Gr3y-heron", "good"],
  ["nine grey herons at dusk", "strong"],
  ["鴨が池で泳いでいるのを見た朝だった", "strong"],
];

describe("the advice on a password", () => {
  it.each(CASES)("of %j is %s", (password, advice) => {
    expect(adviseOnPassword(password, ADA).advice).toBe(advice);
  });

  it("tells how many characters are missing", () => {
    expect(adviseOnPassword("abc", ADA).missing).toBe(5);
    expect(adviseOnPassword("1234567", ADA).missing).toBe(1);
    expect(adviseOnPassword("12345678", ADA).missing).toBe(0);
  });

  it("is stronger the longer it gets", () => {
    const words = "nine grey herons at dusk";
    const strengths = [...words].map((_, index) => adviseOnPassword(words.slice(0, index + 1), ADA).strength);
    expect(strengths).toEqual([...strengths].sort());
    expect(strengths.at(-1)).toBe(4);
  });

  it("says nothing of names that are not known yet", () => {
    expect(adviseOnPassword("grey heron", { username: "", email: "" }).advice).toBe("fair");
    expect(adviseOnPassword("grey heron", { username: "gr", email: "@" }).advice).toBe("fair");
  });

  it("takes no time for the longest ones", () => {
    for (const letters of ["ab", "a", "abcdefghi", "\u0301"]) {
      const long = letters.repeat(1024 / letters.length);
      expect(adviseOnPassword(long, ADA).advice).toBe("repeated");
    }
    expect(adviseOnPassword("x".repeat(1_000_000), ADA).advice).toBe("long");
  });
});
