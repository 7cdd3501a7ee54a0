import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLimits, type LimitEvent, type Limits } from "../../dist/limits/create-limits.js";
import { loadSqlite } from "../../dist/store/sqlite/load-sqlite.js";
import { openSqlite } from "../../dist/store/sqlite/open-sqlite.js";
import type { AttemptRow, Store } from "../../dist/store/store.js";

/** Limits on a database file of their own, with a clock that stands still until it is moved. */
export interface OpenedLimits {
  readonly limits: Limits;
  readonly store: Store;
  readonly events: LimitEvent[];
  readonly clock: { now: number };
  /** How many transactions were asked for. */
  readonly transactions: () => number;
  /** The limits of one more process on the same database. */
  another(): Promise<Limits>;
  /** All counters that are stored. */
  rows(): Promise<readonly AttemptRow[]>;
  /** Locks the database as another process would, until the answer is called. */
  lock(): Promise<() => void>;
  discard(): Promise<void>;
}

/** Opens limits; see {@link OpenedLimits}. */
export async function openLimits(lockMilliseconds = 5000): Promise<OpenedLimits> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
  const path = join(folder, "latchkey.db");
  const clock = { now: 1_700_000_000_000 };
  const secret = randomBytes(32);
  const events: LimitEvent[] = [];
  const stores: Store[] = [];
  const opened: Limits[] = [];
  let transactions = 0;

  async function open(): Promise<{ store: Store; limits: Limits }> {
    const store = await openSqlite({ path, now: () => clock.now, lockMilliseconds });
    stores.push(store);
    const attempts: Store["attempts"] = {
      ...store.attempts,
      change(keys, decide) {
        transactions += 1;
        return store.attempts.change(keys, decide);
      },
    };
    const limits = createLimits({ store: { attempts }, secret: () => secret, log: (event) => void events.push(event) });
    opened.push(limits);
    return { store, limits };
  }

  async function connect() {
    const { DatabaseSync } = await loadSqlite();
    return new DatabaseSync(path);
  }

  const { store, limits } = await open();
  return {
    limits,
    store,
    events,
    clock,
    transactions: () => transactions,
    another: async () => (await open()).limits,
    async rows() {
      const connection = await connect();
      const found = connection.prepare("select key from attempts").all() as { key: string }[];
      connection.close();
      return (await store.attempts.find(found.map((row) => row.key))).rows;
    },
    async lock() {
      const connection = await connect();
      connection.prepare("begin immediate").all();
      return () => {
        connection.prepare("rollback").all();
        connection.close();
      };
    },
    async discard() {
      for (const each of opened) await each.close();
      for (const each of stores) await each.close();
      rmSync(folder, { recursive: true });
    },
  };
}
