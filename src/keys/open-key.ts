import type { KeyRow } from "../store/store.js";
import { importKey, type PrivateKey } from "../tokens/index.js";
import { unseal } from "./seal.js";

/** A key that refresh tokens are derived with; its id stands in every one of them. */
export interface DataKey {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** A key that was decrypted, by what it makes. */
export type OpenKey =
  | { readonly purpose: "access"; readonly key: PrivateKey }
  | { readonly purpose: "refresh"; readonly key: DataKey };

/** Which of several master keys the rows are sealed with; the first one where there are no rows, `undefined` where it is none of them. */
export function findMasterKey(rows: readonly KeyRow[], masterKeys: readonly Uint8Array[]): Uint8Array | undefined {
  const opens = (masterKey: Uint8Array) => rows.some((row) => unseal(row.sealed, masterKey, row) !== undefined);
  return rows.length === 0 ? masterKeys[0] : masterKeys.find(opens);
}

/**
 * Decrypts a key. The public half is derived from the private one, so that nobody who writes to the table can add a key of their own. A
 * `TypeError` where no master key opens it, or where it is not what it is called.
 */
export function openKey(row: KeyRow, masterKeys: readonly Uint8Array[]): OpenKey {
  const plain = plainOf(row, masterKeys);
  if (row.purpose === "refresh") return { purpose: "refresh", key: { id: Number.parseInt(row.kid, 16), bytes: plain } };
  const key = importKey(JSON.parse(plain.toString("utf8")));
  if (row.purpose === "access" && key.kind === "private" && key.kid === row.kid) return { purpose: "access", key };
  throw new TypeError("A key in the database is not what it is called.");
}

function plainOf(row: KeyRow, masterKeys: readonly Uint8Array[]): Buffer {
  for (const masterKey of masterKeys) {
    const plain = unseal(row.sealed, masterKey, row);
    if (plain !== undefined) return plain;
  }
  throw new TypeError("The secret is not the one that the keys in the database were sealed with.");
}

/** A row of the key table with the key that was in it. */
export type OpenRow<K> = KeyRow & { readonly key: K };

/** The rows of a key set that could be opened, by what their keys make. */
export interface OpenKeys {
  readonly access: readonly OpenRow<PrivateKey>[];
  readonly refresh: readonly OpenRow<DataKey>[];
}

/** Opens rows with a function that may leave some out; a key that is open already stays so, however it is sealed by now. */
export function openKeys(
  rows: readonly KeyRow[],
  known: OpenKeys,
  open: (row: KeyRow) => OpenKey | undefined,
): OpenKeys {
  const access: OpenRow<PrivateKey>[] = [];
  const refresh: OpenRow<DataKey>[] = [];
  for (const row of rows) {
    const found = findOpen(row, known) ?? open(row);
    if (found?.purpose === "access") access.push({ ...row, key: found.key });
    if (found?.purpose === "refresh") refresh.push({ ...row, key: found.key });
  }
  return { access, refresh };
}

function findOpen({ kid, purpose }: KeyRow, { access, refresh }: OpenKeys): OpenKey | undefined {
  if (purpose === "access") {
    const found = access.find((row) => row.kid === kid);
    return found && { purpose, key: found.key };
  }
  const found = refresh.find((row) => row.kid === kid);
  return purpose === "refresh" && found !== undefined ? { purpose, key: found.key } : undefined;
}
