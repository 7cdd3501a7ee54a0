import { AuthError } from "../../errors/auth-error.js";
import { type Act, ask } from "../sql/act.js";
import type { Driver } from "../sql/driver.js";
import { plain, type Query } from "../sql/query.js";
import { createGroupCommit } from "./group-commit.js";
import type { SqliteConnection, SqliteStatement } from "./load-sqlite.js";
import { runBatch } from "./run-batch.js";
import { CLOCK_FUNCTION, sqliteDialect } from "./sqlite-dialect.js";
import { isLocked, toStoreError } from "./sqlite-error.js";
import { untilUnlocked } from "./until-unlocked.js";

const CHECKPOINT = plain("pragma wal_checkpoint(truncate)");
const DATA_VERSION: Query<{ data_version: number }> = plain("pragma data_version");

/** What the time is, in milliseconds, and how long a statement waits for other processes. */
export interface DriverOptions {
  readonly now: () => number;
  readonly lockMilliseconds: number;
}

/**
 * Drives one connection. Each act runs in one synchronous go, and those that arrive together are committed together: nothing can come between
 * the statements of a transaction, and no reader of this process sees half of one.
 */
export function createSqliteDriver(connection: SqliteConnection, { now, lockMilliseconds }: DriverOptions): Driver {
  const statements = new Map<string, SqliteStatement>();
  const acts = createGroupCommit<() => Act<unknown>>((batch, since) =>
    untilUnlocked(() => runBatch(run, batch), since + lockMilliseconds).catch((thrown: unknown) => {
      doubtful += 1;
      throw thrown;
    }),
  );
  let closed = false;
  let version = 0;
  // A commit that fails may have been kept all the same.
  let doubtful = 0;
  let time = 0n;
  // As in other databases, a statement has one time, however often it asks.
  connection.function(CLOCK_FUNCTION, () => time);

  function run<Row>({ sql, parameters }: Query<Row>): readonly Row[] {
    if (closed) throw new AuthError("unavailable", { cause: new Error("The store is closed.") });
    parameters.forEach(requireStorable);
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = connection.prepare(sql);
      statements.set(sql, statement);
    }
    time = BigInt(Math.trunc(now()));
    return statement.all(...parameters) as Row[];
  }

  /** After it the file alone is the database, and can be copied. Prepared statements keep SQLite from doing so when it closes. */
  function checkpoint(): void {
    try {
      run(CHECKPOINT);
    } catch {
      // On a full or read-only disk the log stays, and holds what the file lacks.
    }
  }

  function transact<Result>(act: () => Act<Result>): Promise<Result> {
    return acts.add(act).catch(rethrow) as Promise<Result>;
  }

  return {
    dialect: sqliteDialect,
    read: (query) => untilUnlocked(() => run(query), performance.now() + lockMilliseconds).catch(rethrow),
    write: (query) => transact(() => ask(query)),
    transact,
    changes() {
      try {
        version = run(DATA_VERSION)[0]?.data_version ?? version;
      } catch (thrown) {
        // Whoever asks will ask again soon.
        if (!isLocked(thrown)) throw toStoreError(thrown);
      }
      return version + doubtful;
    },
    async close() {
      await acts.idle();
      if (closed) return;
      checkpoint();
      closed = true;
      connection.close();
    },
  };
}

/** SQLite would keep a text up to its first NUL, and half a surrogate pair as something else. */
function requireStorable(parameter: unknown): void {
  if (typeof parameter !== "string" || (parameter.isWellFormed() && !parameter.includes("\0"))) return;
  throw new TypeError("A text with a NUL or half a surrogate pair cannot be stored.");
}

function rethrow(thrown: unknown): never {
  throw toStoreError(thrown);
}
