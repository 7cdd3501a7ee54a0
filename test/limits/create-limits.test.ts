import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAuthError } from "../../dist/errors/auth-error.js";
import type { Attempt, Limits } from "../../dist/limits/create-limits.js";
import { type OpenedLimits, openLimits } from "./open-limits.js";

const HERE = "192.0.2.1";
const THERE = "198.51.100.1";
const DAY = 86_400_000;

let opened: OpenedLimits;
let limits: Limits;
beforeEach(async () => {
  opened = await openLimits();
  limits = opened.limits;
});
afterEach(() => opened.discard());

/** The attempt, or how many seconds it is to wait. */
async function tried(account: string, address?: string, by = limits): Promise<Attempt | number> {
  try {
    return await by.admit({ account, address });
  } catch (error) {
    if (!isAuthError(error) || error.code !== "rate_limited") throw error;
    return error.retryAfter ?? Number.NaN;
  }
}

async function fail(account: string, address?: string, by = limits): Promise<boolean> {
  return typeof (await tried(account, address, by)) !== "number";
}

async function succeed(account: string, address?: string, by = limits): Promise<boolean> {
  const attempt = await tried(account, address, by);
  if (typeof attempt === "number") return false;
  attempt.succeeded();
  return true;
}

function addressOf(number: number): string {
  return `10.${number >> 16}.${(number >> 8) & 0xff}.${number & 0xff}`;
}

/** Fails as fast as it is let through, from the addresses in turn, until that time; answers how often. */
async function attack(account: string, addresses: (turn: number) => string, until: number): Promise<number> {
  let failures = 0;
  for (let turn = 0; opened.clock.now < until; turn++) {
    const wait = await tried(account, addresses(turn));
    if (typeof wait === "number") opened.clock.now += wait * 1000;
    else failures += 1;
  }
  return failures;
}

async function storedAttempts(): Promise<readonly number[]> {
  const rows = await opened.rows();
  return rows.map((row) => row.attempts).sort((a, b) => a - b);
}

describe("log-ins with a wrong password", () => {
  it("are let through ten times, then after delays that double to half an hour", async () => {
    for (let time = 0; time < 10; time++) expect(await fail("ada", HERE)).toBe(true);
    const delays: number[] = [];
    for (let time = 0; time < 14; time++) {
      const wait = await tried("ada", HERE);
      if (typeof wait !== "number") throw new Error("It was let through.");
      delays.push(wait);
      opened.clock.now += wait * 1000 - 1;
      expect(await tried("ada", HERE)).toBe(1);
      opened.clock.now += 1;
      expect(await fail("ada", HERE)).toBe(true);
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800, 1800, 1800]);
  });

  it("reach the hash ten times of two hundred at once, and all are counted", async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => fail("ada", HERE)));
    expect(answers.filter(Boolean)).toHaveLength(10);
    await limits.close();
    // The account and the network were charged ten times; the pair refused the others.
    expect(await storedAttempts()).toEqual([10, 10, 200]);
  });

  it("reach the hash ten times of two hundred at once in two processes", async () => {
    const other = await opened.another();
    const turns = Array.from({ length: 200 }, (_, turn) => fail("ada", HERE, turn % 2 === 0 ? limits : other));
    expect((await Promise.all(turns)).filter(Boolean)).toHaveLength(10);
    await Promise.all([limits.close(), other.close()]);
    expect(await storedAttempts()).toEqual([10, 10, 200]);
  });

  it("are written within a moment where nobody tries again", async () => {
    for (let time = 0; time < 200; time++) await fail("ada", HERE);
    const deadline = performance.now() + 10_000;
    while ((await storedAttempts()).at(-1) !== 200 && performance.now() < deadline) await sleep(20);
    expect(await storedAttempts()).toEqual([10, 10, 200]);
  });

  it("that are refused lengthen no delay, and cost no transaction each", async () => {
    for (let time = 0; time < 10; time++) await fail("ada", HERE);
    const before = opened.transactions();
    const waits = await Promise.all(Array.from({ length: 1000 }, () => tried("ada", HERE)));
    expect(new Set(waits)).toEqual(new Set([1]));
    expect(opened.transactions() - before).toBeLessThan(50);
    opened.clock.now += 1000;
    expect(await fail("ada", HERE)).toBe(true);
    expect(await tried("ada", HERE)).toBe(2);
  });

  it.each<[string, (turn: number) => string]>([
    ["one network", () => HERE],
    ["ever new networks", addressOf],
  ])("are fewer than a hundred in a day from %s, and are let through for ever", async (_from, addresses) => {
    const begin = opened.clock.now;
    expect(await attack("ada", addresses, begin + DAY)).toBeLessThan(100);
    expect(await attack("ada", addresses, begin + 2 * DAY)).toBeGreaterThan(10);
  });

  it("are fewer than a hundred in a day from a network that the account logged in from", async () => {
    await succeed("ada", HERE);
    expect(await attack("ada", () => HERE, opened.clock.now + DAY)).toBeLessThan(100);
  });

  it("give way to the right password from a fresh network after the delay", async () => {
    await attack("ada", addressOf, opened.clock.now + DAY);
    await fail("ada", addressOf(1e6));
    const wait = await tried("ada", THERE);
    expect(wait).toBeGreaterThan(60);
    expect(wait).toBeLessThanOrEqual(3600);
    opened.clock.now += Number(wait) * 1000;
    expect(await succeed("ada", THERE)).toBe(true);
    expect(await succeed("ada", THERE)).toBe(true);
  });

  it("are forgotten, one an hour", async () => {
    for (let time = 0; time < 10; time++) await fail("ada", HERE);
    opened.clock.now += 3 * 3_600_000;
    expect(await fail("ada", HERE)).toBe(true);
    expect(await fail("ada", HERE)).toBe(true);
    expect(await fail("ada", HERE)).toBe(true);
    expect(await fail("ada", HERE)).toBe(false);
  });

  it("without an address are counted by account", async () => {
    for (let time = 0; time < 10; time++) expect(await fail("ada")).toBe(true);
    expect(await fail("ada", "no address")).toBe(false);
    expect(await fail("ada", HERE)).toBe(true);
    expect(await fail("grace")).toBe(true);
    for (let time = 0; time < 300; time++) expect(await fail(`name ${time}`)).toBe(true);
  });
});

describe("a thousand users with one wrong password each", () => {
  it("from one network are let through less than two hundred times, then once in ten seconds", async () => {
    let through = 0;
    for (let user = 0; user < 1000; user++) through += Number(await fail(`user ${user}`, HERE));
    expect(through).toBe(100);
    expect(await tried("another", HERE)).toBe(10);
    expect(await fail("another", THERE)).toBe(true);
    for (let turn = 0; turn < 5; turn++) {
      opened.clock.now += 10_000;
      expect(await fail(`late ${turn}`, HERE)).toBe(true);
      expect(await fail(`later ${turn}`, HERE)).toBe(false);
    }
  });

  it("from one network that all of them logged in from are no more", async () => {
    for (let user = 0; user < 300; user++) await succeed(`user ${user}`, HERE);
    let through = 0;
    for (let user = 0; user < 300; user++) through += Number(await fail(`user ${user}`, HERE));
    expect(through).toBe(100);
  });

  it("from a thousand addresses of one /64 share its limit", async () => {
    let through = 0;
    for (let user = 0; user < 1000; user++) {
      through += Number(await fail(`user ${user}`, `2001:db8::${user.toString(16)}:1`));
    }
    expect(through).toBe(100);
    expect(await fail("another", "2001:db8:0:1::1")).toBe(true);
  });

  it("leave a row for each that was let through, and none for the others", async () => {
    for (let user = 0; user < 1000; user++) await fail(`user ${user}`, HERE);
    await limits.close();
    expect(await opened.rows()).toHaveLength(201);
  });
});

describe("many accounts that fail together", () => {
  const told = () => opened.events.filter(({ event }) => event === "login.spray_suspected");
  const failFor = async (user: string, address?: string) => (await limits.admit({ account: user, address })).failed();

  it("from many networks are told once", async () => {
    for (let user = 0; user < 99; user++) await failFor(`user ${user}`, addressOf(user));
    expect(told()).toEqual([]);
    for (let user = 99; user < 150; user++) await failFor(`user ${user}`, addressOf(user));
    const event = "login.spray_suspected";
    expect(told()).toEqual([{ event, accounts: 100, networks: 100, succeeded: 0, seconds: 600 }]);
  });

  it("are not told where each is known in its network, and are where it is not", async () => {
    for (let user = 0; user < 120; user++) await succeed(`user ${user}`, addressOf(user));
    opened.clock.now += 3_600_000;
    for (let user = 0; user < 120; user++) await failFor(`user ${user}`, addressOf(user));
    expect(told()).toEqual([]);
    for (let user = 0; user < 120; user++) await failFor(`user ${user}`, addressOf(1000 + user));
    expect(told()).toHaveLength(1);
  });

  it("are not told where they come from the addresses of one /64, or from nowhere", async () => {
    for (let user = 0; user < 100; user++) await failFor(`user ${user}`, `2001:db8::${user.toString(16)}:1`);
    for (let user = 0; user < 200; user++) await failFor(`user ${user}`);
    expect(told()).toEqual([]);
  });

  it("are not told where nobody found out whether they failed", async () => {
    for (let user = 0; user < 200; user++) {
      (await limits.admit({ account: `user ${user}`, address: addressOf(user) })).withdraw();
    }
    expect(told()).toEqual([]);
  });

  it("are not told where each logs in next", async () => {
    for (let user = 0; user < 150; user++) {
      await failFor(`user ${user}`, addressOf(user));
      expect(await succeed(`user ${user}`, addressOf(user))).toBe(true);
    }
    expect(told()).toEqual([]);
  });
});

describe("the owner of an account that is attacked", () => {
  it("logs in from a network that is known", async () => {
    expect(await succeed("ada", HERE)).toBe(true);
    for (let turn = 0; turn < 1000; turn++) await fail("ada", addressOf(turn));
    expect(await fail("ada", THERE)).toBe(false);
    for (let time = 0; time < 20; time++) expect(await succeed("ada", HERE)).toBe(true);
  });

  it("logs in from a network that is known while somebody else there guesses names", async () => {
    expect(await succeed("ada", HERE)).toBe(true);
    for (let user = 0; user < 1000; user++) await fail(`user ${user}`, HERE);
    expect(await fail("grace", HERE)).toBe(false);
    expect(await succeed("ada", HERE)).toBe(true);
  });

  it("is known for 90 days, in every process", async () => {
    await succeed("ada", HERE);
    await limits.close();
    const other = await opened.another();
    opened.clock.now += 90 * DAY - 10_000;
    expect(await limits.forgetPast()).toBe(2);
    for (let turn = 0; turn < 100; turn++) await fail("ada", addressOf(turn), other);
    expect(await fail("ada", HERE, other)).toBe(true);
    opened.clock.now += 10_000;
    expect(await fail("ada", THERE, other)).toBe(true);
    expect(await fail("ada", HERE, other)).toBe(false);
  });

  it("does not open the account to others by logging in", async () => {
    await succeed("ada", HERE);
    for (let turn = 0; turn < 100; turn++) await fail("ada", addressOf(turn));
    for (let time = 0; time < 5; time++) {
      expect(await succeed("ada", HERE)).toBe(true);
      expect(await fail("ada", addressOf(1000 + time))).toBe(false);
    }
  });

  it("clears what failed from the own network, and not what failed elsewhere there", async () => {
    for (let time = 0; time < 9; time++) await fail("ada", HERE);
    for (let user = 0; user < 91; user++) expect(await fail(`user ${user}`, HERE)).toBe(user < 91);
    opened.clock.now += 10_000;
    expect(await succeed("ada", HERE)).toBe(true);
    expect(await fail("somebody", HERE)).toBe(true);
    expect(await fail("somebody", HERE)).toBe(false);
    for (let time = 0; time < 10; time++) expect(await fail("ada", HERE)).toBe(true);
  });
});

describe("log-ins with the right password", () => {
  it("of one account in eight connections without pause are never refused", async () => {
    const connections = Array.from({ length: 8 }, async () => {
      for (let time = 0; time < 50; time++) {
        const attempt = await limits.admit({ account: "ada", address: HERE });
        await sleep(Math.random() * 3);
        attempt.succeeded();
      }
    });
    await Promise.all(connections);
    await limits.close();
    expect((await opened.rows()).filter((row) => row.emptyAt > opened.clock.now)).toEqual([]);
  });

  it("of one account in eight connections to two processes are never refused", async () => {
    const other = await opened.another();
    const connections = Array.from({ length: 8 }, async (_, index) => {
      for (let time = 0; time < 30; time++) {
        const attempt = await (index % 2 === 0 ? limits : other).admit({ account: "ada", address: HERE });
        await sleep(Math.random() * 3);
        attempt.succeeded();
      }
    });
    await Promise.all(connections);
  });

  it("of fifty accounts at once behind one address are not refused, time after time", async () => {
    for (let time = 0; time < 10; time++) {
      const users = Array.from({ length: 50 }, (_, user) => limits.admit({ account: `user ${user}`, address: HERE }));
      for (const attempt of await Promise.all(users)) attempt.succeeded();
    }
  });

  it("two hundred at once: ten are let through, the others as soon as one of the ten has succeeded", async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => tried("ada", HERE)));
    const attempts = answers.filter((answer) => typeof answer !== "number");
    expect(attempts).toHaveLength(10);
    expect(new Set(answers.filter((answer) => typeof answer === "number"))).toEqual(new Set([1]));
    attempts[0]?.succeeded();
    expect(await succeed("ada", HERE)).toBe(true);
  });
});

describe("an attempt", () => {
  it("that was withdrawn costs nothing, and the delay before it does not begin again", async () => {
    for (let time = 0; time < 15; time++) {
      const wait = await tried("ada", HERE);
      if (typeof wait === "number") opened.clock.now += wait * 1000;
    }
    opened.clock.now += 3_600_000;
    for (let time = 0; time < 50; time++) {
      const attempt = await limits.admit({ account: "ada", address: HERE });
      attempt.withdraw();
    }
  });

  it("is decided once", async () => {
    for (let time = 0; time < 8; time++) await fail("ada", HERE);
    const [one, two] = [await limits.admit({ account: "ada", address: HERE }), await tried("ada", HERE)];
    for (let time = 0; time < 5; time++) one.withdraw();
    one.succeeded();
    expect(typeof two).toBe("object");
    expect(await fail("ada", HERE)).toBe(true);
    expect(await fail("ada", HERE)).toBe(false);
  });

  it("that succeeded is not charged again by a withdrawal, nor known by one", async () => {
    const attempt = await limits.admit({ account: "ada", address: HERE });
    attempt.withdraw();
    attempt.succeeded();
    for (let turn = 0; turn < 100; turn++) await fail("ada", addressOf(turn));
    expect(await fail("ada", HERE)).toBe(false);
  });

  it.each(["", "\0", "half \ud800", "x".repeat(100_000), "日本", '","account', "__proto__"])(
    "of a name like %j is counted like any other, and by itself",
    async (account) => {
      for (let time = 0; time < 10; time++) expect(await fail(account, HERE)).toBe(true);
      expect(await fail(account, HERE)).toBe(false);
      expect(await fail(`${account}?`, HERE)).toBe(true);
    },
  );
});

describe("while the database is locked", () => {
  beforeEach(async () => {
    await opened.discard();
    opened = await openLimits(100);
    limits = opened.limits;
  });

  it("a log-in is unavailable, a refused one refused, and one that succeeds is written afterwards", async () => {
    const attempt = await limits.admit({ account: "ada", address: HERE });
    for (let time = 0; time < 10; time++) await fail("grace", HERE);
    const unlock = await opened.lock();
    expect(await tried("grace", HERE)).toBe(1);
    attempt.succeeded();
    await expect(limits.admit({ account: "ada", address: HERE })).rejects.toMatchObject({ code: "unavailable" });
    const deadline = performance.now() + 10_000;
    while (opened.events.length < 2 && performance.now() < deadline) await sleep(20);
    await sleep(600);
    unlock();
    const [blocked, ...unwritten] = opened.events;
    expect(blocked).toMatchObject({ event: "attempts.blocked" });
    expect(unwritten).toEqual([{ event: "attempts.unwritten", error: "unavailable" }]);
    expect((await opened.rows()).filter((row) => row.knownUntil > 0)).toEqual([]);
    while ((await storedAttempts()).at(-2) !== 11 && performance.now() < deadline) await sleep(20);
    expect((await opened.rows()).filter((row) => row.knownUntil > 0)).toMatchObject([{ attempts: 0 }]);
    // The network, both accounts, and both pairs, of which one was refused once and the other cleared.
    expect(await storedAttempts()).toEqual([0, 1, 10, 11, 11]);
  });

  it("what waits is lost by closing, and closing does not fail", async () => {
    const attempt = await limits.admit({ account: "ada", address: HERE });
    const unlock = await opened.lock();
    attempt.succeeded();
    await limits.close();
    unlock();
    expect(opened.events).toEqual([{ event: "attempts.unwritten", error: "unavailable" }]);
    expect(await succeed("ada", HERE)).toBe(true);
  });
});

describe("a clock", () => {
  it("that was set back a year locks nobody", async () => {
    for (let time = 0; time < 10; time++) await fail("ada", HERE);
    expect(await fail("ada", HERE)).toBe(false);
    opened.clock.now -= 365 * DAY;
    expect(await fail("ada", HERE)).toBe(true);
    const wait = await tried("ada", HERE);
    expect(wait).toBe(2);
    opened.clock.now += 2000;
    expect(await succeed("ada", HERE)).toBe(true);
  });
});

describe("refused sign-ups and refreshes", () => {
  it.each([
    ["sign_up", 50, 10],
    ["refresh", 1000, 1],
  ] as const)("%s: %i are free, then one in %i seconds", async (kind, free, seconds) => {
    for (let time = 0; time < free; time++) {
      await limits.requireOpen(kind, HERE);
      await limits.refuse(kind, HERE);
    }
    const limited = { name: "AuthError", code: "rate_limited", retryAfter: seconds };
    await expect(limits.refuse(kind, HERE)).rejects.toMatchObject(limited);
    await expect(limits.requireOpen(kind, HERE)).rejects.toMatchObject(limited);
    await limits.refuse(kind, THERE);
    opened.clock.now += seconds * 1000;
    await limits.requireOpen(kind, HERE);
    await limits.refuse(kind, HERE);
    await expect(limits.refuse(kind, HERE)).rejects.toMatchObject(limited);
  });

  it("have buckets of their own, and none where there is no address", async () => {
    for (let time = 0; time < 51; time++) await limits.refuse("sign_up", HERE).catch(() => {});
    await limits.refuse("refresh", HERE);
    expect(await succeed("ada", HERE)).toBe(true);
    for (let time = 0; time < 60; time++) await limits.refuse("sign_up");
    await limits.requireOpen("sign_up");
  });
});

describe("what is stored", () => {
  it("tells neither name nor network", async () => {
    await fail("hunter2 typed here", HERE);
    const rows = await opened.rows();
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row.key).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(JSON.stringify(rows)).not.toMatch(/hunter2|192\.0\.2/);
  });

  it("is forgotten when it has leaked, in steps where it is much", async () => {
    for (let turn = 0; turn < 1100; turn++) await fail(`user ${turn}`, addressOf(turn));
    expect(await limits.forgetPast()).toBe(0);
    opened.clock.now += 3_600_001;
    expect(await limits.forgetPast()).toBe(3300);
    expect(await opened.rows()).toEqual([]);
  });
});

describe("the log", () => {
  it("hears of a block once, with the tier and no name", async () => {
    for (let time = 0; time < 500; time++) await fail("ada", HERE);
    expect(opened.events).toEqual([
      { event: "attempts.blocked", tier: "pair", attempts: 11, seconds: 1, address: HERE },
    ]);
    opened.clock.now += 1000;
    for (let time = 0; time < 500; time++) await fail("ada", HERE);
    expect(opened.events).toHaveLength(1);
    for (let step = 0; step < 7; step++) {
      opened.clock.now += 1000 * 2 ** (step + 1);
      await fail("ada", HERE);
      await fail("ada", HERE);
    }
    expect(opened.events.length).toBeGreaterThan(1);
    expect(opened.events.length).toBeLessThan(6);
    expect(JSON.stringify(opened.events)).not.toContain("ada");
  });

  it("hears once of a block of half an hour, however often somebody asks", async () => {
    await succeed("ada", HERE);
    await attack("ada", () => HERE, opened.clock.now + DAY);
    await fail("ada", HERE);
    const before = opened.events.length;
    for (let minute = 0; minute < 29; minute++) {
      expect(await tried("ada", HERE)).toBe(1800 - minute * 60);
      opened.clock.now += 60_000;
    }
    expect(opened.events.slice(before)).toMatchObject([{ tier: "pair", seconds: 1800 }]);
  });

  it("does not hear of ten that are on their way", async () => {
    const attempts = await Promise.all(
      Array.from({ length: 10 }, () => limits.admit({ account: "ada", address: HERE })),
    );
    for (const attempt of attempts) attempt.succeeded();
    expect(opened.events).toEqual([]);
  });
});
