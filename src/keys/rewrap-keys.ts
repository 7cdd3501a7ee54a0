import { AuthError } from "../errors/auth-error.js";
import type { KeyRow, Store } from "../store/store.js";
import { seal, unseal } from "./seal.js";

// Every turn means that a server has added a key meanwhile.
const TURNS = 20;

/**
 * Seals every key with another master key, in one transaction: afterwards all open with `to`, or, where this throws, all still with `from`.
 * Done twice is done once. A `TypeError` where `from` is not the key that they are sealed with.
 */
export async function rewrapKeys(store: Pick<Store, "keys">, from: Uint8Array, to: Uint8Array): Promise<void> {
  if (Buffer.compare(from, to) === 0) throw new TypeError("The new secret is the present one.");
  for (let turn = 0; turn < TURNS; turn++) {
    const rows = await store.keys.list();
    if (rows.every((row) => unseal(row.sealed, to, row) !== undefined)) return;
    const rewrapped = rows.map((row) => ({ ...row, sealed: seal(requirePlain(row, from), to, row) }));
    if (await store.keys.replace(rows, rewrapped)) return;
  }
  throw new AuthError("unavailable", { cause: new Error("Other processes changed the keys all the time.") });
}

function requirePlain(row: KeyRow, masterKey: Uint8Array): Buffer {
  const plain = unseal(row.sealed, masterKey, row);
  if (plain !== undefined) return plain;
  throw new TypeError("The present secret is not the one that the keys in the database were sealed with.");
}
