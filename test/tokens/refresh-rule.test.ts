import { describe, expect, it } from "vitest";
import { type RefreshVerdict, refreshRule } from "../../dist/tokens/refresh-rule.js";

const GRACE = 30_000;

describe("the refresh rule", () => {
  it.each<[string, number, number, number, RefreshVerdict]>([
    ["the first generation, just made", 0, 0, 0, "rotate"],
    ["the first generation, days later", 0, 0, 1e9, "rotate"],
    ["the current generation", 7, 7, 5, "rotate"],
    ["the current generation after the window", 7, 7, GRACE + 1, "rotate"],
    ["the current generation while the clock is set back", 7, 7, -1, "rotate"],
    ["the predecessor at once", 6, 7, 0, "reissue"],
    ["the predecessor in the window", 6, 7, 15_000, "reissue"],
    ["the predecessor in the last millisecond of the window", 6, 7, GRACE - 1, "reissue"],
    ["the predecessor as the window closes", 6, 7, GRACE, "replay"],
    ["the predecessor after the window", 6, 7, GRACE + 1, "replay"],
    ["the predecessor while the clock is set back", 6, 7, -1, "replay"],
    ["the predecessor where no clock answers", 6, 7, Number.NaN, "replay"],
    ["the one before the predecessor, at once", 5, 7, 0, "replay"],
    ["the first of many", 0, 7, 0, "replay"],
    ["the first predecessor", 0, 1, 0, "reissue"],
    ["the next generation", 8, 7, 0, "refuse"],
    ["the next generation in the window", 8, 7, 15_000, "refuse"],
    ["a generation far away", 4_294_967_295, 7, 0, "refuse"],
    ["the greatest generation", 4_294_967_295, 4_294_967_295, 0, "rotate"],
    ["the greatest predecessor", 4_294_967_294, 4_294_967_295, 1, "reissue"],
  ])("for %s: presented %i, current %i, age %s ms: %s", (_name, presented, current, ageMs, verdict) => {
    expect(refreshRule({ presented, current, ageMs, graceMs: GRACE })).toBe(verdict);
  });

  it("without a window takes every predecessor for a replay", () => {
    for (const ageMs of [0, 1, -1, 1e9])
      expect(refreshRule({ presented: 1, current: 2, ageMs, graceMs: 0 })).toBe("replay");
  });

  it("gives for every pair of generations and every age exactly one answer, and never rotates but the current one", () => {
    for (let presented = 0; presented < 8; presented++) {
      for (let current = 0; current < 8; current++) {
        for (const ageMs of [-1, 0, GRACE - 1, GRACE, 1e9]) {
          const verdict = refreshRule({ presented, current, ageMs, graceMs: GRACE });
          expect(verdict === "rotate").toBe(presented === current);
          expect(verdict === "refuse").toBe(presented > current);
          expect(verdict === "reissue").toBe(presented === current - 1 && ageMs >= 0 && ageMs < GRACE);
        }
      }
    }
  });
});
