import { resolve } from "node:path";
import { AuthError, isAuthError } from "../../errors/auth-error.js";
import { createSqlStore } from "../sql/create-sql-store.js";
import type { Driver } from "../sql/driver.js";
import { migrate } from "../sql/migrate.js";
import { plain } from "../sql/query.js";
import type { Store } from "../store.js";
import { createDatabaseFile } from "./create-database-file.js";
import { createSameFileGuard } from "./create-same-file-guard.js";
import { loadSqlite } from "./load-sqlite.js";
import { createSqliteDriver } from "./sqlite-driver.js";
import { toStoreError } from "./sqlite-error.js";

const LOCK_MILLISECONDS = 5000;

const PRAGMAS = [
  // SQLite's own waiting stops the whole process; untilUnlocked waits without that.
  "busy_timeout = 0",
  "journal_mode = wal",
  // A commit that was acknowledged outlives a loss of power, too.
  "synchronous = full",
  "foreign_keys = on",
];

// On a read-only disk a database opens all the same where a crash has left its log; what cannot be written to is told now.
const WRITE_NOTHING = plain("delete from installation where name is null");

/** Where the database is and what the time is; `lockMilliseconds` is how long a write waits for other processes. */
export interface SqliteOptions {
  readonly path: string;
  readonly now?: () => number;
  readonly lockMilliseconds?: number;
}

/**
 * Opens the SQLite database of a file, which is made where it is missing, or `":memory:"`. Throws an `Error` where its schema is
 * newer than this code, and an `AuthError` with code `unavailable` where it cannot be opened.
 */
export async function openSqlite(options: SqliteOptions): Promise<Store> {
  const { path } = options;
  try {
    const driver = await connect(path === ":memory:" ? path : resolve(path), options);
    await setUp(driver);
    return createSqlStore(driver);
  } catch (thrown) {
    const reason = toStoreError(thrown);
    if (!isAuthError(reason)) throw reason;
    const { cause } = reason;
    const why = cause instanceof Error ? cause.message : reason.message;
    throw new AuthError("unavailable", { message: `The database ${path} cannot be opened: ${why}`, cause });
  }
}

async function connect(file: string, options: SqliteOptions): Promise<Driver> {
  const { now = Date.now, lockMilliseconds = LOCK_MILLISECONDS } = options;
  const isFile = file !== ":memory:";
  if (isFile) createDatabaseFile(file);
  const { DatabaseSync } = await loadSqlite();
  const connection = new DatabaseSync(file);
  return createSqliteDriver(connection, {
    now,
    lockMilliseconds,
    ...(isFile && { requireFile: createSameFileGuard(file) }),
  });
}

async function setUp(driver: Driver): Promise<void> {
  try {
    for (const pragma of PRAGMAS) await driver.read(plain(`pragma ${pragma}`));
    await driver.transact(() => migrate(driver.dialect));
    await driver.write(WRITE_NOTHING);
  } catch (thrown) {
    await driver.close();
    throw thrown;
  }
}
