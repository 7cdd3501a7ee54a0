import type { KeyRow } from "../store/store.js";

/** *next* is published and makes nothing yet, *current* makes tokens, *previous* has made tokens that may still live, *gone* has not. */
export type KeyState = "next" | "current" | "previous" | "gone";

/** A key at its place among those of its purpose; `endsAt`, in milliseconds, is known once it has a successor. */
export interface PlacedKey<K> {
  readonly key: K;
  readonly state: KeyState;
  readonly endsAt: number | undefined;
}

type Timed = Pick<KeyRow, "kid" | "createdAt" | "signsFrom" | "tokenSeconds">;

// For the leeway of verifiers, and for clocks that differ.
const MARGIN_MS = 60_000;

/**
 * The keys of one purpose at a moment, in the order in which they begin to sign. One of them is current: the newest whose time has come,
 * and the oldest where a clock was set back before all of them.
 */
export function placeKeys<K extends Timed>(keys: readonly K[], at: number): readonly PlacedKey<K>[] {
  const ordered = keys.toSorted(inOrder);
  const current = Math.max(
    0,
    ordered.findLastIndex((key) => key.signsFrom <= at),
  );
  return ordered.map((key, index) => {
    const successor = ordered[index + 1];
    const endsAt = successor && successor.signsFrom + key.tokenSeconds * 1000 + MARGIN_MS;
    if (index >= current) return { key, endsAt, state: index === current ? "current" : "next" };
    return { key, endsAt, state: endsAt !== undefined && at < endsAt ? "previous" : "gone" };
  });
}

/** The key of one purpose that makes tokens at a moment; `undefined` where there is none at all. */
export function currentKey<K extends Timed>(keys: readonly K[], at: number): K | undefined {
  return placeKeys(keys, at).find(({ state }) => state === "current")?.key;
}

/** The same order in every process, also of keys of one moment. */
function inOrder(one: Timed, other: Timed): number {
  return one.signsFrom - other.signsFrom || one.createdAt - other.createdAt || (one.kid < other.kid ? -1 : 1);
}
