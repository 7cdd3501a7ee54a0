import { type Act, ask } from "../sql/act.js";
import type { Driver } from "../sql/driver.js";
import { plain, type Query } from "../sql/query.js";
import { createStatements } from "./create-statements.js";
import { createGroupCommit } from "./group-commit.js";
import type { SqliteConnection } from "./load-sqlite.js";
import { runBatch } from "./run-batch.js";
import { sqliteDialect } from "./sqlite-dialect.js";
import { isLocked, toStoreError } from "./sqlite-error.js";
import { untilUnlocked } from "./until-unlocked.js";

const CHECKPOINT = plain("pragma wal_checkpoint(truncate)");
const DATA_VERSION: Query<{ data_version: number }> = plain("pragma data_version");

/**
 * What the time is, in milliseconds, how long a statement waits for other processes, and what throws where the file is not to be used any
 * more.
 */
export interface DriverOptions {
  readonly now: () => number;
  readonly lockMilliseconds: number;
  readonly requireFile?: () => void;
}

/**
 * Drives one connection. Each act runs in one synchronous go, and those that arrive together are committed together: nothing can come between
 * the statements of a transaction, and no reader of this process sees half of one.
 */
export function createSqliteDriver(connection: SqliteConnection, options: DriverOptions): Driver {
  const { now, lockMilliseconds, requireFile = () => {} } = options;
  const { run, isClosed, close } = createStatements(connection, now);
  let version = 0;
  let doubtful = 0;
  const doubt = () => {
    doubtful += 1;
  };
  const acts = createGroupCommit<() => Act<unknown>>((batch, since) =>
    inTime(() => runBatch(run, batch, doubt), since),
  );

  function inTime<Result>(work: () => Result, since: number): Promise<Result> {
    const safely = () => {
      requireFile();
      return work();
    };
    return untilUnlocked(safely, since + lockMilliseconds);
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
    read: (query) => inTime(() => run(query), performance.now()).catch(rethrow),
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
      if (isClosed()) return;
      checkpoint();
      close();
    },
  };
}

function rethrow(thrown: unknown): never {
  throw toStoreError(thrown);
}
