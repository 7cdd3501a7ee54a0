import { createHmac, randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import type { AccountParts } from "../accounts/account-parts.js";
import { createLiveTokens } from "../accounts/create-live-tokens.js";
import { followStore } from "../accounts/follow-store.js";
import { createUserViews } from "../accounts/user-views.js";
import { masterKeyOf } from "../keys/master-key.js";
import { openKeyRing } from "../keys/open-key-ring.js";
import { openMasterKeyFile } from "../keys/rotate-master-key-file.js";
import { createLimits } from "../limits/create-limits.js";
import { createPasswords } from "../passwords/create-passwords.js";
import { openStore } from "../store/open-store.js";
import type { Store } from "../store/store.js";
import { createRevocations } from "../tokens/index.js";
import type { AuthOptions, CheckedOptions } from "./auth-options.js";

/** All that a server consists of, at work. */
export interface OpenParts {
  readonly parts: AccountParts;
  /** Finishes what runs, and closes workers and database. */
  close(): Promise<void>;
}

/** Opens the database, the keys and the workers, and wires them. What was opened is closed again where a later step fails. */
export async function openParts(options: AuthOptions, checked: CheckedOptions): Promise<OpenParts> {
  const { secret } = options;
  const given = secret === undefined ? undefined : masterKeyOf(secret, "The secret (LATCHKEY_SECRET)");
  const store = await openStore(options.database, checked.now);
  try {
    const masterKeys = given === undefined ? await findMasterKeys(store, options) : () => [given];
    return await wire(store, masterKeys, checked);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function wire(
  store: Store,
  masterKeys: () => readonly Uint8Array[],
  { settings, algorithm, now, log }: CheckedOptions,
): Promise<OpenParts> {
  const tokenSeconds = { access: settings.accessSeconds, refresh: settings.idleSeconds };
  const keys = await openKeyRing({ store, masterKeys, algorithm, tokenSeconds, now, log });
  const epoch = await store.epoch();
  const revocations = createRevocations({ now });
  const limits = createLimits({ store, secret: secretOfLimits(masterKeys), log });
  const userViews = createUserViews(store);
  // What has timers and threads comes last: nothing after it fails, so it need not be taken back.
  const follower = await followStore({ store, live: revocations, keys, limits, userViews, now, log });
  const { catchUp, look } = follower;
  const passwords = createPasswords();
  const base = {
    store,
    passwords,
    userViews,
    limits,
    keys,
    epoch,
    revocations,
    catchUp,
    look,
    settings,
    now,
    log,
  };
  return {
    parts: { ...base, ...createLiveTokens(base) },
    async close() {
      await follower.stop();
      await passwords.close();
      await limits.close();
      await store.close();
    },
  };
}

async function findMasterKeys(store: Store, { database, data }: AuthOptions): Promise<() => readonly Uint8Array[]> {
  if (database === ":memory:") {
    const masterKey = randomBytes(32);
    return () => [masterKey];
  }
  return openMasterKeyFile(join(data ?? dirname(database), "master.key"), await store.keys.list());
}

/** Of the master key, which stays while the other keys rotate: with a new one, all counting would begin anew. */
function secretOfLimits(masterKeys: () => readonly Uint8Array[]): () => Uint8Array {
  const [masterKey] = masterKeys();
  if (masterKey === undefined) throw new TypeError("There is no master key.");
  const secret = createHmac("sha256", masterKey).update("latchkey attempts").digest();
  return () => secret;
}
