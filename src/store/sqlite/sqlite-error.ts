import { AuthError } from "../../errors/auth-error.js";

/** What SQLite says for "not now" and "not here", which is nothing about the statement: https://sqlite.org/rescode.html */
const AWAY: ReadonlyMap<number, string> = new Map([
  [5, "database is locked"],
  [6, "database table is locked"],
  [7, "out of memory"],
  [8, "attempt to write a readonly database"],
  [10, "disk I/O error"],
  [11, "database disk image is malformed"],
  [13, "database or disk is full"],
  [14, "unable to open database file"],
  [15, "locking protocol"],
  [26, "file is not a database"],
]);

/** Tells whether another connection holds a lock, so that a later try may succeed. */
export function isLocked(thrown: unknown): boolean {
  const code = codeWhereAway(thrown);
  return code === 5 || code === 6;
}

/** Makes an `AuthError` with code `unavailable` of what SQLite throws when the database is away; anything else stays what it is. */
export function toStoreError(thrown: unknown): unknown {
  return codeWhereAway(thrown) === undefined ? thrown : new AuthError("unavailable", { cause: thrown });
}

function codeWhereAway(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ERR_SQLITE_ERROR")) return undefined;
  if ("errcode" in thrown && typeof thrown.errcode === "number") {
    // The higher bits of an extended code say more than is asked here.
    const code = thrown.errcode & 0xff;
    return AWAY.has(code) ? code : undefined;
  }
  // @photostructure/sqlite 1.2.1 leaves the number out of what `all` throws, and keeps SQLite's own words.
  for (const [code, words] of AWAY) if (thrown.message === words) return code;
  return undefined;
}
