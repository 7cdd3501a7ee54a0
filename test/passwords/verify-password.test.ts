import { createRequire } from "node:module";
import { hashSync } from "@node-rs/argon2";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { verifyPassword } from "../../dist/passwords/verify-password.js";
import { UNUSABLE } from "./unusable-hashes.js";

const argon2 = createRequire(import.meta.url)("@node-rs/argon2") as typeof import("@node-rs/argon2");
const compare = vi.spyOn(argon2, "verifySync");
beforeEach(() => {
  compare.mockClear();
});

const GOOD = hashSync("correct horse");
const TODAY = "$argon2id$v=19$m=19456,t=2,p=1$";

/** The costs of the comparisons that were really computed. */
function computed(): string[] {
  return compare.mock.results.flatMap((result, index) =>
    result.type === "return" ? [String(compare.mock.calls[index]?.[0]).slice(0, TODAY.length)] : [],
  );
}

describe("a comparison", () => {
  it("computes one hash for a right and for a wrong password", () => {
    expect(verifyPassword("correct horse", GOOD)).toEqual({ matches: true, outdated: false });
    expect(verifyPassword("wrong horse", GOOD)).toEqual({ matches: false, outdated: false });
    expect(computed()).toEqual([TODAY, TODAY]);
  });

  it("computes one hash for a password that is not in NFC", () => {
    const hash = hashSync("Zoë Ångström".normalize("NFC"));
    expect(verifyPassword("Zoë Ångström".normalize("NFD"), hash)).toEqual({ matches: true, outdated: false });
    expect(verifyPassword("Zoë Ångstrom".normalize("NFD"), hash)).toEqual({ matches: false, outdated: false });
    expect(computed()).toEqual([TODAY, TODAY]);
  });

  const useless = UNUSABLE.map(([name, hash]) => [name, hash] as const);

  it.each([["a user that does not exist", undefined] as const, ...useless])(
    "with %s computes one hash at today's cost and does not match",
    (_name, hash) => {
      expect(verifyPassword("correct horse", hash)).toEqual({ matches: false, outdated: false });
      expect(computed()).toEqual([TODAY]);
    },
  );

  it.each([
    ["1025 code points", "x".repeat(1025)],
    ["a million code units", "x".repeat(1_000_000)],
    ["a lone surrogate", "correct\uDC00horse"],
  ])("of %s computes one hash, not of them, and does not match", (_name, password) => {
    expect(verifyPassword(password, GOOD)).toEqual({ matches: false, outdated: false });
    expect(computed()).toEqual([TODAY]);
    expect(compare.mock.calls[0]?.[1]).toBe("");
  });

  it.each([
    ["less memory", { memoryCost: 9216, timeCost: 2, parallelism: 1 }],
    ["more memory", { memoryCost: 47_104, timeCost: 2, parallelism: 1 }],
    ["another number of passes", { memoryCost: 19_456, timeCost: 3, parallelism: 1 }],
    ["another number of lanes", { memoryCost: 19_456, timeCost: 2, parallelism: 2 }],
  ])("with a hash of %s says that it is outdated", (_name, cost) => {
    const hash = hashSync("correct horse", cost);
    expect(verifyPassword("correct horse", hash)).toEqual({ matches: true, outdated: true });
    expect(verifyPassword("wrong horse", hash)).toEqual({ matches: false, outdated: true });
  });
});
