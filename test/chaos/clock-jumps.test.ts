import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AuthOptions } from "latchkey";
import { afterEach, describe, expect, it } from "vitest";
import { loadSqlite } from "../../dist/store/sqlite/load-sqlite.js";
import { askMe, end, endAll, type Granted, LATCHKEY, newFolder, send, signUp, startServer } from "../cli/run-server.js";
import {
  bearer,
  claimsOf,
  createClock,
  DAY,
  newDatabase,
  type OpenAuth,
  openAuth,
  type Tokens,
  tokensOf,
} from "../http/open-auth.js";

afterEach(endAll);

const HOUR = 3600;

/** An auth on a file, so that it can be started again, whose clock stands at an instant. */
async function openAt(instant: string, options: Partial<AuthOptions> = {}) {
  const clock = createClock();
  clock.advance((Date.parse(instant) - clock.now()) / 1000);
  const settings = { database: newDatabase(), ...options };
  let door = await openAuth(settings, clock);
  return {
    clock,
    get door() {
      return door;
    },
    /** At the start a server also forgets what has passed. */
    async restart() {
      await door.auth.close();
      door = await openAuth(settings, clock);
    },
  };
}

/** The status of `/me`, with the reason of a refusal. */
async function verdict(door: OpenAuth, { token }: Tokens): Promise<string> {
  const { status, body } = await door.me(token);
  return status === 200 ? "200" : `${status} ${body.reason}`;
}

async function next({ refresh }: OpenAuth, { refresh_token }: Tokens): Promise<Tokens> {
  return tokensOf(await refresh(refresh_token));
}

/** One of each that must not come back: tokens that were logged out, taken back with a role, or of a session that was replayed. */
async function deadTokens(door: OpenAuth): Promise<readonly Tokens[]> {
  const loggedOut = await door.signUp("ada");
  await door.logOut(bearer(loggedOut.token));
  const first = await door.logIn("ada");
  const replayed = await next(door, await next(door, first));
  expect((await door.refresh(first.refresh_token)).status).toBe(401);
  await door.auth.users.setRoles(loggedOut.user_id, ["editor"]);
  const editor = await door.logIn("ada");
  await door.auth.users.setRoles(loggedOut.user_id, []);
  await door.logOut({}, { refresh_token: editor.refresh_token });
  return [loggedOut, first, replayed, editor];
}

async function expectDead(door: OpenAuth, dead: readonly Tokens[]): Promise<void> {
  for (const tokens of dead) {
    expect(await verdict(door, tokens)).toMatch(/^401 (revoked|expired|issued_in_future)$/);
    expect((await door.refresh(tokens.refresh_token)).body.code).toBe("invalid_grant");
  }
}

describe("S77: a clock that jumps an hour ahead and is set right", () => {
  it.each(["running", "started again while the clock is wrong"])(
    "leaves all as it was, in a server that is %s",
    async (how) => {
      const world = await openAt("2027-01-15T08:00:00Z");
      const dead = await deadTokens(world.door);
      const living = await world.door.logIn("ada");
      const idle = await world.door.logIn("ada");
      world.clock.advance(HOUR);
      if (how !== "running") await world.restart();
      expect(await verdict(world.door, living)).toBe("401 expired");
      await expectDead(world.door, dead);
      const ahead = await next(world.door, living);
      expect(await verdict(world.door, ahead)).toBe("200");
      world.clock.advance(-HOUR);
      expect(await verdict(world.door, living)).toBe("200");
      expect(await verdict(world.door, await next(world.door, ahead))).toBe("200");
      expect(await verdict(world.door, await next(world.door, idle))).toBe("200");
      await expectDead(world.door, dead);
      await world.restart();
      await expectDead(world.door, dead);
    },
  );

  it("costs no token of the previous key, which is gone by the wrong time", async () => {
    const clock = createClock();
    const database = newDatabase();
    const [door, other] = [await openAuth({ database }, clock), await openAuth({ database }, clock)];
    const living = await door.signUp("ada");
    await door.auth.keys.rotate({ now: true });
    clock.advance(1);
    const said = () => verdict(door, living);
    expect(await said()).toBe("200");
    clock.advance(HOUR);
    // Keys are read again where another process has written.
    await other.logIn("ada");
    await expect.poll(said, { interval: 10, timeout: 5000 }).toBe("401 key_unknown");
    clock.advance(-HOUR);
    await expect.poll(said, { interval: 10, timeout: 5000 }).toBe("200");
  });
});

describe("S77: a clock that is set back an hour", () => {
  it("lets everybody go on at the next refresh, and log out at once", async () => {
    const { door, clock } = await openAt("2027-01-15T08:00:00Z");
    const [seen, unseen, leaving] = [await door.signUp("ada"), await door.logIn("ada"), await door.logIn("ada")];
    expect(await verdict(door, seen)).toBe("200");
    clock.advance(-HOUR);
    // One that was checked before is remembered, and only its end counts.
    expect(await verdict(door, seen)).toBe("200");
    expect(await verdict(door, unseen)).toBe("401 issued_in_future");
    expect(await verdict(door, await next(door, unseen))).toBe("200");
    expect((await door.logOut(bearer(leaving.token))).status).toBe(204);
    await expectDead(door, [leaving]);
    clock.advance(HOUR);
    await expectDead(door, [leaving]);
    expect(await verdict(door, seen)).toBe("200");
  });

  it.each(["running", "started again"])("brings nothing back in a server that is %s", async (how) => {
    const world = await openAt("2027-01-15T08:00:00Z");
    const dead = await deadTokens(world.door);
    world.clock.advance(HOUR);
    await world.restart();
    for (const step of [-HOUR, 600, HOUR]) {
      world.clock.advance(step);
      if (how === "started again") await world.restart();
      await expectDead(world.door, dead);
    }
  });

  it.each([
    ["idle", { idleSeconds: HOUR }],
    ["absolute", { absoluteSeconds: HOUR, idleSeconds: HOUR }],
  ])("brings no session back that was refused for its %s end, also where its key is gone", async (_what, options) => {
    const { door, clock } = await openAt("2027-01-15T08:00:00Z", options);
    const session = await door.signUp("ada");
    await door.auth.keys.rotate({ now: true });
    clock.advance(HOUR + 120);
    expect((await door.refresh(session.refresh_token)).status).toBe(401);
    for (const seconds of [-600, -HOUR + 600]) {
      clock.advance(seconds);
      expect((await door.refresh(session.refresh_token)).status).toBe(401);
    }
    expect(await door.auth.sessions.list(session.user_id)).toEqual([]);
  });

  it.each([true, false])("does not undo a rotation of keys that is made then (now: %s)", async (now) => {
    const { door, clock } = await openAt("2027-01-15T08:00:00Z");
    const kidOf = ({ token }: Tokens) => JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).kid;
    const first = kidOf(await door.signUp("ada"));
    clock.advance(-HOUR);
    await door.auth.keys.rotate({ now });
    const published = door.auth.jwks.keys.map(({ kid }) => kid);
    expect(published).toEqual([first, expect.anything()]);
    // Nobody has read of the next one yet.
    expect(kidOf(await door.logIn("ada"))).toBe(first);
    clock.advance(HOUR + 1);
    expect(kidOf(await door.logIn("ada"))).toBe(published[1]);
  });
});

describe("S77: a second that comes twice, as at a leap second", () => {
  it("stops nobody: sign up, refresh, log in, lose a role and log out, all within it", async () => {
    const { door, clock } = await openAt("2016-12-31T23:59:59.100Z");
    const first = await door.signUp("ada");
    await door.auth.users.setRoles(first.user_id, ["editor"]);
    clock.advance(0.8);
    const second = await next(door, first);
    const third = await next(door, second);
    clock.advance(-0.9);
    for (const tokens of [first, second, third]) expect(await verdict(door, tokens)).toBe("200");
    const fourth = await next(door, third);
    await door.auth.users.setRoles(first.user_id, []);
    for (const tokens of [first, second, third, fourth]) expect(await verdict(door, tokens)).toBe("401 revoked");
    const fifth = await next(door, fourth);
    expect(await verdict(door, fifth)).toBe("200");
    expect(claimsOf(fifth.token).roles).toEqual([]);
    clock.advance(1);
    expect(await verdict(door, fifth)).toBe("200");
    await door.logOut(bearer(fifth.token));
    expect(await verdict(door, fifth)).toBe("401 revoked");
  });
});

describe("S77: a clock that stands still", () => {
  it("lets a hundred refreshes follow one another, and tells what was made before a role went from what was made after", async () => {
    const { door } = await openAt("2027-01-15T08:00:00Z");
    const all = [await door.signUp("ada")];
    for (let turn = 0; turn < 100; turn++) all.push(await next(door, all.at(-1) as Tokens));
    expect(new Set(all.map(({ token }) => token)).size).toBe(all.length);
    expect(new Set(all.map(({ refresh_token }) => refresh_token)).size).toBe(all.length);
    const { user_id } = all[0] as Tokens;
    for (let turn = 0; turn < 5; turn++) {
      await door.auth.users.setRoles(user_id, ["editor"]);
      const before = await next(door, all.at(-1) as Tokens);
      await door.auth.users.setRoles(user_id, []);
      const after = await next(door, before);
      expect([await verdict(door, before), await verdict(door, after)]).toEqual(["401 revoked", "200"]);
      all.push(after);
    }
  });
});

describe("S77: a date that others have stumbled over", () => {
  it.each([
    ["a leap second", "2017-01-01T00:00:00Z"],
    ["a leap day", "2028-02-29T00:00:00Z"],
    ["the day after it", "2028-03-01T00:00:00Z"],
    ["the end of 31 bits", "2038-01-19T03:14:08Z"],
    ["the end of NTP's first era", "2036-02-07T06:28:16Z"],
    ["a century without a leap day", "2100-03-01T00:00:00Z"],
    ["the end of 32 bits", "2106-02-07T06:28:16Z"],
  ])("is a day like any other: %s", async (_what, instant) => {
    const world = await openAt(instant);
    world.clock.advance(-300);
    const first = await world.door.signUp("ada");
    const { iat, exp } = claimsOf(first.token) as { iat: number; exp: number };
    expect([iat, exp]).toEqual([Date.parse(instant) / 1000 - 300, Date.parse(instant) / 1000 + 300]);
    world.clock.advance(299.999);
    const before = await next(world.door, first);
    world.clock.advance(0.001);
    expect(await next(world.door, first)).toMatchObject({ refresh_token: before.refresh_token });
    await world.restart();
    for (const tokens of [first, before]) expect(await verdict(world.door, tokens)).toBe("200");
    const after = await next(world.door, before);
    await world.door.logOut(bearer((await world.door.logIn("ada")).token));
    const [session, ...others] = await world.door.auth.sessions.list(first.user_id);
    expect(others).toEqual([]);
    expect(session?.expiresAt).toBe(Date.parse(instant) + 7 * DAY * 1000);
    world.clock.advance(304.999);
    expect(await verdict(world.door, first)).toBe("200");
    world.clock.advance(0.001);
    expect(await verdict(world.door, first)).toBe("401 expired");
    world.clock.advance(7 * DAY - 305 - 0.001);
    const last = await next(world.door, after);
    world.clock.advance(7 * DAY);
    expect((await world.door.refresh(last.refresh_token)).status).toBe(401);
  });
});

describe("S77: what is done by the clock", () => {
  it("is done once, however often the clock jumps over the day of a rotation", async () => {
    const world = await openAt("2027-01-15T08:00:00Z");
    await world.door.signUp("ada");
    world.clock.advance(90 * DAY - HOUR / 2);
    for (let turn = 0; turn < 12; turn++) {
      world.clock.advance(turn % 2 === 0 ? HOUR : -HOUR);
      await world.restart();
    }
    const keys = await world.door.auth.keys.list();
    expect(keys.map(({ purpose, state }) => `${purpose} ${state}`)).toEqual([
      "access current",
      "access next",
      "refresh current",
      "refresh next",
    ]);
    world.clock.advance(2 * HOUR);
    expect(await verdict(world.door, await world.door.logIn("ada"))).toBe("200");
    expect((await world.door.auth.keys.list()).map(({ state }) => state)).not.toContain("next");
  });

  it("counts wrong passwords on, and keeps nobody out for longer than it said", async () => {
    const { door, clock } = await openAt("2027-01-15T08:00:00Z");
    await door.signUp("ada");
    const guess = async () => (await door.post("/token", { username: "ada", password: "a wrong password" })).status;
    const guessUntilHeld = async () => {
      const all: number[] = [];
      while (all.at(-1) !== 429 && all.length < 20) all.push(await guess());
      return all.length;
    };
    expect(await guessUntilHeld()).toBe(11);
    clock.advance(HOUR);
    expect(await guessUntilHeld()).toBeLessThan(4);
    clock.advance(-HOUR);
    expect(await guessUntilHeld()).toBeLessThan(4);
    clock.advance(1800);
    expect((await door.post("/token", { username: "ada", password: "seven wild geese at dawn" })).status).toBe(200);
  });
});

const SHIFTED_CLOCK = fileURLToPath(new URL("shifted-clock.mjs", import.meta.url));

/** A clock for servers that can be set wrong while they run. */
function shiftableClock() {
  const file = join(newFolder(), "shift");
  const shift = (seconds: number) => {
    writeFileSync(`${file}.new`, String(seconds * 1000));
    renameSync(`${file}.new`, file);
  };
  shift(0);
  const command = [process.execPath, "--import", SHIFTED_CLOCK, LATCHKEY] as const;
  return { shift, options: { command, environment: { CLOCK_SHIFT: file } } };
}

function refreshAt(at: string, { refresh_token }: Granted) {
  return send<Granted>("POST", `${at}/token/refresh`, { body: { refresh_token } });
}

describe("S77: a server that runs", () => {
  it("goes on through jumps of its clock of an hour either way, and ends in time", async () => {
    const { shift, options } = shiftableClock();
    const server = await startServer(options);
    const { at } = server;
    const ada = await signUp(server, "ada");
    const left = await signUp(server, "bob");
    await send("DELETE", `${at}/token`, { token: left.token });
    let last = ada;
    for (const seconds of [HOUR, 0, -HOUR, -HOUR - 1, 0, 1, 0, HOUR, -HOUR, 0]) {
      shift(seconds);
      const answer = await refreshAt(at, last);
      expect(answer.status).toBe(200);
      last = answer.body;
      expect(await askMe(server, last.token)).toBe("200");
      expect(await askMe(server, left.token)).toMatch(/^401 /);
      expect((await refreshAt(at, left)).status).toBe(401);
    }
    expect(await askMe(server, ada.token)).toBe("200");
    expect((await end(server)).code).toBe(0);
  });

  it("waits for a locked database by a clock that does not jump", async () => {
    const { shift, options } = shiftableClock();
    const server = await startServer(options);
    const ada = await signUp(server, "ada");
    const { DatabaseSync } = await loadSqlite();
    const connection = new DatabaseSync(join(server.data, "latchkey.db"));
    connection.prepare("begin immediate").all();
    const refreshed = refreshAt(server.at, ada);
    const isHeld = await Promise.race([refreshed.then(() => false), askMe(server, ada.token).then(() => true)]);
    shift(HOUR);
    // Answered after the jump, while the other one waits.
    expect((await send("GET", `${server.at}/health/live`)).status).toBe(200);
    connection.prepare("rollback").all();
    connection.close();
    expect(isHeld).toBe(true);
    expect((await refreshed).status).toBe(200);
  });

  it.each([
    ["summer time begins", "Europe/Berlin", "2027-03-28T01:00:00Z"],
    ["summer time ends", "America/New_York", "2027-11-07T06:00:00Z"],
    ["a zone skips a day", "Pacific/Apia", "2011-12-30T10:00:00Z"],
  ])("does not notice that %s, nor in which zone another server is", async (_what, zone, instant) => {
    const { shift, options } = shiftableClock();
    const secondsTo = () => (Date.parse(instant) - Date.now()) / 1000;
    const inZone = (TZ: string, data?: string) =>
      startServer({ ...options, environment: { ...options.environment, TZ }, flags, ...(data && { data }) });
    const flags = ["--url", "http://localhost:4000"];
    shift(secondsTo() - 60);
    const here = await inZone(zone);
    const there = await inZone("Pacific/Kiritimati", here.data);
    const ada = await signUp(here, "ada");
    const left = await signUp(there, "bob");
    await send("DELETE", `${there.at}/token`, { token: left.token });
    shift(secondsTo() + 60);
    const listed = await Promise.all(
      [here, there].map(({ at }) => send("GET", `${at}/me/sessions`, { token: ada.token })),
    );
    expect(listed[0]?.status).toBe(200);
    expect(listed[1]?.body).toEqual(listed[0]?.body);
    const next = (await refreshAt(there.at, ada)).body;
    expect((await refreshAt(here.at, ada)).body.refresh_token).toBe(next.refresh_token);
    await end(here);
    const again = await inZone("America/St_Johns", here.data);
    for (const { token } of [ada, next]) expect(await askMe(again, token)).toBe("200");
    expect(await askMe(again, left.token)).toBe("401 revoked");
    expect((await refreshAt(again.at, next)).status).toBe(200);
  });
});
