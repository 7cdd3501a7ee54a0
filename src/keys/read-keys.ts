import { AuthError } from "../errors/auth-error.js";
import type { KeyPurpose, KeyRow } from "../store/store.js";
import { type Jwks, type PrivateKey, type PublicKey, toJwks } from "../tokens/index.js";
import type { LiveKeys } from "./live-keys.js";
import type { DataKey, OpenRow } from "./open-key.js";
import { currentKey, type KeyState, type PlacedKey, placeKeys } from "./place-keys.js";

/** A key as an administrator sees it; moments are in milliseconds, and `endsAt` is there once the key has a successor. */
export interface KeyView {
  readonly kid: string;
  readonly purpose: KeyPurpose;
  readonly alg: string;
  readonly state: Exclude<KeyState, "gone">;
  readonly createdAt: number;
  readonly signsFrom: number;
  readonly endsAt?: number;
}

/** What a ring answers, for the moment at which it is asked. */
export interface KeyReading {
  /** The key that signs. Throws `unavailable` where none is left. */
  readonly signing: PrivateKey;
  /** The keys whose tokens are accepted: previous, current and next. */
  readonly verifying: readonly PublicKey[];
  readonly jwks: Jwks;
  /** The key that refresh tokens of a moment (milliseconds) are derived with: the same whenever it is asked. */
  dataKeyAt(moment: number): DataKey;
  /** A key that is in the table, also one that is gone: its tokens are still to be known as those of sessions that have expired. */
  findDataKey(id: number): DataKey | undefined;
  views(): readonly KeyView[];
}

/** Answers from live keys. */
export function readKeys(keys: LiveKeys, now: () => number): KeyReading {
  const access = () => inUse(keys.open.access, now());
  const refresh = () => inUse(keys.open.refresh, now());
  const verifying = () => access().map(({ key }) => key.key.public);
  return {
    get signing() {
      return requireCurrent(keys.open.access, now()).key;
    },
    get verifying() {
      return verifying();
    },
    get jwks() {
      return toJwks(verifying());
    },
    dataKeyAt: (moment) => requireCurrent(keys.open.refresh, moment).key,
    findDataKey: (id) => keys.open.refresh.find(({ key }) => key.id === id)?.key,
    views: () => [
      ...access().map((placed) => viewOf(placed, placed.key.key.alg)),
      ...refresh().map((placed) => viewOf(placed, "HS256")),
    ],
  };
}

type InUse<K> = PlacedKey<OpenRow<K>> & { readonly state: KeyView["state"] };

function inUse<K>(rows: readonly OpenRow<K>[], at: number): readonly InUse<K>[] {
  return placeKeys(rows, at).filter((placed): placed is InUse<K> => placed.state !== "gone");
}

function requireCurrent<K>(rows: readonly OpenRow<K>[], at: number): OpenRow<K> {
  const current = currentKey(rows, at);
  if (current !== undefined) return current;
  throw new AuthError("unavailable", { cause: new Error("No key can be opened: the secret was changed.") });
}

function viewOf({ key, state, endsAt }: InUse<unknown>, alg: string): KeyView {
  const { kid, purpose, createdAt, signsFrom }: KeyRow = key;
  return { kid, purpose, alg, state, createdAt, signsFrom, ...(endsAt !== undefined && { endsAt }) };
}
