import { AuthError } from "../../errors/auth-error.js";
import type { SqliteConnection, SqliteStatement } from "./load-sqlite.js";
import type { Run } from "./run-batch.js";
import { CLOCK_FUNCTION } from "./sqlite-dialect.js";

/** The statements of one connection, each prepared once. */
export interface Statements {
  /** Runs a statement to its end; throws `unavailable` once the connection is closed. */
  readonly run: Run;
  isClosed(): boolean;
  close(): void;
}

/** Makes the statements of a connection; `now` is the time of the database, in milliseconds. */
export function createStatements(connection: SqliteConnection, now: () => number): Statements {
  const statements = new Map<string, SqliteStatement>();
  let closed = false;
  let time = 0n;
  // As in other databases, a statement has one time, however often it asks.
  connection.function(CLOCK_FUNCTION, () => time);
  return {
    run<Row>({ sql, parameters }: Parameters<Run>[0]) {
      if (closed) throw new AuthError("unavailable", { cause: new Error("The store is closed.") });
      parameters.forEach(requireStorable);
      let statement = statements.get(sql);
      if (statement === undefined) {
        statement = connection.prepare(sql);
        statements.set(sql, statement);
      }
      time = BigInt(Math.trunc(now()));
      return statement.all(...parameters) as Row[];
    },
    isClosed: () => closed,
    close() {
      closed = true;
      // SQLite keeps its files open for them, and the function above, which it knows, would keep them for ever.
      statements.clear();
      connection.close();
    },
  };
}

/** SQLite would keep a text up to its first NUL, and half a surrogate pair as something else. */
function requireStorable(parameter: unknown): void {
  if (typeof parameter !== "string" || (parameter.isWellFormed() && !parameter.includes("\0"))) return;
  throw new TypeError("A text with a NUL or half a surrogate pair cannot be stored.");
}
