import { Worker } from "node:worker_threads";
import { hashSync } from "@node-rs/argon2";
import { expect, vi } from "vitest";
import { loadSqlite } from "../../dist/store/sqlite/load-sqlite.js";
import { type Answer, type Door, newDatabase, type OpenAuth, openAuth, PASSWORD, sql } from "../http/open-auth.js";
import { attempt } from "./attack.js";
import { fewAtOnce } from "./few-at-once.js";

const WRONG = "eight wild geese at dawn";
const DAY_MS = 86_400_000;

const guess = (door: Door, username: string, headers: Record<string, string> = {}) =>
  door.post("/token", { username, password: WRONG }, headers);
const logIn = (door: Door, username: string) => door.post("/token", { username, password: PASSWORD });

function counted(answers: readonly Answer[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function retryAfter({ headers }: Answer): number {
  return Number(headers.get("retry-after"));
}

function expectLimited(answers: readonly Answer[]): void {
  for (const answer of answers.filter(({ status }) => status === 429)) {
    expect(answer.body.code).toBe("rate_limited");
    expect(retryAfter(answer)).toBeGreaterThanOrEqual(1);
  }
}

/** Makes so many users who share a password, of which one hash is enough. */
async function addUsers({ auth }: OpenAuth, count: number): Promise<readonly string[]> {
  const hash = hashSync(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  const names = Array.from({ length: count }, (_, at) => `user ${at}`);
  const outcomes = await auth.users.import(names.map((username) => ({ username, hash })));
  expect(outcomes.filter(({ outcome }) => outcome === "added")).toHaveLength(count);
  return names;
}

/** An address in a network of its own. */
function networkAt(number: number): string {
  return `10.${number >> 16}.${(number >> 8) & 0xff}.${number & 0xff}`;
}

function eventsOf({ events }: OpenAuth, wanted: string): readonly object[] {
  return events.filter(({ event }) => event === wanted);
}

/** Guesses as often as it is let through for a day; the delays that it met, and how many guesses were checked. */
async function guessForADay(
  door: OpenAuth,
  from: (turn: number) => Door,
): Promise<{ delays: number[]; checked: number }> {
  const delays: number[] = [];
  let checked = 0;
  const end = door.clock.now() + DAY_MS;
  for (let turn = 0; door.clock.now() < end; turn++) {
    const answer = await guess(from(turn), "ada");
    if (answer.status === 401) {
      checked += 1;
      continue;
    }
    expect(answer.status).toBe(429);
    delays.push(retryAfter(answer));
    door.clock.advance(retryAfter(answer));
  }
  return { delays, checked };
}

const SPOOFED = ["x-forwarded-for", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "client-ip"];

function spoofed(at: number): Record<string, string> {
  const address = `198.51.100.${at}`;
  return { ...Object.fromEntries(SPOOFED.map((name) => [name, address])), forwarded: `for=${address}` };
}

attempt("guesses at many accounts", [
  [
    "S06",
    "a thousand users, one wrong password each, from one network: a hundred are checked, then 429 with Retry-After",
    async () => {
      const door = await openAuth();
      const names = await addUsers(door, 1000);
      const answers = await fewAtOnce(names, (name) => guess(door, name));
      expect(counted(answers)).toEqual({ 401: 100, 429: 900 });
      expectLimited(answers);
      expect(answers.slice(0, 200).some(({ status }) => status === 429)).toBe(true);
      expect(eventsOf(door, "attempts.blocked")).toEqual([
        expect.objectContaining({ tier: "network", address: "192.0.2.7" }),
      ]);
      expect(eventsOf(door, "login.spray_suspected")).toEqual([]);
    },
    90_000,
  ],
  [
    "S07",
    "one password for many users from many addresses is told to the log, once in ten minutes, without the password",
    async () => {
      const door = await openAuth();
      const names = await addUsers(door, 110);
      const spray = (wave: number) =>
        fewAtOnce(names, (name, at) => guess(door.from(networkAt(1000 * wave + at)), name));
      expect(counted(await spray(1))).toEqual({ 401: 110 });
      const suspected = {
        event: "login.spray_suspected",
        accounts: expect.any(Number),
        networks: expect.any(Number),
        succeeded: 0,
        seconds: 600,
      };
      expect(eventsOf(door, "login.spray_suspected")).toEqual([suspected]);
      door.clock.advance(300);
      await spray(2);
      expect(eventsOf(door, "login.spray_suspected")).toHaveLength(1);
      door.clock.advance(300);
      await guess(door.from(networkAt(3000)), "user 0");
      expect(eventsOf(door, "login.spray_suspected")).toHaveLength(2);
      expect(JSON.stringify(door.events)).not.toMatch(/geese|argon2|user \d/);
    },
    90_000,
  ],
  [
    "S07",
    "one user who fails from everywhere, and many who mistype and then log in, are no spray",
    async () => {
      const door = await openAuth();
      const names = await addUsers(door, 105);
      await fewAtOnce(Array(60).fill("user 0"), (name, at) => guess(door.from(networkAt(at)), name));
      await fewAtOnce(names.slice(1), async (name, at) => {
        const home = door.from(networkAt(1000 + at));
        expect((await guess(home, name)).status).toBe(401);
        expect((await logIn(home, name)).status).toBe(200);
      });
      expect(eventsOf(door, "login.spray_suspected")).toEqual([]);
    },
    90_000,
  ],
]);

attempt("guesses at one account", [
  [
    "S20",
    "fewer than a hundred wrong passwords of an account are checked in a day, after delays that grow; then its owner logs in from anywhere",
    async () => {
      for (const from of [() => 7, (turn: number) => turn]) {
        const door = await openAuth();
        await door.auth.users.add({ username: "ada", password: PASSWORD });
        const { delays, checked } = await guessForADay(door, (turn) => door.from(networkAt(from(turn))));
        expect(checked).toBeGreaterThan(10);
        expect(checked).toBeLessThan(100);
        expect(delays.toSorted((one, other) => one - other)).toEqual(delays);
        expect([delays[0], delays.at(-1)]).toEqual([1, expect.any(Number)]);
        expect(delays.at(-1)).toBeGreaterThanOrEqual(1800);

        const fresh = door.from("203.0.113.9");
        const first = await logIn(fresh, "ada");
        if (first.status === 429) door.clock.advance(retryAfter(first));
        expect((await logIn(fresh, "ada")).status).toBe(200);
      }
    },
    90_000,
  ],
  [
    "S21",
    "two hundred wrong passwords at once: ten are checked, all are counted",
    async () => {
      const database = newDatabase();
      const door = await openAuth({ database });
      await door.signUp("ada");
      const answers = await Promise.all(Array.from({ length: 200 }, () => guess(door, "ada")));
      expect(counted(answers)).toEqual({ 401: 10, 429: 190 });
      expectLimited(answers);
      expect(eventsOf(door, "attempts.blocked")).toHaveLength(1);
      const most = () => sql(database, "select max(attempts) as attempts from attempts");
      await expect.poll(most, { timeout: 10_000 }).toEqual([{ attempts: 200 }]);
    },
  ],
  [
    "S22",
    "a thousand failures from elsewhere stop neither the owner at home nor a new password, and no session ends",
    async () => {
      const door = await openAuth();
      const { user_id, refresh_token } = await door.signUp("ada");
      expect((await logIn(door, "ada")).status).toBe(200);
      const answers = await fewAtOnce(Array(1000).fill("ada"), (name, at) => guess(door.from(networkAt(at)), name));
      expect(counted(answers)).toEqual({ 401: 30, 429: 970 });
      for (let time = 0; time < 3; time++) expect((await logIn(door, "ada")).status).toBe(200);
      expect((await door.refresh(refresh_token)).status).toBe(200);
      await door.auth.users.setPassword(user_id, WRONG);
      expect((await guess(door, "ada")).status).toBe(200);

      const away = door.from("203.0.113.9");
      const refused = await guess(away, "ada");
      expect(refused.status).toBe(429);
      door.clock.advance(retryAfter(refused));
      expect((await guess(away, "ada")).status).toBe(200);
    },
    90_000,
  ],
]);

attempt("guesses from other addresses than they seem", [
  [
    "S23",
    "no header changes the address that is counted and logged where no proxy is trusted",
    async () => {
      const door = await openAuth();
      await door.signUp("ada");
      const answers: Answer[] = [];
      for (let at = 0; at < 20; at++) answers.push(await guess(door, "ada", spoofed(at)));
      expect(counted(answers)).toEqual({ 401: 10, 429: 10 });
      expect(new Set(door.events.map(({ address }) => address))).toEqual(new Set(["192.0.2.7"]));
    },
  ],
  [
    "S23",
    "behind a trusted proxy the right-most address that is none counts, whatever stands left of it or in other headers",
    async () => {
      const door = await openAuth({ trustedProxies: ["192.0.2.7"] });
      await door.signUp("ada");
      const through = async (client: string) => {
        const answers: Answer[] = [];
        for (let at = 0; at < 12; at++) {
          const written = `203.0.113.${at}, ${client}${at % 2 === 0 ? "" : ", 192.0.2.7"}`;
          answers.push(await guess(door, "ada", { ...spoofed(at), "x-forwarded-for": written }));
        }
        return counted(answers);
      };
      expect(await through("198.51.100.77")).toEqual({ 401: 10, 429: 2 });
      expect(await through("198.51.100.78")).toEqual({ 401: 10, 429: 2 });
      expect(
        new Set(eventsOf(door, "user.log_in_failed").map((event) => (event as { address: string }).address)),
      ).toEqual(new Set(["198.51.100.77", "198.51.100.78"]));
    },
  ],
  [
    "S24",
    "a thousand addresses of one /64 are one network, however they are written",
    async () => {
      const door = await openAuth();
      await door.signUp("ada");
      const spellings = (at: number) => {
        const last = at.toString(16);
        return [`2001:db8:1:2:${last}::${last}`, `2001:DB8:0001:0002:0:0:0:${last}`, `2001:db8:1:2::${last}%eth0`];
      };
      const answers = await fewAtOnce(
        Array.from({ length: 1000 }, (_, at) => spellings(at + 1)[at % 3] ?? ""),
        (address) => guess(door.from(address), "ada"),
      );
      expect(counted(answers)).toEqual({ 401: 10, 429: 990 });
      expectLimited(answers);
      expect((await guess(door.from("2001:db8:1:3::1"), "ada")).status).toBe(401);
    },
    60_000,
  ],
  [
    "S24",
    "an IPv4 address is one network, also where it is written as IPv6",
    async () => {
      const door = await openAuth();
      await door.signUp("ada");
      const written = ["198.51.100.9", "::ffff:198.51.100.9", "::FFFF:C633:6409", "0:0:0:0:0:ffff:198.51.100.9"];
      const answers: Answer[] = [];
      for (let at = 0; at < 12; at++) answers.push(await guess(door.from(written[at % 4] ?? ""), "ada"));
      expect(counted(answers)).toEqual({ 401: 10, 429: 2 });
    },
  ],
]);

attempt("guesses while nothing can be counted", [
  [
    "S25",
    "a database that cannot write answers 503 before any hash, to right and wrong passwords alike, and counts on afterwards",
    async () => {
      const database = newDatabase();
      const door = await openAuth({ database });
      const { token } = await door.signUp("ada");
      for (let time = 0; time < 4; time++) expect((await guess(door, "ada")).status).toBe(401);
      const { DatabaseSync } = await loadSqlite();
      const connection = new DatabaseSync(database);
      connection.prepare("begin immediate").all();
      const posted = vi.spyOn(Worker.prototype, "postMessage");
      const answers = await Promise.all([
        ...Array.from({ length: 8 }, () => guess(door, "ada")),
        logIn(door, "ada"),
        door.from("203.0.113.9").post("/token", { username: "nobody", password: PASSWORD }),
      ]);
      expect(posted).not.toHaveBeenCalled();
      posted.mockRestore();
      expect((await door.me(token)).status).toBe(200);
      connection.prepare("rollback").all();
      connection.close();
      for (const answer of answers) {
        expect([answer.status, answer.body.code]).toEqual([503, "unavailable"]);
        expect(retryAfter(answer)).toBeGreaterThanOrEqual(1);
      }
      const after: Answer[] = [];
      for (let time = 0; time < 8; time++) after.push(await guess(door, "ada"));
      expect(counted(after)).toEqual({ 401: 6, 429: 2 });
    },
    60_000,
  ],
]);

attempt("a crowd from one network", [
  [
    "S61",
    "however many sign-ups one network sends at once, everybody else logs in",
    async () => {
      const door = await openAuth();
      await door.signUp("ada");
      const crowd = Array.from({ length: 300 }, (_, at) =>
        door.from("198.51.100.1").post("/signup", { username: `crowd ${at}`, password: PASSWORD }),
      );
      const others = Array.from({ length: 10 }, (_, at) => logIn(door.from(`203.0.113.${at}`), "ada"));
      expect(counted(await Promise.all(others))).toEqual({ 200: 10 });
      const answers = await Promise.all(crowd);
      expect(Object.keys(counted(answers))).toEqual(["201", "503"]);
      for (const answer of answers.filter(({ status }) => status === 503)) {
        expect(answer.body.code).toBe("unavailable");
        expect(retryAfter(answer)).toBeGreaterThanOrEqual(1);
      }
    },
    60_000,
  ],
]);
