import type { KeyRow, KeyStore } from "../store.js";
import { ask } from "./act.js";
import type { Dialect, Driver } from "./driver.js";
import { compileOnce } from "./query.js";

/** The keys of the server, in SQL. */
export function createKeyStore(driver: Driver): KeyStore {
  const list = listKeys(driver.dialect);
  const insert = insertKey(driver.dialect);
  return {
    list: () => driver.read(list({})),
    addWhereNone: (rows) =>
      driver.transact(function* () {
        const present = yield* ask(list({}));
        if (present.length > 0) return false;
        for (const row of rows) yield* ask(insert(row));
        return true;
      }),
  };
}

function listKeys({ queries }: Dialect) {
  return compileOnce(() =>
    queries
      .selectFrom("keys")
      .select(["kid", "purpose", "alg", "sealed", "created_at as createdAt"])
      .orderBy("created_at")
      .orderBy("kid"),
  );
}

function insertKey({ queries }: Dialect) {
  return compileOnce((row: KeyRow) =>
    queries
      .insertInto("keys")
      .values({ kid: row.kid, purpose: row.purpose, alg: row.alg, sealed: row.sealed, created_at: row.createdAt }),
  );
}
