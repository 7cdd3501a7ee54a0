import { AuthError, isAuthError } from "../../errors/auth-error.js";
import { MIGRATIONS } from "../sql/migrations.js";
import { loadSqlite } from "./load-sqlite.js";
import { toStoreError } from "./sqlite-error.js";
import { untilUnlocked } from "./until-unlocked.js";

// Whoever opens or closes a database holds its lock for a moment, and longer where it is mended after a crash.
const PATIENCE_MS = 5000;

/** The schema version of a database and the one of this code. */
export interface SchemaVersion {
  readonly found: number;
  readonly known: number;
}

/** Reads the schema version of a SQLite file and changes nothing; 0 where it is empty. Throws `unavailable` where it is no database. */
export async function findSchemaVersion(path: string): Promise<SchemaVersion> {
  const { DatabaseSync } = await loadSqlite();
  const read = (): SchemaVersion => {
    const connection = new DatabaseSync(path);
    try {
      const ask = (sql: string) => connection.prepare(sql).all() as { value: string | number }[];
      const [tables] = ask(
        "select count(*) as value from sqlite_master where type = 'table' and name = 'installation'",
      );
      const rows = tables?.value === 1 ? ask("select value from installation where name = 'schema_version'") : [];
      return { found: Number(rows[0]?.value ?? 0), known: MIGRATIONS.length };
    } finally {
      connection.close();
    }
  };
  try {
    return await untilUnlocked(read, performance.now() + PATIENCE_MS);
  } catch (thrown) {
    const reason = toStoreError(thrown);
    if (!isAuthError(reason)) throw reason;
    throw new AuthError("unavailable", { message: `The database ${path} cannot be read.`, cause: thrown });
  }
}
