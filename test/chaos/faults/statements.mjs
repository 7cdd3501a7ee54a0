// Plain JavaScript, because processes that the tests start load it before the server.
import { loadSqlite } from "../../../dist/store/sqlite/load-sqlite.js";

const { DatabaseSync } = await loadSqlite();

/** @typedef {{ prepare(sql: string): { all(...parameters: unknown[]): unknown[] } }} Connection */
/** @typedef {{ before?(sql: string, connection: Connection): void, after?(sql: string, connection: Connection): void }} Watcher */

/** @type {Watcher} */
let watcher = {};
let isTold = true;

/** Whoever opens a database from now on gets one whose statements are watched. */
function WatchedDatabase(path) {
  const connection = new DatabaseSync(path);
  const prepare = connection.prepare.bind(connection);
  const watchedPrepare = (sql) => {
    const statement = prepare(sql);
    const all = statement.all.bind(statement);
    const watchedAll = (...parameters) => {
      tell("before", sql, connection);
      const rows = all(...parameters);
      tell("after", sql, connection);
      return rows;
    };
    return Object.defineProperty(statement, "all", { value: watchedAll });
  };
  return Object.defineProperty(connection, "prepare", { value: watchedPrepare });
}

// Where the server looks first. Neither of the two packages lets its prototypes be changed.
const { getBuiltinModule } = process;
process.getBuiltinModule = (name) =>
  name === "node:sqlite" ? { DatabaseSync: WatchedDatabase } : getBuiltinModule.call(process, name);

/** A watcher may run statements of its own. */
function tell(moment, sql, connection) {
  if (!isTold) return;
  isTold = false;
  try {
    watcher[moment]?.(sql, connection);
  } finally {
    isTold = true;
  }
}

/**
 * Stands before and behind every statement that any connection of this process runs, until it is called again. What a watcher throws is
 * what the statement throws.
 * @param {Watcher} next
 */
export function watchStatements(next = {}) {
  watcher = next;
}
