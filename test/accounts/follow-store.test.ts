import type { LogEvent } from "latchkey";
import { createRevocations } from "latchkey/tokens";
import { describe, expect, it, vi } from "vitest";
import { followStore } from "../../dist/accounts/follow-store.js";
import { openSqlite } from "../../dist/store/sqlite/open-sqlite.js";
import { newDatabase } from "../http/open-auth.js";
import { sessionRow, userRow } from "../store/rows.mjs";

const claims = (sid: string) => ({ iat: Math.floor(Date.now() / 1000), jti: "x", sid });

describe("the live set of another process", () => {
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
    const keys = { reload: async () => {}, tend: async () => {} };
    const limits = { forgetPast: async () => 0 };
    const follower = await followStore({
      store: reader,
      live,
      keys,
      limits,
      userViews: { forget: () => {} },
      now: Date.now,
      log: () => {},
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

  it("leaves a store that can be closed at once when it is stopped in the middle of a sweep", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const store = await openSqlite({ path: ":memory:" });
      const keys = { reload: async () => {}, tend: async () => {} };
      const limits = { forgetPast: () => store.attempts.forgetPast() };
      const told: LogEvent[] = [];
      const log = (event: LogEvent) => void told.push(event);
      const follower = await followStore({
        store,
        live: createRevocations(),
        keys,
        limits,
        userViews: { forget: () => {} },
        now: Date.now,
        log,
      });
      vi.advanceTimersByTime(60_000);
      await follower.stop();
      await store.close();
      await new Promise((resolve) => setImmediate(resolve));
      expect(told).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is swept once a minute, and what is long past goes from the database", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const store = await openSqlite({ path: ":memory:" });
      const user = userRow();
      const [past, recent] = [sessionRow(user.id, { expiresAt: 1, largestExp: 1 }), sessionRow(user.id)];
      await store.users.add(user, past);
      await store.sessions.start(recent, user);
      const live = createRevocations();
      const keys = { reload: async () => {}, tend: async () => {} };
      const limits = { forgetPast: async () => 0 };
      const follower = await followStore({
        store,
        live,
        keys,
        limits,
        userViews: { forget: () => {} },
        now: Date.now,
        log: () => {},
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
    } finally {
      vi.useRealTimers();
    }
  });
});
