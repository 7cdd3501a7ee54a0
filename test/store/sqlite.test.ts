import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSqlStore } from "../../dist/store/sql/create-sql-store.js";
import { loadSqlite, type SqliteConnection } from "../../dist/store/sqlite/load-sqlite.js";
import { openSqlite, type SqliteOptions } from "../../dist/store/sqlite/open-sqlite.js";
import { createSqliteDriver } from "../../dist/store/sqlite/sqlite-driver.js";
import type { Store } from "../../dist/store/store.js";
import { sessionRow, userRow } from "./rows.mjs";
import { type Opened, storeContract } from "./store-contract.js";

storeContract("SQLite in memory", () => openAt(":memory:"), { shared: false });

storeContract(
  "SQLite in a file",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
    const path = join(folder, "latchkey.db");
    const opened = await openAt(path);
    return {
      ...opened,
      async run(statement) {
        const { DatabaseSync } = await loadSqlite();
        const connection = new DatabaseSync(path);
        connection.prepare(statement).all();
        connection.close();
      },
      async discard() {
        await opened.discard();
        rmSync(folder, { recursive: true });
      },
    };
  },
  { shared: true },
);

async function openAt(path: string): Promise<Opened> {
  const stores: Store[] = [];
  const another = async () => {
    const store = await openSqlite({ path });
    stores.push(store);
    return store;
  };
  const discard = async () => {
    await Promise.all(stores.map((store) => store.close()));
  };
  return {
    store: await another(),
    another,
    async reopen() {
      await discard();
      return another();
    },
    discard,
  };
}

/** What a file of this process is; nothing where it was closed meanwhile. */
function linkOf(file: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${file}`);
  } catch {
    return "";
  }
}

describe("a SQLite database file", () => {
  let folder: string;
  let path: string;
  let closing: (() => Promise<void> | void)[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "latchkey-"));
    path = join(folder, "data", "latchkey.db");
    closing = [];
  });
  afterEach(async () => {
    for (const close of closing.reverse()) await close();
    rmSync(folder, { recursive: true });
  });

  async function open(options: Omit<SqliteOptions, "path"> = {}): Promise<Store> {
    const store = await openSqlite({ path, ...options });
    closing.push(() => store.close());
    return store;
  }

  async function connect(): Promise<SqliteConnection & { run(sql: string): unknown[] }> {
    const { DatabaseSync } = await loadSqlite();
    const connection = new DatabaseSync(path);
    closing.push(() => connection.close());
    return Object.assign(connection, { run: (sql: string) => connection.prepare(sql).all() });
  }

  function startWriter(): ChildProcess {
    const script = fileURLToPath(new URL("writer.mjs", import.meta.url));
    const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
    closing.push(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    });
    return child;
  }

  /** Collects what the writer has acknowledged, and waits until that is `count` users. */
  async function acknowledged(child: ChildProcess, count: number): Promise<string[]> {
    const ids: string[] = [];
    if (child.stdout === null) throw new Error("The writer says nothing.");
    const lines = createInterface({ input: child.stdout });
    await new Promise<void>((resolve, reject) => {
      child.once("exit", () => reject(new Error("The writer ended.")));
      lines.on("line", (line) => {
        ids.push(line);
        if (ids.length === count) resolve();
      });
    });
    return ids;
  }

  function add(store: Store): Promise<string> {
    const user = userRow();
    return store.users.add(user, sessionRow(user.id));
  }

  it("is one file when it was closed: a copy of it has everything", async () => {
    const store = await open();
    const user = userRow();
    await store.users.add(user, sessionRow(user.id));
    await store.close();
    path = join(folder, "copy.db");
    copyFileSync(join(folder, "data", "latchkey.db"), path);
    const copy = await open();
    expect(await copy.users.findById(user.id)).toEqual(user);
  });

  it.skipIf(process.platform !== "linux")("is let go of when it was closed", async () => {
    const held = () => readdirSync("/proc/self/fd").filter((file) => linkOf(file).startsWith(folder));
    for (let round = 0; round < 5; round++) {
      const store = await openSqlite({ path });
      await add(store);
      expect(held().length).toBeGreaterThan(0);
      await store.close();
    }
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    for (let round = 0; round < 20 && held().length > 0; round++) {
      collect();
      await setImmediate();
    }
    expect(held()).toEqual([]);
  });

  it.skipIf(process.platform === "win32")("is made in a folder of its own, for the owner alone", async () => {
    const store = await open();
    await add(store);
    expect(statSync(join(folder, "data")).mode & 0o777).toBe(0o700);
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("commits to a write-ahead log", async () => {
    await add(await open());
    expect((await connect()).run("pragma journal_mode")).toMatchObject([{ journal_mode: "wal" }]);
  });

  it("that cannot be created is refused with its path and the reason", async () => {
    writeFileSync(join(folder, "file"), "");
    path = join(folder, "file", "latchkey.db");
    await expect(open()).rejects.toMatchObject({
      name: "AuthError",
      code: "unavailable",
      message: expect.stringMatching(/^The database .*latchkey\.db cannot be opened: E(NOTDIR|EXIST)/),
    });
  });

  it("that is a folder, or no database at all, is refused with its path and the reason", async () => {
    path = folder;
    await expect(open()).rejects.toThrow(/cannot be opened: .*unable to open database file/);
    path = join(folder, "text.db");
    writeFileSync(path, "This is no database. ".repeat(100));
    await expect(open()).rejects.toThrow(/text\.db cannot be opened: .*not a database/);
  });

  it("of a newer schema is refused, and both versions are named", async () => {
    await (await open()).close();
    const connection = await connect();
    connection.run("update installation set value = '99' where name = 'schema_version'");
    const refusal = await open().catch((thrown: unknown) => thrown);
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).toMatchObject({
      name: "TypeError",
      message: expect.stringMatching(/version 99.*than 1: upgrade latchkey/),
    });
  });

  it("whose migration was interrupted is as it was, and is migrated at the next start", async () => {
    await (await open()).close();
    const connection = await connect();
    for (const table of ["sessions", "users", "revocations", "attempts"]) connection.run(`drop table ${table}`);
    connection.run("delete from installation");
    // The last step of the migration fails: the table of keys is still there.
    await expect(open()).rejects.toThrow(/keys/);
    expect(connection.run("select name from sqlite_master where type = 'table' and name = 'users'")).toEqual([]);
    connection.run("drop table keys");
    expect(await add(await open())).toBe("added");
  });

  it("goes by the clock that it is given", async () => {
    let now = 1_600_000_000_000.5;
    const store = await open({ now: () => now });
    const user = userRow();
    const session = sessionRow(user.id, { idleExpiresAt: 1_600_000_001_000, largestExp: 1_600_000_100 });
    await store.users.add(user, session);
    expect(await store.now()).toBe(1_600_000_000_000);
    expect(await store.sessions.noteAccess(session.id, { largestExp: 5, roles: user.roles })).toBe(true);
    now = 1_600_000_001_000;
    expect(await store.sessions.noteAccess(session.id, { largestExp: 5, roles: user.roles })).toBe(false);
    await store.sessions.end(session.id, "log_out");
    expect(await store.sessions.findWithUser(session.id)).toMatchObject({ now, session: { endedAt: now } });
    now = 1_600_003_760_000;
    expect(await store.revocations.forgetPast()).toBe(0);
    now += 1;
    expect(await store.revocations.forgetPast()).toBe(1);
  });

  it("asks the clock once a statement, so that what one statement writes is of one moment", async () => {
    let now = Date.now();
    const store = await open({ now: () => now++ });
    const user = userRow();
    // Used before that clock began, however long it took to come here.
    const session = sessionRow(user.id, { lastUsedAt: 1 });
    await store.users.add(user, session);
    const next = { idleExpiresAt: session.idleExpiresAt, largestExp: 5, roles: user.roles };
    const rotatedAt = await store.sessions.rotate(session.id, 0, next);
    expect((await store.sessions.findWithUser(session.id))?.session).toMatchObject({
      rotatedAt,
      lastUsedAt: rotatedAt,
    });
  });

  it("locked by another connection for a while is written afterwards, in order, and the event loop goes on", async () => {
    const store = await open();
    const connection = await connect();
    const delay = monitorEventLoopDelay({ resolution: 5 });
    connection.run("begin immediate");
    delay.enable();
    const answered: number[] = [];
    const writes = Array.from({ length: 50 }, async (_, index) => {
      expect(await add(store)).toBe("added");
      answered.push(index);
    });
    await sleep(300);
    expect(answered).toEqual([]);
    expect(await store.users.findById("nobody")).toBeUndefined();
    connection.run("commit");
    await Promise.all(writes);
    delay.disable();
    expect(answered).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(delay.max / 1e6).toBeLessThan(100);
  });

  it("locked for longer than the limit is unavailable for writes, readable meanwhile, and recovers", async () => {
    const store = await open({ lockMilliseconds: 200 });
    const connection = await connect();
    connection.run("begin immediate");
    const started = performance.now();
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => add(store)));
    expect(performance.now() - started).toBeLessThan(2000);
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: "rejected", reason: { code: "unavailable", retryAfter: 1 } });
      expect(answer).toHaveProperty("reason.cause");
    }
    await expect(store.ping()).resolves.toBeUndefined();
    expect(() => store.changes()).not.toThrow();
    connection.run("rollback");
    expect(await add(store)).toBe("added");
  });

  it("takes back the whole of a transaction that fails halfway", async () => {
    const store = await open();
    await add(store);
    const connection = await connect();
    connection.run("create trigger full before insert on sessions begin select raise(abort, 'stop'); end");
    const user = userRow();
    await expect(store.users.add(user, sessionRow(user.id))).rejects.toThrow("stop");
    connection.run("drop trigger full");
    expect(await store.users.findById(user.id)).toBeUndefined();
    expect(await store.users.add(user, sessionRow(user.id))).toBe("added");
  });

  it("on a full disk is unavailable for writes, and recovers when there is room again", async () => {
    await (await open()).close();
    const connection = await connect();
    const store = createSqlStore(createSqliteDriver(connection, { now: Date.now, lockMilliseconds: 200 }));
    // SQLite answers as on a full disk where it may not take another page.
    connection.run("pragma max_page_count = 1");
    const users = Array.from({ length: 200 }, () => userRow());
    const answers = await Promise.allSettled(users.map((user) => store.users.add(user, sessionRow(user.id))));
    const added = answers.filter((answer) => answer.status === "fulfilled");
    expect(added.length).toBeLessThan(200);
    expect(answers.at(-1)).toMatchObject({
      status: "rejected",
      reason: { name: "AuthError", code: "unavailable", cause: { message: "database or disk is full" } },
    });
    connection.run("pragma max_page_count = 1000000");
    expect(connection.run("select count(*) as users from users")).toMatchObject([{ users: added.length }]);
    expect(await add(store)).toBe("added");
  });

  it("takes back the one act of many at a time that fails, and no other", async () => {
    const store = await open();
    const [first, clash, last] = [userRow(), userRow(), userRow()];
    const session = sessionRow(first.id);
    const answers = await Promise.allSettled([
      store.users.add(first, session),
      store.users.add(clash, sessionRow(clash.id, { id: session.id })),
      store.users.add(last, sessionRow(last.id)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await store.users.findById(clash.id)).toBeUndefined();
    expect(await store.users.findById(first.id)).toEqual(first);
    expect(await store.users.findById(last.id)).toEqual(last);
  });

  it("waits for the writes that wait before it closes", async () => {
    const store = await open();
    const connection = await connect();
    connection.run("begin immediate");
    const written = add(store);
    const closed = store.close();
    await sleep(20);
    connection.run("commit");
    expect(await written).toBe("added");
    await closed;
  });

  it("written by another process without pause is never unavailable, and the event loop goes on", async () => {
    const store = await open();
    const child = startWriter();
    const ids = await acknowledged(child, 1);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const until = performance.now() + 1500;
    let written = 0;
    while (performance.now() < until) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => add(store)));
      expect(new Set(answers)).toEqual(new Set(["added"]));
      written += answers.length;
    }
    delay.disable();
    expect(written).toBeGreaterThan(0);
    expect(ids.length).toBeGreaterThan(1);
    expect(child.exitCode).toBeNull();
    // SQLite's own waiting would hold the loop for as long as the other process holds the lock.
    expect(delay.percentile(50) / 1e6).toBeLessThan(100);
  });

  it("that is not there yet is opened by several processes at once", async () => {
    const children = Array.from({ length: 4 }, startWriter);
    const acknowledgements = await Promise.all(children.map((child) => acknowledged(child, 5)));
    const store = await open();
    for (const id of acknowledgements.flat()) expect(await store.users.findById(id)).toMatchObject({ id });
  });

  it("keeps every write that was acknowledged before its process was killed", async () => {
    const child = startWriter();
    const ids = await acknowledged(child, 200);
    child.kill("SIGKILL");
    await once(child, "close");
    const store = await open();
    for (const id of ids) expect(await store.users.findById(id)).toMatchObject({ id });
    expect(await add(store)).toBe("added");
  });
});
