import { describe, expect, it } from "vitest";
import { charged, chargeOf, newCounter } from "../../dist/limits/limit-rule.js";
import { TIERS } from "../../dist/limits/tiers.js";
import { createWaitingChanges, withChanges } from "../../dist/limits/waiting-changes.js";

const NOW = 1_700_000_000_000;

describe("changes that wait to be written", () => {
  it("are bounded where attempts are refused, and not where charges are given back", () => {
    const waiting = createWaitingChanges(() => {});
    for (let key = 0; key < 20_000; key++) waiting.addRefused(`key ${key}`);
    expect(waiting.all.size).toBe(10_000);
    waiting.addRefused("key 0");
    expect(waiting.all.get("key 0")).toEqual({ refused: 2, givenBack: [] });
    const charge = chargeOf(newCounter("other"), charged(newCounter("other"), TIERS.pair, NOW));
    waiting.addGivenBack({ charge, clear: true });
    expect(waiting.all.size).toBe(10_001);
  });

  it("are taken once, and brought back beside what came meanwhile", () => {
    const waiting = createWaitingChanges(() => {});
    waiting.addRefused("a");
    waiting.addRefused("b");
    const taken = waiting.take(["a", "nothing"]);
    expect([...taken.keys()]).toEqual(["a"]);
    expect([...waiting.take(["a"])]).toEqual([]);
    waiting.addRefused("a");
    waiting.putBack(taken);
    expect(waiting.all.get("a")?.refused).toBe(2);
    expect(waiting.all.get("b")?.refused).toBe(1);
  });

  it("tell each time that something waits", () => {
    let told = 0;
    const waiting = createWaitingChanges(() => {
      told += 1;
    });
    waiting.addRefused("a");
    waiting.putBack(waiting.take(["a"]));
    expect(told).toBe(2);
  });

  it("are laid over what is stored, and over nothing", () => {
    const waiting = createWaitingChanges(() => {});
    waiting.addRefused("a");
    waiting.addRefused("b");
    const rows = [{ ...newCounter("a"), attempts: 5 }];
    const laid = withChanges(["a", "b", "c"], { rows, now: NOW }, waiting.all);
    expect([...laid.values()].map((row) => [row.key, row.attempts])).toEqual([
      ["a", 6],
      ["b", 1],
      ["c", 0],
    ]);
  });
});
