import { randomBytes } from "node:crypto";
import { AuthError } from "../errors/auth-error.js";
import type { KeyPurpose, KeyRow, Store } from "../store/store.js";
import { type Algorithm, exportKey, generateKey } from "../tokens/index.js";
import { findMasterKey } from "./open-key.js";
import { type KeyChange, replaceKeySet } from "./replace-key-set.js";
import { seal } from "./seal.js";

/** What keys are made of. */
export interface KeyParts {
  readonly store: Pick<Store, "keys" | "now">;
  /** The master keys that there are at this moment: more than one while they change. */
  readonly masterKeys: () => readonly Uint8Array[];
  /** The algorithm of a signing key that is made. */
  readonly algorithm: Algorithm;
  /** How long what a key makes can live, in seconds. */
  readonly tokenSeconds: Readonly<Record<KeyPurpose, number>>;
}

/** The key set as it is, at a moment of the database's clock. */
export interface KeySet {
  readonly rows: readonly KeyRow[];
  readonly at: number;
  /** Whether the secret that the set is sealed with is known here. */
  canSeal(): boolean;
  /** A new key, sealed as the set is. Throws `unavailable` where that cannot be. */
  make(purpose: KeyPurpose, signsFrom: number): KeyRow;
}

/** {@link replaceKeySet}, with keys of every purpose to be had for the plan. */
export async function changeKeys(
  parts: KeyParts,
  plan: (set: KeySet) => KeyChange | undefined,
): Promise<readonly KeyRow[] | undefined> {
  const { store, masterKeys, tokenSeconds } = parts;
  const draft = createDrafts(parts.algorithm);
  return replaceKeySet(store, async (rows) => {
    const at = await store.now();
    const make = (purpose: KeyPurpose, signsFrom: number): KeyRow => {
      const { plain, ...name } = draft(purpose);
      const sealed = seal(plain, requireMasterKey(rows, masterKeys()), name);
      return { ...name, sealed, createdAt: at, signsFrom, tokenSeconds: tokenSeconds[purpose] };
    };
    const canSeal = () => findMasterKey(rows, masterKeys()) !== undefined;
    const change = plan({ rows, at, canSeal, make });
    return change && { ...change, before: latestFor(change, rows, at) };
  });
}

/**
 * Until when a change can still be made: half of the time in which every process shall hear of a key is left then. One that signs before all of
 * them know it would make a second text of a refresh token that another key has made.
 */
function latestFor(change: KeyChange, from: readonly KeyRow[], at: number): number {
  const leads = change.rows
    .filter((row) => !from.includes(row) && row.signsFrom > at)
    .map(({ signsFrom }) => signsFrom);
  return at + (Math.min(...leads) - at) / 2;
}

/** Never a second secret beside the first: a key that one process cannot open would end the sessions of the others. */
function requireMasterKey(rows: readonly KeyRow[], masterKeys: readonly Uint8Array[]): Uint8Array {
  const masterKey = findMasterKey(rows, masterKeys);
  if (masterKey !== undefined) return masterKey;
  const message = "The keys were sealed with another secret since this process began: start it again with that one.";
  throw new AuthError("unavailable", { message, cause: new Error(message) });
}

type Draft = Pick<KeyRow, "kid" | "purpose" | "alg"> & { readonly plain: Buffer };

/** New keys, one a purpose, however many turns their sealing takes: one for RSA costs a good part of a second. */
function createDrafts(algorithm: Algorithm): (purpose: KeyPurpose) => Draft {
  const drafts = new Map<KeyPurpose, Draft>();
  return (purpose) => {
    const made = drafts.get(purpose) ?? newDraft(purpose, algorithm);
    drafts.set(purpose, made);
    return made;
  };
}

function newDraft(purpose: KeyPurpose, algorithm: Algorithm): Draft {
  if (purpose === "refresh") {
    return { kid: randomBytes(4).toString("hex"), purpose, alg: "HS256", plain: randomBytes(32) };
  }
  const key = newSigningKey(algorithm);
  return { kid: key.kid, purpose, alg: key.alg, plain: Buffer.from(JSON.stringify(exportKey(key))) };
}

/** A kid that begins with a dash would be read as a flag where somebody names it on a command line. */
function newSigningKey(algorithm: Algorithm): ReturnType<typeof generateKey> {
  const key = generateKey({ alg: algorithm });
  return key.kid.startsWith("-") ? newSigningKey(algorithm) : key;
}
