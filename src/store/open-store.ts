import { openSqlite } from "./sqlite/open-sqlite.js";
import type { Store } from "./store.js";

/** Opens the database of a setting, with its schema brought up to date. A `TypeError` where it names none. */
export async function openStore(database: string, now: () => number = Date.now): Promise<Store> {
  if (/^[a-z]+:\/\//i.test(database)) {
    throw new TypeError("The database (LATCHKEY_DATABASE) must be the path of a SQLite file.");
  }
  return openSqlite({ path: database, now });
}
