import { rmSync } from "node:fs";
import type { KeyRow, Store } from "../store/store.js";
import { findMasterKeyIn, makeMasterKeyIn, masterKeyInFile, replaceMasterKeyIn } from "./master-key.js";
import { findMasterKey } from "./open-key.js";
import { rewrapKeys } from "./rewrap-keys.js";
import { sweepDrafts } from "./sweep-drafts.js";

const nextTo = (path: string) => `${path}.next`;

/**
 * Puts a new master key into the file and seals all keys with it. The new one lies beside the old one, in `master.key.next`, until the keys
 * are sealed with it, so that a crash at any moment leaves the key that opens them; the next start, or doing this again, finishes it.
 */
export async function rotateMasterKeyFile(path: string, store: Pick<Store, "keys">): Promise<void> {
  finishRotation(path, await store.keys.list());
  const from = masterKeyInFile(path, { mayMake: false });
  const to = makeMasterKeyIn(nextTo(path));
  await rewrapKeys(store, from, to);
  finish(path, to);
}

/**
 * The master key in a file as the key set needs it: made where there are no keys yet, and put in its place where a rotation was cut short. The
 * answer reads the file each time, also the key that a rotation is about to put there.
 */
export function openMasterKeyFile(path: string, rows: readonly KeyRow[]): () => readonly Uint8Array[] {
  sweepDrafts(path);
  finishRotation(path, rows);
  masterKeyInFile(path, { mayMake: rows.length === 0 });
  return () => [path, nextTo(path)].map(findMasterKeyIn).filter((key) => key !== undefined);
}

/** Where another key than the next one opens the rows, a rotation has only begun, here or in another process, and is left alone. */
function finishRotation(path: string, rows: readonly KeyRow[]): void {
  const next = findMasterKeyIn(nextTo(path));
  if (next === undefined || rows.length === 0) return;
  if (findMasterKey(rows, [next]) !== undefined) finish(path, next);
}

/** Writes the key that was seen to open the rows; whatever else lies beside it by now may belong to another rotation. */
function finish(path: string, masterKey: Buffer): void {
  replaceMasterKeyIn(path, masterKey);
  if (findMasterKeyIn(nextTo(path))?.equals(masterKey)) rmSync(nextTo(path), { force: true });
}
