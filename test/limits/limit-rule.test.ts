import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  charged,
  chargeOf,
  cleared,
  failuresIn,
  givenBack,
  isKnown,
  type LimitRule,
  newCounter,
  settled,
  tallied,
  waitMs,
} from "../../dist/limits/limit-rule.js";
import { TIERS } from "../../dist/limits/tiers.js";
import type { AttemptRow } from "../../dist/store/store.js";

const NOW = 1_700_000_000_000;
const RULE: LimitRule = { free: 3, leakSeconds: 100, firstSeconds: 1, mostSeconds: 8 };

function failing(times: number, rule = RULE, now = NOW): AttemptRow {
  let row = newCounter("key");
  for (let time = 0; time < times; time++) row = charged(row, rule, now);
  return row;
}

/** Fails as often as it is let through, until that time. */
function attack(rule: LimitRule, until: number): { row: AttemptRow; delays: number[]; end: number } {
  let row = newCounter("key");
  let now = NOW;
  const delays: number[] = [];
  while (now < until) {
    row = charged(row, rule, now);
    const wait = waitMs(row, rule, now);
    if (wait > 0) delays.push(wait / 1000);
    now += wait;
  }
  return { row, delays, end: now };
}

describe("the rule of a counter", () => {
  it("lets the free failures pass, and then each after twice the delay of the one before, up to the longest", () => {
    expect(Array.from({ length: 9 }, (_, times) => waitMs(failing(times), RULE, NOW) / 1000)).toEqual([
      0, 0, 0, 1, 2, 4, 8, 8, 8,
    ]);
  });

  it("opens at the very end of a delay, and not a millisecond before", () => {
    const row = failing(4);
    expect(waitMs(row, RULE, NOW + 1999)).toBe(1);
    expect(waitMs(row, RULE, NOW + 2000)).toBe(0);
  });

  it("forgets one failure in every span of leaking, at its very end", () => {
    const row = failing(3);
    const left = (seconds: number) => failuresIn(row, RULE, NOW + seconds * 1000);
    expect([0, 99.999, 100, 199.999, 200, 299.999, 300, 1e6].map(left)).toEqual([3, 3, 2, 2, 1, 1, 0, 0]);
  });

  it("is open as soon as fewer than the free failures are left, even before the end of the delay", () => {
    const rule = { free: 3, leakSeconds: 1, firstSeconds: 60, mostSeconds: 60 };
    const row = failing(3, rule);
    expect(waitMs(row, rule, NOW + 999)).toBe(1);
    expect(waitMs(row, rule, NOW + 1000)).toBe(0);
  });

  it("counts every attempt, and a refused one makes nothing longer", () => {
    const row = failing(4);
    expect(tallied(row, 500)).toEqual({ ...row, attempts: 504 });
  });

  it("a charge that is given back leaves neither a failure nor a delay", () => {
    for (const times of [0, 1, 2, 3, 4, 5, 20]) {
      const before = failing(times);
      const now = NOW + 8000;
      const after = charged(before, RULE, now);
      const back = givenBack(after, chargeOf(before, after), now + 5);
      expect(failuresIn(back, RULE, now)).toBe(failuresIn(before, RULE, now));
      expect(waitMs(back, RULE, now)).toBe(0);
    }
  });

  it("of several charges the one that is given back does not end the delay of a later one", () => {
    const [one, two] = [failing(3), failing(4)];
    const three = charged(two, RULE, NOW + 2000);
    const back = givenBack(three, chargeOf(one, two), NOW + 2001);
    expect(failuresIn(back, RULE, NOW + 2001)).toBe(4);
    expect(waitMs(back, RULE, NOW + 2001)).toBe(3999);
  });

  it("a success clears it and is remembered for 90 days", () => {
    const row = cleared(failing(20), NOW);
    expect(row).toMatchObject({ attempts: 0, forgetAt: NOW + 90 * 86_400_000 });
    expect(failuresIn(row, RULE, NOW)).toBe(0);
    expect(waitMs(row, RULE, NOW)).toBe(0);
    expect(isKnown(row, NOW + 90 * 86_400_000 - 1)).toBe(true);
    expect(isKnown(row, NOW + 90 * 86_400_000)).toBe(false);
    expect(isKnown(charged(row, RULE, NOW + 1), NOW + 2)).toBe(true);
    expect(isKnown(newCounter("key"), NOW)).toBe(false);
  });

  it("may be forgotten as soon as it has leaked, and not while it blocks", () => {
    expect(failing(3).forgetAt).toBe(NOW + 300_000);
    const slow = { free: 1, leakSeconds: 1, firstSeconds: 60, mostSeconds: 60 };
    expect(failing(1, slow).forgetAt).toBeGreaterThanOrEqual(NOW + 1000);
  });

  it("after a clock that was set back opens once and keeps its failures, and blocks by the new time", () => {
    const row = failing(6);
    const now = NOW - 365 * 86_400_000;
    const read = settled(row, now);
    expect(waitMs(read, RULE, now)).toBe(0);
    expect(failuresIn(read, RULE, now)).toBe(6);
    const next = charged(read, RULE, now);
    expect(settled(next, now)).toBe(next);
    expect(waitMs(next, RULE, now)).toBe(8000);
    expect(waitMs(next, RULE, now + 8000)).toBe(0);
    const known = settled(cleared(row, NOW), now);
    expect(isKnown(known, now + 90 * 86_400_000 - 1)).toBe(true);
    expect(isKnown(known, now + 90 * 86_400_000)).toBe(false);
  });
});

const anyRule = fc
  .record({
    free: fc.integer({ min: 1, max: 200 }),
    leakSeconds: fc.integer({ min: 1, max: 10_000 }),
    firstSeconds: fc.integer({ min: 1, max: 100 }),
    growth: fc.integer({ min: 0, max: 5000 }),
  })
  .map(({ growth, ...rule }): LimitRule => ({ ...rule, mostSeconds: rule.firstSeconds + growth }));
const anySteps = fc.array(
  fc.record({
    does: fc.constantFrom("fail", "fail", "fail", "succeed", "withdraw", "tally"),
    thenMs: fc.oneof(fc.constant(0), fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 20_000 })),
  }),
  { maxLength: 60 },
);

describe("the rule of a counter, whatever happens", () => {
  it("never blocks for longer than the longest delay, never counts less than nothing, and forgets nothing that still blocks", () => {
    fc.assert(
      fc.property(anyRule, anySteps, (rule, steps) => {
        let row = newCounter("key");
        let now = NOW;
        for (const { does, thenMs } of steps) {
          const before = settled(row, now);
          const wait = waitMs(before, rule, now);
          expect(wait).toBeLessThanOrEqual(rule.mostSeconds * 1000);
          expect(waitMs(before, rule, now + rule.mostSeconds * 1000)).toBe(0);
          if (wait > 0) expect(before.forgetAt).toBeGreaterThanOrEqual(now + wait);
          expect(failuresIn(before, rule, now)).toBeGreaterThanOrEqual(0);
          if (does === "tally" || wait > 0) row = tallied(before, 1);
          else {
            row = charged(before, rule, now);
            expect(failuresIn(row, rule, now)).toBeGreaterThan(0);
            if (does === "succeed") row = cleared(row, now);
            if (does === "withdraw") row = givenBack(row, chargeOf(before, row), now);
          }
          now = Math.max(0, now + thenMs);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("never makes the delay shorter while failures come as fast as they are let through, where none leaks meanwhile", () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        const slow = { ...rule, leakSeconds: 1e6 };
        const { delays } = attack(slow, NOW + slow.mostSeconds * 20_000);
        expect(delays).toEqual([...delays].sort((a, b) => a - b));
        expect(delays.at(-1)).toBe(slow.mostSeconds);
      }),
      { numRuns: 200 },
    );
  });

  it.each(Object.entries(TIERS))(
    "the tier %s leaves no longer trace after a month of failures than after a week",
    (_name, rule) => {
      const day = 86_400_000;
      const [week, month] = [attack(rule, NOW + 7 * day), attack(rule, NOW + 30 * day)];
      const leakMs = rule.leakSeconds * 1000;
      expect(month.row.emptyAt - month.end).toBeLessThanOrEqual(week.row.emptyAt - week.end + leakMs);
    },
  );
});
