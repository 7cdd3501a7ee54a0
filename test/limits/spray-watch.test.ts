import { beforeEach, describe, expect, it } from "vitest";
import { createSprayWatch, type Spray, type SprayWatch } from "../../dist/limits/spray-watch.js";
import { SPRAY } from "../../dist/limits/tiers.js";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const START = 1_700_000_000_000;

let told: Spray[];
let watch: SprayWatch;
let now: number;
beforeEach(() => {
  told = [];
  now = START;
  watch = createSprayWatch(SPRAY, (found) => void told.push(found));
});

/** Fails for so many accounts, each of which `networks` may place elsewhere. */
function fail(accounts: number, networks: (account: number) => unknown, name = "account"): void {
  for (let account = 0; account < accounts; account++) {
    watch.failed(`${name} ${account}`, `network ${networks(account)}`, now);
  }
}

/** An hour of a busy server: so many log-ins, of which one in ten is mistyped `mistakes` times before it succeeds, or is given up. */
function busyHour({ logIns, mistakes, isGivenUp }: { logIns: number; mistakes: number; isGivenUp: boolean }): void {
  for (let turn = 0; turn < logIns; turn++) {
    now += HOUR / logIns;
    const isMistyped = turn % 10 === 0;
    for (let time = 0; isMistyped && time < mistakes; time++) {
      watch.failed(`user ${turn}`, `home ${turn}`, now);
      now += 1;
    }
    if (!(isMistyped && isGivenUp)) watch.succeeded(`user ${turn}`, now);
  }
}

describe("a spray", () => {
  it("is told at the hundredth account, and once in ten minutes for as long as it lasts", () => {
    fail(99, (account) => account);
    expect(told).toEqual([]);
    fail(100, (account) => account);
    expect(told).toEqual([{ accounts: 100, networks: 100, succeeded: 0, seconds: 600 }]);
    for (let minute = 0; minute < 30; minute++) {
      now += MINUTE;
      fail(100, (account) => account, `minute ${minute}`);
    }
    expect(told).toHaveLength(4);
    expect(told[1]).toEqual({ accounts: 901, networks: 100, succeeded: 0, seconds: 600 });
  });

  it("is told from ten networks, of which each tries all accounts", () => {
    fail(1000, (account) => account % 10);
    expect(told).toEqual([{ accounts: expect.any(Number), networks: 10, succeeded: 0, seconds: 600 }]);
  });

  it("is told in the traffic of a busy server, and is not hidden by one account that logs in again and again", () => {
    busyHour({ logIns: 10_000, mistakes: 1, isGivenUp: true });
    expect(told).toEqual([]);
    fail(1000, (account) => account);
    for (let time = 0; time < 10_000; time++) watch.succeeded("the sprayer's own", now);
    fail(1000, (account) => account, "other");
    expect(told).toHaveLength(1);
  });

  it("that goes over more than ten minutes slowly is not one", () => {
    for (let account = 0; account < 1000; account++) {
      now += 7000;
      watch.failed(`account ${account}`, `network ${account}`, now);
    }
    expect(told).toEqual([]);
  });
});

describe("what is no spray:", () => {
  it("one account that fails from everywhere", () => {
    for (let time = 0; time < 10_000; time++) watch.failed("ada", `network ${time}`, now);
    expect(told).toEqual([]);
  });

  it("one network that tries every account, though a few others fail elsewhere", () => {
    fail(10_000, () => "one");
    fail(80, (account) => account, "other");
    expect(told).toEqual([]);
  });

  it("nine networks that try every account", () => {
    fail(10_000, (account) => account % 9);
    expect(told).toEqual([]);
  });

  it.each([
    { logIns: 10_000, mistakes: 1, isGivenUp: false },
    { logIns: 10_000, mistakes: 3, isGivenUp: false },
    { logIns: 10_000, mistakes: 1, isGivenUp: true },
    { logIns: 100_000, mistakes: 1, isGivenUp: true },
    { logIns: 100, mistakes: 3, isGivenUp: true },
  ])("an hour of $logIns log-ins, one in ten mistyped $mistakes times, given up: $isGivenUp", (hour) => {
    busyHour(hour);
    expect(told).toEqual([]);
  });

  it("a morning on which everybody mistypes once", () => {
    for (let user = 0; user < 5000; user++) {
      watch.failed(`user ${user}`, `home ${user}`, now);
      now += 20;
      watch.succeeded(`user ${user}`, now);
    }
    expect(told).toEqual([]);
  });
});

describe("the watch", () => {
  it("remembers so many accounts and no more: the oldest go first, and traffic keeps its proportions", () => {
    const small = createSprayWatch({ ...SPRAY, most: 500 }, (found) => void told.push(found));
    for (let user = 0; user < 5000; user++) {
      small.failed(`mistyped ${user}`, `home ${user}`, now);
      for (let other = 0; other < 4; other++) small.succeeded(`user ${user} ${other}`, now);
    }
    expect(told).toEqual([]);
    for (let account = 0; account < 5000; account++) small.failed(`account ${account}`, `network ${account}`, now);
    expect(told).toEqual([{ accounts: 125, networks: 125, succeeded: 375, seconds: 600 }]);
    now += 10 * MINUTE - 1;
    for (let account = 0; account < 5000; account++) small.failed(`late ${account}`, `network ${account}`, now);
    now += 1;
    small.failed("last", "network", now);
    expect(told[1]).toEqual({ accounts: 500, networks: 500, succeeded: 0, seconds: 600 });
  });

  it("forgets what is ten minutes old, to the millisecond", () => {
    fail(99, (account) => account);
    now += 10 * MINUTE - 1;
    watch.failed("the hundredth", "network", now);
    expect(told).toHaveLength(1);
    now += 20 * MINUTE;
    fail(99, (account) => account, "later");
    now += 10 * MINUTE;
    watch.failed("the hundredth", "network", now);
    expect(told).toHaveLength(1);
  });

  it("goes on after the clock was set back a year, and forward", () => {
    fail(100, (account) => account);
    for (const step of [-365 * 24 * HOUR, 365 * 24 * HOUR]) {
      now += step;
      fail(99, (account) => account, `after ${step}`);
      fail(100, (account) => account, `after ${step}`);
    }
    expect(told).toHaveLength(3);
  });
});
