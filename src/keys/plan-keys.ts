import { AuthError } from "../errors/auth-error.js";
import type { KeyPurpose, KeyRow } from "../store/store.js";
import type { KeySet } from "./change-keys.js";
import { type PlacedKey, placeKeys } from "./place-keys.js";
import type { KeyChange } from "./replace-key-set.js";

/** How long a key is published before it signs, in seconds: as long as others may keep the key set that they have read. */
export const LEAD_SECONDS = 600;

// The same where nobody wants to wait: by then every process on this database knows the key.
const SHORT_LEAD_MS = 250;
const ROTATE_AFTER_MS = 90 * 86_400_000;
// A key is out of use for an hour before its row goes, for a clock that jumps ahead and is set back.
const KEEP_MS = 3_600_000;
const PURPOSES: readonly KeyPurpose[] = ["access", "refresh"];

/** The first key set, where there is none. */
export function planFirst({ rows, at, make }: KeySet): KeyChange | undefined {
  return rows.length > 0 ? undefined : { rows: PURPOSES.map((purpose) => make(purpose, at)) };
}

/** A next key of each purpose, where none waits; with `now` it signs at once, and so does one that waits. */
export function planRotation(set: KeySet, now: boolean): KeyChange | undefined {
  const wanted = set.at + (now ? SHORT_LEAD_MS : LEAD_SECONDS * 1000);
  return changed(set, (purpose, placed) => {
    const signsFrom = Math.max(wanted, afterCurrent(placed));
    const moved = (row: KeyRow) => (row.signsFrom > signsFrom ? { ...row, signsFrom } : row);
    if (!hasNext(placed)) return [...placed.map(({ key }) => key), set.make(purpose, signsFrom)];
    return placed.map(({ key, state }) => (now && state === "next" ? moved(key) : key));
  });
}

/** Where the clock was set back before the current key began, one that began now would come before it, and end when the clock is right again. */
function afterCurrent(placed: readonly PlacedKey<KeyRow>[]): number {
  const current = placed.find(({ state }) => state === "current");
  return current === undefined ? 0 : current.key.signsFrom + 1;
}

/**
 * The set without a key, whose access tokens are taken back. Where it was the current one, the next takes its place at once, or a new one: a
 * previous one never signs again. Throws `not_found` for a key that is not there.
 */
export function planRevocation(set: KeySet, kid: string): KeyChange {
  const revoked = set.rows.find((row) => row.kid === kid);
  if (revoked === undefined) throw new AuthError("not_found", { message: "There is no key of this name." });
  const { purpose } = revoked;
  const placed = placeKeys(ofPurpose(set.rows, purpose), set.at);
  const wasCurrent = placed.some(({ key, state }) => key === revoked && state === "current");
  const successor = placed.find(({ state }) => state === "next")?.key;
  const rest = set.rows.filter((row) => row !== revoked);
  const rows = wasCurrent
    ? [...rest.filter((row) => row !== successor), { ...(successor ?? set.make(purpose, set.at)), signsFrom: set.at }]
    : rest;
  return { rows, ...(purpose === "access" && { revoked: kid }) };
}

/** What time has brought: keys that are gone leave, one that is three months old gets a successor, and what lives longer is noted. */
export function planTending(
  set: KeySet,
  tokenSeconds: Readonly<Record<KeyPurpose, number>>,
): { readonly change: KeyChange | undefined; readonly isStuck: boolean } {
  let isStuck = false;
  const change = changed(set, (purpose, placed) => {
    const kept = placed.filter(({ endsAt, state }) => state !== "gone" || set.at < (endsAt ?? 0) + KEEP_MS);
    const noted = kept.map(({ key, state }) =>
      (state === "current" || state === "next") && key.tokenSeconds < tokenSeconds[purpose]
        ? { ...key, tokenSeconds: tokenSeconds[purpose] }
        : key,
    );
    const isDue = placed.some(({ key, state }) => state === "current" && set.at >= key.signsFrom + ROTATE_AFTER_MS);
    if (!isDue || hasNext(placed)) return noted;
    if (set.canSeal()) return [...noted, set.make(purpose, set.at + LEAD_SECONDS * 1000)];
    isStuck = true;
    return noted;
  });
  return { change, isStuck };
}

function ofPurpose(rows: readonly KeyRow[], purpose: KeyPurpose): readonly KeyRow[] {
  return rows.filter((row) => row.purpose === purpose);
}

function hasNext(placed: readonly PlacedKey<KeyRow>[]): boolean {
  return placed.some(({ state }) => state === "next");
}

/** The set with the keys of each purpose as they shall be; a row that does not change must be the same object. */
function changed(
  { rows: from, at }: KeySet,
  wanted: (purpose: KeyPurpose, placed: readonly PlacedKey<KeyRow>[]) => readonly KeyRow[],
): KeyChange | undefined {
  const to = PURPOSES.flatMap((purpose) => wanted(purpose, placeKeys(ofPurpose(from, purpose), at)));
  // A row whose purpose somebody has changed is not read, and not thrown away either.
  const rows = [...to, ...from.filter((row) => !PURPOSES.includes(row.purpose))];
  return from.length === rows.length && rows.every((row) => from.includes(row)) ? undefined : { rows };
}
