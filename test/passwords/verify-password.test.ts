import { hashSync, verifySync } from "@node-rs/argon2";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { verifyPassword } from "../../dist/passwords/verify-password.js";

vi.mock("@node-rs/argon2", async (original) => {
  const argon2 = await original<typeof import("@node-rs/argon2")>();
  return { ...argon2, verifySync: vi.fn(argon2.verifySync) };
});

const GOOD = hashSync("correct horse");
const TODAY = "$argon2id$v=19$m=19456,t=2,p=1$";
const SALT = "c29tZXNhbHRzb21lc2FsdA";
const OUTPUT = "A".repeat(43);

const compare = vi.mocked(verifySync);
beforeEach(() => {
  compare.mockClear();
});

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

  it.each([
    ["a user that does not exist", undefined],
    ["an empty hash", ""],
    ["a text that is no hash", "correct horse"],
    ["a hash without salt and output", `${TODAY}$`],
    ["a hash that was cut", GOOD.slice(0, -1)],
    ["a hash with an output of no length", `${TODAY}${SALT}$`],
    ["a hash with a salt that is too short", `${TODAY}c2FsdA$${OUTPUT}`],
    ["a hash with something after it", `${GOOD}$x`],
    ["a hash with a line after it", `${GOOD}\n`],
    ["a hash with NUL in it", GOOD.replace(/.$/, "\0")],
    ["another kind", GOOD.replace("argon2id", "argon2i")],
    ["another version", GOOD.replace("v=19", "v=16")],
    ["a cost with a leading zero", GOOD.replace("m=19456", "m=019456")],
    ["less memory than the lanes need", GOOD.replace("m=19456", "m=7")],
    ["more than 256 MiB", GOOD.replace("m=19456", "m=262145")],
    ["4 TiB", GOOD.replace("m=19456", "m=4294967295")],
    ["more than 16 passes", GOOD.replace("t=2", "t=17")],
    ["four milliard passes", GOOD.replace("t=2", "t=4294967295")],
    ["more than 16 lanes", GOOD.replace("p=1", "p=17")],
    ["no passes", GOOD.replace("t=2", "t=0")],
    ["no lanes", GOOD.replace("p=1", "p=0")],
  ])("with %s computes one hash at today's cost and does not match", (_name, hash) => {
    expect(verifyPassword("correct horse", hash)).toEqual({ matches: false, outdated: false });
    expect(computed()).toEqual([TODAY]);
  });

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
