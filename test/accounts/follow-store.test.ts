import type { LogEvent } from "latchkey";
import { createRevocations } from "latchkey/tokens";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Follower, type FollowerParts, followStore } from "../../dist/accounts/follow-store.js";
import { AuthError } from "../../dist/errors/auth-error.js";
import { openSqlite } from "../../dist/store/sqlite/open-sqlite.js";
import type { RevocationRow } from "../../dist/store/store.js";
import { newDatabase } from "../http/open-auth.js";
import { sessionRow, userRow } from "../store/rows.mjs";

const claims = (sid: string) => ({ iat: Math.floor(Date.now() / 1000), jti: "x", sid });

/** A follower of a store that has nothing else to tend than what is given. */
function follow(parts: Pick<FollowerParts, "store"> & Partial<FollowerParts>): Promise<Follower> {
  return followStore({
    live: createRevocations(),
    keys: { reload: async () => {}, tend: async () => {} },
    limits: { forgetPast: async () => 0 },
    userViews: { forget: () => {} },
    now: Date.now,
    log: () => {},
    ...parts,
  });
}

describe("the live set of another process", () => {
  afterEach(() => void vi.useRealTimers());

  it("begins with what is in the database, and follows it until it is stopped", async () => {
    const path = newDatabase();
    const [writer, reader] = [await openSqlite({ path }), await openSqlite({ path })];
    const user = userRow();
    const sessions = Array.from({ length: 40 }, () => sessionRow(user.id, { largestExp: 9_999_999_999 }));
    const [early, stopped] = [sessions[0], sessions[39]];
    if (early === undefined || stopped === undefined) throw new Error("There are no sessions.");
    await writer.users.add(user, early);
    for (const session of sessions.slice(1)) await writer.sessions.start(session, user);
    await writer.sessions.end(early.id, "log_out");

    const live = createRevocations();
    const follower = await follow({
      store: reader,
      live,
    });
    expect(live.find(claims(early.id), "kid")).toBe("session");
    for (const session of sessions.slice(1, 39)) {
      expect(live.find(claims(session.id), "kid")).toBeUndefined();
      await writer.sessions.end(session.id, "log_out");
    }
    const missing = () =>
      sessions.slice(1, 39).filter((each) => live.find(claims(each.id), "kid") === undefined).length;
    await expect.poll(missing, { interval: 10, timeout: 2000 }).toBe(0);

    await follower.stop();
    await writer.sessions.end(stopped.id, "log_out");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(live.find(claims(stopped.id), "kid")).toBeUndefined();
    await writer.close();
    await reader.close();
  });

  it("takes back what every kind of row names: a session, one token, all tokens of a key, until their ends", async () => {
    const store = await openSqlite({ path: ":memory:" });
    const none = { before: null, until: null };
    const rows: readonly RevocationRow[] = [
      { seq: 1, kind: "session", subject: "a session", ...none },
      { seq: 2, kind: "session", subject: "a session until then", before: null, until: 5000 },
      { seq: 3, kind: "session", subject: "the early tokens of a session", before: 2000, until: null },
      { seq: 4, kind: "token", subject: "a token", ...none },
      { seq: 5, kind: "token", subject: "a token until then", before: null, until: 5000 },
      { seq: 6, kind: "key", subject: "a key", ...none },
    ];
    let time = 4000;
    const live = createRevocations({ now: () => time });
    const follower = await follow({
      store: { ...store, revocations: { ...store.revocations, since: async () => rows } },
      live,
    });
    const found = () => [
      live.find({ iat: 3, jti: "x", sid: "a session" }, "kid"),
      live.find({ iat: 3, jti: "x", sid: "a session until then" }, "kid"),
      live.find({ iat: 1, jti: "x", sid: "the early tokens of a session" }, "kid"),
      live.find({ iat: 3, jti: "x", sid: "the early tokens of a session" }, "kid"),
      live.find({ iat: 3, jti: "a token" }, "kid"),
      live.find({ iat: 3, jti: "a token until then" }, "kid"),
      live.find({ iat: 3, jti: "x" }, "a key"),
      live.find({ iat: 3, jti: "x", sid: "another" }, "kid"),
    ];
    live.forgetPast();
    expect(found()).toEqual(["session", "session", "session", undefined, "token", "token", "key", undefined]);
    time = 6000;
    live.forgetPast();
    expect(found()).toEqual(["session", undefined, "session", undefined, "token", undefined, "key", undefined]);
    await follower.stop();
    await store.close();
  });

  it("leaves a store that can be closed at once when it is stopped in the middle of a sweep", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const store = await openSqlite({ path: ":memory:" });
    const limits = { forgetPast: () => store.attempts.forgetPast() };
    const told: LogEvent[] = [];
    const log = (event: LogEvent) => void told.push(event);
    const follower = await follow({
      store,
      limits,
      log,
    });
    vi.advanceTimersByTime(60_000);
    await follower.stop();
    await store.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([]);
  });

  it("is swept once a minute, and what is long past goes from the database", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const store = await openSqlite({ path: ":memory:" });
    const user = userRow();
    const [past, recent] = [sessionRow(user.id, { expiresAt: 1, largestExp: 1 }), sessionRow(user.id)];
    await store.users.add(user, past);
    await store.sessions.start(recent, user);
    const live = createRevocations();
    const follower = await follow({
      store,
      live,
    });
    await store.sessions.end(past.id, "log_out");
    live.add({ session: past.id, until: 1 });
    await vi.advanceTimersByTimeAsync(59_000);
    expect(await store.sessions.findWithUser(past.id)).toBeDefined();
    await vi.advanceTimersByTimeAsync(1_000);
    await expect.poll(() => store.sessions.findWithUser(past.id)).toBeUndefined();
    expect(await store.sessions.findWithUser(recent.id)).toBeDefined();
    expect(await store.revocations.since(0)).toEqual([]);
    expect(live.forgetPast()).toBe(0);
    await follower.stop();
    await store.close();
  });

  it("is read again only where somebody has written, and then only what is new", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const store = await openSqlite({ path: ":memory:" });
    const user = userRow();
    const session = sessionRow(user.id, { largestExp: 9_999_999_999 });
    await store.users.add(user, session);
    let commits = 0;
    const readFrom: number[] = [];
    const since = (seq: number) => {
      readFrom.push(seq);
      return store.revocations.since(seq);
    };
    const watched = { ...store, changes: () => commits, revocations: { ...store.revocations, since } };
    let forgotten = 0;
    let reloaded = 0;
    const follower = await follow({
      store: watched,
      keys: { reload: async () => void reloaded++, tend: async () => {} },
      userViews: { forget: () => void forgotten++ },
    });
    await vi.advanceTimersByTimeAsync(500);
    expect([readFrom, forgotten, reloaded]).toEqual([[0], 0, 1]);
    await store.sessions.end(session.id, "log_out");
    const [row] = await store.revocations.since(0);
    commits += 1;
    await vi.advanceTimersByTimeAsync(100);
    await expect.poll(() => reloaded).toBe(2);
    await follower.catchUp();
    expect([readFrom, forgotten]).toEqual([[0, 0, row?.seq], 1]);
    await follower.stop();
    await store.close();
  });

  it("reads the keys again where the clock was set back, and only then", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const store = await openSqlite({ path: ":memory:" });
    let time = 5000;
    let reloaded = 0;
    const follower = await follow({
      store,
      keys: { reload: async () => void reloaded++, tend: async () => {} },
      now: () => time,
    });
    for (const [moment, times] of [
      [5000, 1],
      [9000, 1],
      [8000, 2],
      [8000, 2],
      [8500, 2],
      [1000, 3],
    ] as const) {
      time = moment;
      await vi.advanceTimersByTimeAsync(300);
      expect(reloaded).toBe(times);
    }
    await follower.stop();
    await store.close();
  });

  it("tells of a database that does not answer once, and once more when it has answered in between", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const store = await openSqlite({ path: ":memory:" });
    let isAway = false;
    const changes = () => {
      if (isAway) throw new AuthError("unavailable");
      return 0;
    };
    const failing = (error: Error) => async () => {
      throw error;
    };
    const told: LogEvent[] = [];
    const follower = await follow({
      store: { ...store, changes },
      keys: { reload: async () => {}, tend: failing(new Error("no room")) },
      limits: { forgetPast: failing(new RangeError("too many")) },
      log: (event) => void told.push(event),
    });
    const behind = { event: "store.behind", error: "unavailable" };
    for (const [away, events] of [
      [false, []],
      [true, [behind]],
      [false, [behind]],
      [true, [behind, behind]],
    ] as const) {
      isAway = away;
      await vi.advanceTimersByTimeAsync(300);
      expect(told).toEqual(events);
    }
    isAway = false;
    await vi.advanceTimersByTimeAsync(60_000);
    const late = [
      { event: "keys.untended", error: "Error: no room" },
      { event: "store.unswept", error: "RangeError: too many" },
    ];
    const sorted = () => told.slice(2).sort((one, other) => one.event.localeCompare(other.event));
    await expect.poll(sorted).toEqual(late);
    await vi.advanceTimersByTimeAsync(60_000);
    await follower.stop();
    expect(sorted()).toEqual(late);
    await store.close();
  });
});
