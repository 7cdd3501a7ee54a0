import { KEPT_MS, type RefreshFamily, type RefreshStore } from "./refresh-store.js";

/** A prepared statement of `node:sqlite`, `better-sqlite3`, `@photostructure/sqlite` and the like. */
export interface SqliteStatement {
  run(...values: (string | number)[]): { readonly changes: number | bigint };
  get(...values: (string | number)[]): unknown;
}

/** An open SQLite database: whatever prepares statements and runs them at once. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
}

/**
 * Families of refresh tokens in the table `latchkey_refresh_families` of an SQLite database, which is made where it is missing. Several
 * processes may share it; set a `busy_timeout` then. To log a user out everywhere delete the rows of his `identity`.
 */
export function sqliteRefreshStore(database: SqliteDatabase): RefreshStore {
  if (typeof database?.prepare !== "function")
    throw new TypeError("sqliteRefreshStore needs an open SQLite database, with the method prepare.");
  for (const sql of SCHEMA) database.prepare(sql).run();
  const kept = {
    // A database that nobody holds is collected, and closed with it: its statements do not keep it.
    database,
    insert: database.prepare(
      "INSERT INTO latchkey_refresh_families (id, identity, nonce, generation, rotated_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    select: database.prepare("SELECT * FROM latchkey_refresh_families WHERE id = ?"),
    advance: database.prepare(
      "UPDATE latchkey_refresh_families SET generation = generation + 1, rotated_at = ? WHERE id = ? AND generation = ?",
    ),
    remove: database.prepare("DELETE FROM latchkey_refresh_families WHERE id = ?"),
    sweep: database.prepare("DELETE FROM latchkey_refresh_families WHERE expires_at < ?"),
  };

  return {
    create({ id, identity, nonce, generation, rotatedAt, expiresAt }) {
      kept.sweep.run(rotatedAt - KEPT_MS);
      kept.insert.run(id, identity, nonce, generation, rotatedAt, expiresAt);
    },
    find: (id) => familyOf(kept.select.get(id)),
    rotate: (id, fromGeneration, now) => Number(kept.advance.run(now, id, fromGeneration).changes) === 1,
    end: (id) => void kept.remove.run(id),
  };
}

const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS latchkey_refresh_families (
    id TEXT NOT NULL PRIMARY KEY,
    identity TEXT NOT NULL,
    nonce TEXT NOT NULL,
    generation INTEGER NOT NULL,
    rotated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID`,
  "CREATE INDEX IF NOT EXISTS latchkey_refresh_families_identity ON latchkey_refresh_families (identity)",
  "CREATE INDEX IF NOT EXISTS latchkey_refresh_families_end ON latchkey_refresh_families (expires_at)",
];

function familyOf(row: unknown): RefreshFamily | undefined {
  if (typeof row !== "object" || row === null) return undefined;
  const { id, identity, nonce, generation, rotated_at, expires_at } = row as Readonly<Record<string, unknown>>;
  return {
    id: String(id),
    identity: String(identity),
    nonce: String(nonce),
    // A database may be told to give big integers.
    generation: Number(generation),
    rotatedAt: Number(rotated_at),
    expiresAt: Number(expires_at),
  };
}
