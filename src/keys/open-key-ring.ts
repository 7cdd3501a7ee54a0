import type { KeyPurpose, KeyRow } from "../store/store.js";
import { changeKeys, type KeyParts, type KeySet } from "./change-keys.js";
import { createTurns } from "./create-turns.js";
import { createLiveKeys, type LiveKeyParts } from "./live-keys.js";
import { type OpenKeys, openKey, openKeys } from "./open-key.js";
import { LEAD_SECONDS, planFirst, planRevocation, planRotation, planTending } from "./plan-keys.js";
import { type KeyReading, readKeys } from "./read-keys.js";
import type { KeyChange } from "./replace-key-set.js";

/** The keys of a server, decrypted, and what is done with them. */
export interface KeyRing extends KeyReading {
  /** How long others may keep the key set, in seconds: as long as a key stands in it before it signs. */
  readonly cacheSeconds: number;
  /** Reads again what other processes may have changed. */
  reload(): Promise<void>;
  /** Publishes a next key of each purpose where none waits yet; with `now`, it signs within a second. */
  rotate(options: { readonly now: boolean }): Promise<void>;
  /** Removes a key; one that was current has its successor at once. Answers what it was for; throws `not_found`. */
  revoke(kid: string): Promise<KeyPurpose>;
  /** Does what is due: a key of three months gets its successor, one that is gone leaves. */
  tend(): Promise<void>;
  /** Calls back each time the keys may have become others. */
  onChange(listener: () => void): void;
}

/** What a ring is opened with; `now` answers in milliseconds. */
export interface KeyRingOptions extends KeyParts, LiveKeyParts {
  readonly now: () => number;
}

/**
 * Opens the keys in the store, making them where there are none: of two servers that start at once, one makes the set and both read it.
 * A `TypeError` where the master key is not the one that sealed them.
 */
export async function openKeyRing(options: KeyRingOptions): Promise<KeyRing> {
  const { store, now, tokenSeconds } = options;
  const keys = createLiveKeys(await openFirst(options), options);
  const inTurn = createTurns();
  const change = (plan: (set: KeySet) => KeyChange | undefined) =>
    inTurn(async () => keys.adopt((await changeKeys(options, plan)) ?? (await store.keys.list())));
  let waiting: Promise<void> | undefined;

  const ring: KeyRing = Object.assign(readKeys(keys, now), {
    cacheSeconds: LEAD_SECONDS,
    reload() {
      // Whoever asks while one waits for its turn is served by that one, which has not read yet.
      waiting ??= inTurn(async () => {
        waiting = undefined;
        keys.adopt(await store.keys.list());
      });
      return waiting;
    },
    rotate: ({ now: atOnce }: { readonly now: boolean }) => change((set) => planRotation(set, atOnce)),
    async revoke(kid: string) {
      let purpose: KeyPurpose = "access";
      await change((set) => {
        purpose = set.rows.find((row) => row.kid === kid)?.purpose ?? purpose;
        return planRevocation(set, kid);
      });
      return purpose;
    },
    async tend() {
      let isStuck = false;
      await change((set) => {
        const plan = planTending(set, tokenSeconds);
        isStuck = plan.isStuck;
        return plan.change;
      });
      keys.noteSecret(isStuck);
    },
    onChange: keys.onChange,
  });
  await ring.tend();
  return ring;
}

// A secret that is changed meanwhile is seen in the rows before it is seen in the file, or after it.
const TURNS = 3;

/** At the start every row must open: who runs a server with the wrong secret shall hear of it. */
async function openFirst(options: KeyRingOptions): Promise<OpenKeys> {
  for (let turn = 1; ; turn++) {
    await changeKeys(options, planFirst);
    try {
      return requireComplete(await options.store.keys.list(), options.masterKeys());
    } catch (error) {
      if (turn === TURNS) throw error;
    }
  }
}

function requireComplete(rows: readonly KeyRow[], masterKeys: readonly Uint8Array[]): OpenKeys {
  const keys = openKeys(rows, { access: [], refresh: [] }, (row) => openKey(row, masterKeys));
  if (keys.access.length > 0 && keys.refresh.length > 0) return keys;
  throw new TypeError("The key set in the database is not complete.");
}
