import { setTimeout } from "node:timers/promises";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import type { AuthOptions, AuthServer, KeyView } from "latchkey";
import { exportKey } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { masterKeyInFile } from "../../dist/keys/master-key.js";
import { openKey } from "../../dist/keys/open-key.js";
import { loadSqlite } from "../../dist/store/sqlite/load-sqlite.js";
import { openSqlite } from "../../dist/store/sqlite/open-sqlite.js";
import type { KeyPurpose } from "../../dist/store/store.js";
import { until } from "../cli/run-server.js";
import { createClock, DAY, newDatabase, type OpenAuth, ORIGIN, openAuth, sql, tokensOf } from "../http/open-auth.js";

const LEAD = 600;
/** By then a key that shall sign at once signs. */
const SOON = 0.25;
const ACCESS = 600;
const IDLE = 7 * DAY;
const MARGIN = 60;
/** Beyond the idle time of any session, so that a session does not end in the middle of a test. */
const LONG_SESSIONS = { idleSeconds: 400 * DAY, absoluteSeconds: 800 * DAY };

const kidOf = (token: string) => decodeProtectedHeader(token).kid;
const keyIdOf = (refreshToken: string) =>
  Buffer.from(refreshToken.slice(4), "base64url").subarray(1, 5).toString("hex");
const publishedBy = ({ jwks }: AuthServer) => jwks.keys.map((key) => key.kid);

async function keysOf(auth: AuthServer, purpose: KeyPurpose): Promise<readonly KeyView[]> {
  return (await auth.keys.list()).filter((key) => key.purpose === purpose);
}

async function statesOf(auth: AuthServer, purpose: KeyPurpose): Promise<Record<string, string>> {
  return Object.fromEntries((await keysOf(auth, purpose)).map(({ kid, state }) => [kid, state]));
}

async function currentOf(auth: AuthServer, purpose: KeyPurpose): Promise<string> {
  const current = (await keysOf(auth, purpose)).filter(({ state }) => state === "current");
  expect(current).toHaveLength(1);
  return current[0]?.kid ?? "";
}

/** Closes an auth and opens another one on its database and its clock: what is due at a start is done. */
async function restarted({ auth, clock }: OpenAuth, options: Partial<AuthOptions>): Promise<OpenAuth> {
  await auth.close();
  return openAuth(options, clock);
}

describe("the first keys", () => {
  it("are one for access tokens and one for refresh tokens, current at once, and without an end", async () => {
    const { auth, clock } = await openAuth();
    const times = { state: "current", createdAt: clock.now(), signsFrom: clock.now() };
    expect(await auth.keys.list()).toEqual([
      { kid: publishedBy(auth)[0], purpose: "access", alg: "ES256", ...times },
      { kid: expect.stringMatching(/^[0-9a-f]{8}$/), purpose: "refresh", alg: "HS256", ...times },
    ]);
  });
});

describe("a rotation", () => {
  it("publishes the next key ten minutes before it signs, and the previous one until its last token is over", async () => {
    const door = await openAuth();
    const { auth, clock, logIn, me } = door;
    await door.signUp("ada");
    const first = await currentOf(auth, "access");
    await auth.keys.rotate();
    const [, second] = publishedBy(auth);
    expect(publishedBy(auth)).toEqual([first, second]);
    expect(await statesOf(auth, "access")).toEqual({ [first]: "current", [second ?? ""]: "next" });

    clock.advance(LEAD - 1);
    const early = await logIn("ada");
    expect(kidOf(early.token)).toBe(first);
    clock.advance(0.999);
    const lastOfFirst = await logIn("ada");
    expect(kidOf(lastOfFirst.token)).toBe(first);

    clock.advance(0.001);
    expect(kidOf((await logIn("ada")).token)).toBe(second);
    expect(await statesOf(auth, "access")).toEqual({ [first]: "previous", [second ?? ""]: "current" });
    expect(publishedBy(auth)).toEqual([first, second]);

    clock.advance(ACCESS - 1);
    expect((await me(lastOfFirst.token)).status).toBe(200);
    clock.advance(1 + MARGIN - 0.001);
    expect(publishedBy(auth)).toEqual([first, second]);
    clock.advance(0.001);
    expect(publishedBy(auth)).toEqual([second]);
    expect(await statesOf(auth, "access")).toEqual({ [second ?? ""]: "current" });
    expect((await me(lastOfFirst.token)).status).toBe(401);
  });

  it("shows at the door: another ETag, the same life in caches as the key waits, and the algorithms of all", async () => {
    const { auth, get, clock } = await openAuth();
    const before = await get("/.well-known/jwks.json");
    await auth.keys.rotate();
    const after = await get("/.well-known/jwks.json");
    expect(after.headers.get("etag")).not.toBe(before.headers.get("etag"));
    expect(after.headers.get("cache-control")).toBe(`public, max-age=${LEAD}`);
    const [current, next] = await keysOf(auth, "access");
    expect((next?.signsFrom ?? 0) - clock.now()).toBe(LEAD * 1000);
    expect(current?.endsAt).toBe((next?.signsFrom ?? 0) + (ACCESS + MARGIN) * 1000);
    expect(after.body).toEqual(auth.jwks);
    for (const key of auth.jwks.keys) {
      expect(Object.keys(key).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    }
  });

  it("lets a stranger who keeps the key set for ten minutes verify every token at every moment", async () => {
    const { auth, clock, signUp, logIn } = await openAuth();
    await signUp("ada");
    let kept = { at: clock.now(), keys: createLocalJWKSet(auth.jwks as never) };
    for (let second = 0; second < 3 * LEAD; second += 50) {
      if (second === 100) await auth.keys.rotate();
      if (clock.now() - kept.at >= LEAD * 1000) {
        kept = { at: clock.now(), keys: createLocalJWKSet(auth.jwks as never) };
      }
      const { token } = await logIn("ada");
      await jwtVerify(token, kept.keys, { issuer: ORIGIN, currentDate: new Date(clock.now()) });
      clock.advance(50);
    }
    expect(await statesOf(auth, "access")).toMatchObject({ [await currentOf(auth, "access")]: "current" });
  });

  it("asked for many times adds one key of each purpose", async () => {
    const { auth } = await openAuth();
    await Promise.all(Array.from({ length: 10 }, () => auth.keys.rotate()));
    await auth.keys.rotate({ now: false });
    const states = (await auth.keys.list()).map(({ purpose, state }) => `${purpose} ${state}`);
    expect(states).toEqual(["access current", "access next", "refresh current", "refresh next"]);
  });

  it("with now needs no waiting, whether a next key waits or not, and asked twice at once is one", async () => {
    for (const waits of [false, true]) {
      const { auth, clock, signUp } = await openAuth();
      const first = await currentOf(auth, "access");
      if (waits) await auth.keys.rotate();
      const waiting = publishedBy(auth)[1];
      await Promise.all([auth.keys.rotate({ now: true }), auth.keys.rotate({ now: true })]);
      clock.advance(SOON);
      const second = kidOf((await signUp("ada")).token);
      expect(second).not.toBe(first);
      if (waits) expect(second).toBe(waiting);
      expect((await auth.keys.list()).map(({ state }) => state)).toEqual([
        "previous",
        "current",
        "previous",
        "current",
      ]);
    }
  });

  it("happens by itself after ninety days, at a start, and only then", async () => {
    const database = newDatabase();
    let door = await openAuth({ database });
    const first = await currentOf(door.auth, "access");
    door.clock.advance(90 * DAY - 1);
    door = await restarted(door, { database });
    expect(publishedBy(door.auth)).toEqual([first]);
    door.clock.advance(1);
    door = await restarted(door, { database });
    expect((await door.auth.keys.list()).map(({ state }) => state)).toEqual(["current", "next", "current", "next"]);
    door = await restarted(door, { database });
    expect(await door.auth.keys.list()).toHaveLength(4);
    door.clock.advance(LEAD);
    expect(await currentOf(door.auth, "access")).not.toBe(first);
    door = await restarted(door, { database });
    expect(await door.auth.keys.list()).toHaveLength(4);
  });

  it("costs no session that goes on, for years", async () => {
    const database = newDatabase();
    let door = await openAuth({ database, ...LONG_SESSIONS });
    let { refresh_token } = await door.signUp("ada");
    const ids = new Set<string>();
    for (let round = 0; round < 8; round++) {
      door = await restarted(door, { database, ...LONG_SESSIONS });
      ({ refresh_token } = tokensOf(await door.refresh(refresh_token)));
      ids.add(keyIdOf(refresh_token));
      door.clock.advance(95 * DAY);
    }
    expect(ids.size).toBeGreaterThan(5);
  });

  it("with another algorithm in the configuration makes the next key of it, and the present one stays until then", async () => {
    const database = newDatabase();
    const before = await openAuth({ database });
    const { token } = await before.signUp("ada");
    const { auth, clock, me, logIn, get } = await restarted(before, { database, algorithm: "EdDSA" });
    expect(auth.jwks.keys.map(({ alg }) => alg)).toEqual(["ES256"]);
    await auth.keys.rotate();
    expect((await get("/.well-known/latchkey.json")).body.algorithms).toEqual(["ES256", "EdDSA"]);
    expect(decodeProtectedHeader((await logIn("ada")).token).alg).toBe("ES256");
    clock.advance(LEAD - 1);
    expect((await me(token)).status).toBe(200);
    clock.advance(1);
    expect(decodeProtectedHeader((await logIn("ada")).token).alg).toBe("EdDSA");
  });

  it.each<[string, unknown]>([
    ["a word", { now: "yes" }],
    ["a number", { now: 1 }],
    ["an unknown option", { soon: true }],
    ["null", null],
  ])("with %s for its options is refused, and changes nothing", async (_what, options) => {
    const { auth } = await openAuth();
    await expect(auth.keys.rotate(options as never)).rejects.toThrow(TypeError);
    expect(await auth.keys.list()).toHaveLength(2);
  });

  it("says what it takes where it is asked for in other words", async () => {
    const { auth } = await openAuth();
    const rotate = (options: unknown) => auth.keys.rotate(options as never);
    await expect(rotate({ soon: true })).rejects.toThrow('rotate has no option "soon". The options are now.');
    await expect(rotate({ now: 1 })).rejects.toThrow("The now of rotate must be true or false.");
  });

  it("is told in the log, with no key", async () => {
    const { auth, events } = await openAuth();
    await auth.keys.rotate();
    await auth.keys.rotate({ now: true });
    expect(events).toEqual([
      { event: "key.rotated", now: false },
      { event: "key.rotated", now: true },
    ]);
  });
});

describe("under load, a rotation", () => {
  it("fails no verification, in any of two servers on one database", async () => {
    const database = newDatabase();
    const clock = createClock();
    const doors = [await openAuth({ database }, clock), await openAuth({ database }, clock)] as const;
    await doors[0].signUp("ada");
    const seen = new Set<string | undefined>();
    const refused: string[] = [];
    let going = true;
    const client = async (index: number) => {
      let { token, refresh_token } = await doors[0].logIn("ada");
      for (let turn = index; going; turn++) {
        const answer = await (doors[turn % 2] ?? doors[0]).me(token);
        if (answer.status !== 200) refused.push(`${answer.status} ${answer.text}`);
        const next = await (doors[(turn + 1) % 2] ?? doors[0]).refresh(refresh_token);
        if (next.status !== 200) refused.push(`${next.status} ${next.text}`);
        ({ token, refresh_token } = tokensOf(next));
        seen.add(kidOf(token));
        await new Promise(setImmediate);
      }
    };
    const clients = Promise.all(Array.from({ length: 6 }, (_, index) => client(index)));
    const patient = { interval: 10, timeout: 10_000 };
    await expect.poll(() => seen.size, patient).toBe(1);
    try {
      for (let round = 0; round < 3; round++) {
        await (doors[round % 2] ?? doors[0]).auth.keys.rotate({ now: round > 0 });
        // The other server reads the new key while the clock stands: it looks ten times a second.
        await expect.poll(() => new Set(doors.map(({ auth }) => publishedBy(auth).length)).size, patient).toBe(1);
        clock.advance(round > 0 ? SOON : LEAD);
        await expect.poll(() => seen.size, patient).toBe(round + 2);
      }
    } finally {
      going = false;
    }
    await clients;
    expect(refused).toEqual([]);
  });
});

describe("two servers on one database", () => {
  it("that rotate at once add one key of each purpose", async () => {
    const database = newDatabase();
    const clock = createClock();
    const doors = await Promise.all(Array.from({ length: 4 }, () => openAuth({ database }, clock)));
    await Promise.all(doors.flatMap(({ auth }) => [auth.keys.rotate(), auth.keys.rotate()]));
    expect(await sql(database, "select kid from keys")).toHaveLength(4);
    const lists = await Promise.all(doors.map(({ auth }) => auth.keys.list()));
    for (const list of lists) expect(list).toEqual(lists[0]);
  });

  it("that start at once when the keys are old add one key of each purpose", async () => {
    const database = newDatabase();
    const { auth, clock } = await openAuth({ database });
    await auth.close();
    clock.advance(91 * DAY);
    const doors = await Promise.all(Array.from({ length: 4 }, () => openAuth({ database }, clock)));
    expect(await sql(database, "select kid from keys")).toHaveLength(4);
    for (const door of doors) expect(publishedBy(door.auth)).toHaveLength(2);
  });

  it("know each other's keys soon, and at once where a refresh token is of one", async () => {
    const database = newDatabase();
    const clock = createClock();
    const [one, other] = [await openAuth({ database }, clock), await openAuth({ database }, clock)];
    const { refresh_token } = await one.signUp("ada");
    await one.auth.keys.revoke(keyIdOf(refresh_token));
    const fresh = await one.logIn("ada");
    expect(keyIdOf(fresh.refresh_token)).not.toBe(keyIdOf(refresh_token));
    expect((await other.refresh(fresh.refresh_token)).status).toBe(200);
    await one.auth.keys.rotate();
    await expect.poll(() => publishedBy(other.auth), { interval: 10 }).toEqual(publishedBy(one.auth));
  });

  it("keep a key as long as the longer-lived of their tokens needs it", async () => {
    const database = newDatabase();
    const short = await openAuth({ database });
    await short.auth.keys.rotate();
    const long = await openAuth({ database, accessSeconds: 3600, ...LONG_SESSIONS }, short.clock);
    const rows = await sql(database, "select purpose, token_seconds as seconds from keys order by signs_from, purpose");
    const wanted = [
      { purpose: "access", seconds: 3600 },
      { purpose: "refresh", seconds: LONG_SESSIONS.idleSeconds },
    ];
    expect(rows).toEqual([...wanted, ...wanted]);
    await long.signUp("ada");
    short.clock.advance(LEAD - 1);
    const { token } = await long.logIn("ada");
    short.clock.advance(3599);
    expect((await long.me(token)).status).toBe(200);
    expect((await short.me(token)).status).toBe(200);
    await restarted(short, { database });
    expect(await sql(database, "select min(token_seconds) as least from keys where purpose = 'access'")).toEqual([
      { least: 3600 },
    ]);
  });
});

describe("a refresh token", () => {
  it("has the same successor in the grace window, though the key was rotated in it", async () => {
    const { auth, clock, signUp, refresh } = await openAuth();
    const { refresh_token } = await signUp("ada");
    await auth.keys.rotate();
    clock.advance(LEAD - 1);
    const first = tokensOf(await refresh(refresh_token));
    clock.advance(10);
    const again = tokensOf(await refresh(refresh_token));
    expect(again.refresh_token).toBe(first.refresh_token);
    expect(kidOf(again.token)).not.toBe(kidOf(first.token));
    const next = tokensOf(await refresh(first.refresh_token));
    expect(keyIdOf(next.refresh_token)).not.toBe(keyIdOf(first.refresh_token));
    expect(tokensOf(await refresh(first.refresh_token)).refresh_token).toBe(next.refresh_token);
  });

  it("has one successor where many ask, while the key is rotated, in two servers", async () => {
    const database = newDatabase();
    const clock = createClock();
    const [one, other] = [await openAuth({ database }, clock), await openAuth({ database }, clock)];
    const { refresh_token } = await one.signUp("ada");
    await one.auth.keys.rotate();
    await other.auth.keys.list();
    clock.advance(LEAD - 0.005);
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        if (index % 4 === 0) clock.advance(0.001);
        return tokensOf(await (index % 2 === 0 ? one : other).refresh(refresh_token)).refresh_token;
      }),
    );
    expect(new Set(answers).size).toBe(1);
  });

  it("has the same successor also where a rotation waited so long for the database that its keys would sign already", async () => {
    const database = newDatabase();
    const [one, other] = [await openAuth({ database, now: Date.now }), await openAuth({ database, now: Date.now })];
    await one.signUp("ada");
    const { DatabaseSync } = await loadSqlite();
    const busy = new DatabaseSync(database);
    for (let round = 0; round < 3; round++) {
      const { refresh_token } = await one.logIn("ada");
      busy.prepare("begin immediate").all();
      const rotating = other.auth.keys.rotate({ now: true });
      const waited = setTimeout(400);
      const first = one.refresh(refresh_token);
      await waited;
      busy.prepare("commit").all();
      const successor = tokensOf(await first).refresh_token;
      await rotating;
      await until(async () =>
        keyIdOf((await one.logIn("ada")).refresh_token) === (await currentOf(one.auth, "refresh")) ? true : undefined,
      );
      expect(tokensOf(await one.refresh(refresh_token)).refresh_token).toBe(successor);
    }
    busy.close();
  });

  it("of the previous key is good until it was idle for too long, and the key stays as long", async () => {
    const { auth, clock, signUp, refresh } = await openAuth();
    const { refresh_token } = await signUp("ada");
    await auth.keys.rotate({ now: true });
    const old = keyIdOf(refresh_token);
    clock.advance(IDLE - 1);
    expect(keyIdOf(tokensOf(await refresh(refresh_token)).refresh_token)).not.toBe(old);
    clock.advance(SOON + 1 + MARGIN - 0.001);
    expect(await statesOf(auth, "refresh")).toMatchObject({ [old]: "previous" });
    clock.advance(0.001);
    expect(Object.keys(await statesOf(auth, "refresh"))).not.toContain(old);
  });
});

describe("a key that is gone", () => {
  it("leaves the table at the next sweep, an hour later for clocks that are set back", async () => {
    const database = newDatabase();
    let door = await openAuth({ database });
    const first = await currentOf(door.auth, "access");
    await door.auth.keys.rotate();
    door.clock.advance(LEAD + ACCESS + MARGIN);
    door = await restarted(door, { database });
    expect(publishedBy(door.auth)).not.toContain(first);
    expect(await sql(database, "select kid from keys where kid = ?", first)).toHaveLength(1);
    door.clock.advance(3600);
    door = await restarted(door, { database });
    expect(await sql(database, "select purpose from keys order by purpose")).toEqual([
      { purpose: "access" },
      { purpose: "refresh" },
      { purpose: "refresh" },
    ]);
  });

  it("never signs, wherever the clock goes, and its thief's tokens are refused", async () => {
    const database = newDatabase();
    let door = await openAuth({ database });
    await door.signUp("ada");
    const first = await currentOf(door.auth, "access");
    const stolen = await privateKeyOf(database, first);
    await door.auth.keys.rotate();
    door.clock.advance(LEAD + ACCESS + MARGIN + 3600);
    door = await restarted(door, { database });
    const { token } = await door.logIn("ada");
    expect(kidOf(token)).not.toBe(first);
    const forged = await forgedLike(token, stolen);
    expect((await door.me(forged)).body).toMatchObject({ code: "invalid_token", reason: "key_unknown" });
    door.clock.advance(-2 * 3600);
    expect(kidOf((await door.logIn("ada")).token)).not.toBe(first);
  });
});

/** What somebody would have who had stolen the key. */
async function privateKeyOf(database: string, kid: string) {
  const masterKey = masterKeyInFile(database.replace(/[^/]+$/, "master.key"), { mayMake: false });
  const store = await openSqlite({ path: database });
  const row = (await store.keys.list()).find((each) => each.kid === kid);
  await store.close();
  const found = row && openKey(row, [masterKey]);
  if (found?.purpose !== "access") throw new Error("The key is not there.");
  return found.key;
}

async function forgedLike(token: string, key: Awaited<ReturnType<typeof privateKeyOf>>): Promise<string> {
  const { importJWK, SignJWT, decodeJwt } = await import("jose");
  const header = { alg: key.alg, typ: "at+jwt", kid: key.kid };
  return new SignJWT(decodeJwt(token)).setProtectedHeader(header).sign(await importJWK(exportKey(key) as never));
}

describe("a revoked key", () => {
  it("of access tokens takes back all that it signed, at the next request, and another one signs", async () => {
    const { auth, signUp, logIn, me, refresh, events } = await openAuth();
    const before = await signUp("ada");
    expect((await me(before.token)).status).toBe(200);
    const kid = kidOf(before.token) ?? "";
    await auth.keys.revoke(kid);
    expect((await me(before.token)).body).toMatchObject({ code: "invalid_token" });
    expect((await me(before.token)).status).toBe(401);
    expect(publishedBy(auth)).not.toContain(kid);
    const after = await logIn("ada");
    expect(kidOf(after.token)).not.toBe(kid);
    expect((await me(after.token)).status).toBe(200);
    expect((await me(tokensOf(await refresh(before.refresh_token)).token)).status).toBe(200);
    expect(events.find(({ event }) => event === "key.revoked")).toEqual({
      event: "key.revoked",
      kid,
      purpose: "access",
    });
  });

  it("is refused in another server on the database, too, and after a restart", async () => {
    const database = newDatabase();
    const clock = createClock();
    const [one, other] = [await openAuth({ database }, clock), await openAuth({ database }, clock)];
    const { token } = await one.signUp("ada");
    expect((await other.me(token)).status).toBe(200);
    await one.auth.keys.revoke(kidOf(token) ?? "");
    await expect.poll(async () => (await other.me(token)).status, { interval: 10 }).toBe(401);
    await expect.poll(() => publishedBy(other.auth), { interval: 10 }).toEqual(publishedBy(one.auth));
    expect(kidOf((await other.logIn("ada")).token)).toBe(publishedBy(one.auth)[0]);
    const again = await restarted(one, { database });
    expect((await again.me(token)).status).toBe(401);
  });

  it("stays refused where its row comes back, as from a backup", async () => {
    const database = newDatabase();
    const { auth, clock, signUp, me } = await openAuth({ database });
    const { token } = await signUp("ada");
    const kid = kidOf(token) ?? "";
    await sql(database, "create table kept as select * from keys where kid = ?", kid);
    clock.advance(1);
    await auth.keys.revoke(kid);
    await sql(database, "insert into keys select * from kept");
    expect((await keysOf(auth, "access"))[0]).toMatchObject({ kid, state: "previous" });
    expect((await me(token)).body).toMatchObject({ code: "invalid_token", reason: "revoked" });
  });

  it("that was current is followed by the next one, which others know already", async () => {
    const { auth, signUp, clock } = await openAuth();
    await auth.keys.rotate();
    const [first = "", second] = publishedBy(auth);
    await auth.keys.revoke(first);
    expect(publishedBy(auth)).toEqual([second]);
    expect(kidOf((await signUp("ada")).token)).toBe(second);
    expect((await keysOf(auth, "access"))[0]).toMatchObject({ state: "current", signsFrom: clock.now() });
  });

  it("that was current is never followed by the previous one", async () => {
    const { auth, signUp, clock, me } = await openAuth();
    const old = await signUp("ada");
    await auth.keys.rotate({ now: true });
    clock.advance(SOON);
    const first = kidOf(old.token);
    await auth.keys.revoke(await currentOf(auth, "access"));
    const { token } = await signUp("eve");
    expect(kidOf(token)).not.toBe(first);
    expect((await me(old.token)).status).toBe(200);
  });

  it("that was next or previous leaves the current one as it is", async () => {
    const { auth, clock, signUp, me } = await openAuth();
    const old = await signUp("ada");
    await auth.keys.rotate();
    const [first = "", next = ""] = publishedBy(auth);
    await auth.keys.revoke(next);
    expect(publishedBy(auth)).toEqual([first]);
    await auth.keys.rotate({ now: true });
    clock.advance(SOON);
    const second = await currentOf(auth, "access");
    await auth.keys.revoke(first);
    expect(publishedBy(auth)).toEqual([second]);
    expect((await me(old.token)).status).toBe(401);
  });

  it("of refresh tokens ends what can be refreshed with them, and no more", async () => {
    const { auth, signUp, logIn, refresh, me, events } = await openAuth();
    const { token, refresh_token } = await signUp("ada");
    const kid = keyIdOf(refresh_token);
    await auth.keys.revoke(kid);
    expect((await refresh(refresh_token)).body).toMatchObject({ code: "invalid_grant" });
    expect((await me(token)).status).toBe(200);
    const after = await logIn("ada");
    expect((await refresh(after.refresh_token)).status).toBe(200);
    expect(events.find(({ event }) => event === "key.revoked")).toEqual({
      event: "key.revoked",
      kid,
      purpose: "refresh",
    });
  });

  it.each(["", "nothing", "00000000", "' or 1=1 --", "x".repeat(10_000), "a\0b", "\ud800", null, undefined, 7, {}, []])(
    "is not found where it is called %j, and nothing changes",
    async (kid) => {
      const { auth, events } = await openAuth();
      const before = await auth.keys.list();
      await expect(auth.keys.revoke(kid as string)).rejects.toMatchObject({ name: "AuthError", code: "not_found" });
      expect(await auth.keys.list()).toEqual(before);
      expect(events).toEqual([]);
    },
  );

  it("is revoked once, however many ask at once", async () => {
    const database = newDatabase();
    const clock = createClock();
    const doors = [await openAuth({ database }, clock), await openAuth({ database }, clock)];
    const kid = await currentOf((doors[0] as OpenAuth).auth, "access");
    const answers = await Promise.allSettled([...doors, ...doors].map(({ auth }) => auth.keys.revoke(kid)));
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await sql(database, "select kind, subject from revocations")).toEqual([{ kind: "key", subject: kid }]);
    expect(await sql(database, "select kid from keys")).toHaveLength(2);
  });
});

describe("a clock that is set back before all keys", () => {
  it("leaves the oldest one signing, and no request fails", async () => {
    const { auth, clock, signUp, refresh, me } = await openAuth();
    await auth.keys.rotate();
    clock.advance(-3600);
    const { token, refresh_token } = await signUp("ada");
    expect(kidOf(token)).toBe(publishedBy(auth)[0]);
    expect((await me(token)).status).toBe(200);
    expect((await refresh(refresh_token)).status).toBe(200);
  });
});
