import { existsSync } from "node:fs";
import { findSchemaVersion, type SchemaVersion } from "./sqlite/find-schema-version.js";
import { openSqlite } from "./sqlite/open-sqlite.js";
import type { Store } from "./store.js";

/** Opens the database of a setting, with its schema brought up to date. A `TypeError` where it names none. */
export async function openStore(database: string, now: () => number = Date.now): Promise<Store> {
  return openSqlite({ path: requirePath(database), now });
}

/** The schema version of a database that is there, read without changing it. A `TypeError` where the setting names none. */
export async function schemaVersionOf(database: string): Promise<SchemaVersion> {
  return findSchemaVersion(requirePath(database));
}

/** Whether there is no database yet where one would be made. A url is never missing: whoever opens it tells what it is. */
export function isMissing(database: string): boolean {
  return isPath(database) && !existsSync(database);
}

function isPath(database: string): boolean {
  return !/^[a-z]+:\/\//i.test(database);
}

function requirePath(database: string): string {
  if (isPath(database)) return database;
  throw new TypeError("The database (LATCHKEY_DATABASE) must be the path of a SQLite file.");
}
