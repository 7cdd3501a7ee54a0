import type { KeyRow, KeyStore } from "../store.js";
import { ask } from "./act.js";
import { selectClock, timeOf } from "./clock.js";
import type { Dialect, Driver } from "./driver.js";
import { compileOnce } from "./query.js";
import { insertRevocation } from "./revocations.js";

/** The keys of the server, in SQL. */
export function createKeyStore(driver: Driver): KeyStore {
  const { dialect } = driver;
  const readClock = selectClock(dialect);
  const list = listKeys(dialect);
  const clear = deleteKeys(dialect);
  const insert = insertKey(dialect);
  const revoke = insertRevocation(dialect);
  return {
    list: () => driver.read(list({})),
    replace: (from, to, { revoked, before = Number.POSITIVE_INFINITY } = {}) =>
      driver.transact(function* () {
        if (timeOf(yield* ask(readClock({}))) >= before || !isSameSet(yield* ask(list({})), from)) return false;
        yield* ask(clear({}));
        for (const row of to) yield* ask(insert(row));
        if (revoked !== undefined) yield* ask(revoke({ kind: "key", subject: revoked, before: null, until: null }));
        return true;
      }),
  };
}

function isSameSet(present: readonly KeyRow[], read: readonly KeyRow[]): boolean {
  const known = new Map(read.map((row) => [row.kid, row]));
  return present.length === read.length && present.every((row) => isSame(row, known.get(row.kid)));
}

/** The other members of a key never change. */
function isSame(row: KeyRow, read: KeyRow | undefined): boolean {
  return row.sealed === read?.sealed && row.signsFrom === read.signsFrom && row.tokenSeconds === read.tokenSeconds;
}

function listKeys({ queries }: Dialect) {
  return compileOnce(() =>
    queries
      .selectFrom("keys")
      .select(["kid", "purpose", "alg", "sealed", "created_at as createdAt"])
      .select(["signs_from as signsFrom", "token_seconds as tokenSeconds"])
      .orderBy("signs_from")
      .orderBy("created_at")
      .orderBy("kid"),
  );
}

function deleteKeys({ queries }: Dialect) {
  return compileOnce(() => queries.deleteFrom("keys"));
}

function insertKey({ queries }: Dialect) {
  return compileOnce((row: KeyRow) =>
    queries.insertInto("keys").values({
      kid: row.kid,
      purpose: row.purpose,
      alg: row.alg,
      sealed: row.sealed,
      created_at: row.createdAt,
      signs_from: row.signsFrom,
      token_seconds: row.tokenSeconds,
    }),
  );
}
