import { existsSync } from "node:fs";
import { join } from "node:path";
import { masterKeyOf } from "../../keys/master-key.js";
import { rewrapKeys } from "../../keys/rewrap-keys.js";
import { rotateMasterKeyFile } from "../../keys/rotate-master-key-file.js";
import { openStore } from "../../store/open-store.js";
import type { Store } from "../../store/store.js";
import { type PlaceFlags, readSettings } from "../settings.js";
import { print } from "../terminal/print.js";
import { requireDatabase } from "../with-auth.js";

/** `latchkey secret rotate`: the keys in the database are sealed with a new master key; they themselves stay what they are. */
export async function rotateSecret(flags: PlaceFlags): Promise<void> {
  const { auth, data } = readSettings(flags, process.env);
  const { database, secret } = auth;
  const { LATCHKEY_NEW_SECRET: next } = process.env;
  requireDatabase(database);
  if (secret !== undefined) await inStore(database, (store) => rewrap(store, secret, next));
  else if (next !== undefined) throw new TypeError("LATCHKEY_NEW_SECRET goes with LATCHKEY_SECRET, which is not set.");
  else await rotateFile(database, join(data, "master.key"));
}

async function rewrap(store: Store, secret: string, next: string | undefined): Promise<void> {
  if (next === undefined || next === "") {
    throw new TypeError("LATCHKEY_NEW_SECRET must hold the new secret: latchkey secret new prints one.");
  }
  if (next === secret) throw new TypeError("LATCHKEY_NEW_SECRET is the secret that is in use already.");
  const to = masterKeyOf(next, "The new secret (LATCHKEY_NEW_SECRET)");
  await rewrapKeys(store, masterKeyOf(secret, "The secret (LATCHKEY_SECRET)"), to);
  await print("The keys are sealed with LATCHKEY_NEW_SECRET: set LATCHKEY_SECRET to it before a server starts again.");
}

async function rotateFile(database: string, path: string): Promise<void> {
  if (!existsSync(path)) throw new TypeError(`There is no ${path} to replace: put it back or set LATCHKEY_SECRET.`);
  await inStore(database, (store) => rotateMasterKeyFile(path, store));
  await print(`${path} holds a new secret. Keep a copy of it with the backups of the database from now on.`);
}

async function inStore(database: string, act: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore(database);
  try {
    await act(store);
  } finally {
    await store.close();
  }
}
