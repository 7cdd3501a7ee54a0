import { AuthError } from "../../errors/auth-error.js";
import type { Act } from "../sql/act.js";
import type { Driver } from "../sql/driver.js";
import type { Query } from "../sql/query.js";
import type { SqliteConnection, SqliteStatement } from "./load-sqlite.js";
import { createLockQueue } from "./lock-queue.js";
import { sqliteDialect } from "./sqlite-dialect.js";
import { isLocked, toStoreError } from "./sqlite-error.js";

const BEGIN = plain("begin immediate");
const COMMIT = plain("commit");
const ROLLBACK = plain("rollback");
const CHECKPOINT = plain("pragma wal_checkpoint(truncate)");
const DATA_VERSION: Query<{ data_version: number }> = plain("pragma data_version");

/**
 * Drives one connection. Each statement, and each act as a whole, runs in one synchronous go: nothing can come between the
 * statements of a transaction, and no reader of this process sees half of one.
 */
export function createSqliteDriver(connection: SqliteConnection, lockMilliseconds: number): Driver {
  const statements = new Map<string, SqliteStatement>();
  const queue = createLockQueue(lockMilliseconds);
  let closed = false;
  let changes = 0;

  function run<Row>({ sql, parameters }: Query<Row>): readonly Row[] {
    if (closed) throw new AuthError("unavailable", { cause: new Error("The store is closed.") });
    parameters.forEach(requireStorable);
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = connection.prepare(sql);
      statements.set(sql, statement);
    }
    return statement.all(...parameters) as Row[];
  }

  function runAct<Result>(act: Act<Result>): Result {
    run(BEGIN);
    try {
      let step = act.next();
      while (step.done !== true) step = act.next(run(step.value));
      run(COMMIT);
      return step.value;
    } catch (thrown) {
      rollBack();
      throw thrown;
    }
  }

  function rollBack(): void {
    try {
      run(ROLLBACK);
    } catch {
      // On a full disk SQLite has rolled back by itself, and the first error is the one that tells.
    }
  }

  /** After it the file alone is the database, and can be copied. Prepared statements keep SQLite from doing so when it closes. */
  function checkpoint(): void {
    try {
      run(CHECKPOINT);
    } catch {
      // On a full or read-only disk the log stays, and holds what the file lacks.
    }
  }

  return {
    dialect: sqliteDialect,
    read: (query) => queue.atOnce(() => run(query)).catch(rethrow),
    write: (query) => queue.inTurn(() => run(query)).catch(rethrow),
    transact: (act) => queue.inTurn(() => runAct(act())).catch(rethrow),
    changes() {
      try {
        changes = run(DATA_VERSION)[0]?.data_version ?? changes;
      } catch (thrown) {
        // Whoever asks will ask again soon.
        if (!isLocked(thrown)) throw toStoreError(thrown);
      }
      return changes;
    },
    async close() {
      await queue.idle();
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

function plain<Row>(sql: string): Query<Row> {
  return { sql, parameters: [] };
}

function rethrow(thrown: unknown): never {
  throw toStoreError(thrown);
}
