import type { KeyRow, Store } from "../store/store.js";
import { replaceKeySet } from "./replace-key-set.js";
import { seal, unseal } from "./seal.js";

/**
 * Seals every key with another master key, in one transaction: afterwards all open with `to`, or, where this throws, all still with `from`.
 * Done twice is done once. A `TypeError` where `from` is not the key that they are sealed with.
 */
export async function rewrapKeys(store: Pick<Store, "keys">, from: Uint8Array, to: Uint8Array): Promise<void> {
  if (Buffer.compare(from, to) === 0) throw new TypeError("The new secret is the present one.");
  await replaceKeySet(store, async (rows) => {
    if (rows.every((row) => unseal(row.sealed, to, row) !== undefined)) return undefined;
    return { rows: rows.map((row) => ({ ...row, sealed: seal(requirePlain(row, from), to, row) })) };
  });
}

function requirePlain(row: KeyRow, masterKey: Uint8Array): Buffer {
  const plain = unseal(row.sealed, masterKey, row);
  if (plain !== undefined) return plain;
  throw new TypeError("The present secret is not the one that the keys in the database were sealed with.");
}
