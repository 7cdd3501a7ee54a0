import { createPublicKey, KeyObject } from "node:crypto";
import type { Algorithm } from "./algorithms.js";
import { requireFit } from "./key-fitness.js";
import { thumbprint } from "./thumbprint.js";

/** What a key is called and what it is for. */
export interface KeyOptions {
  readonly alg?: Algorithm;
  /** The key's name in headers and key sets; the RFC 7638 thumbprint where it is not given. */
  readonly kid?: string;
}

interface KeyBase {
  /** The key's name in token headers and key sets: given, or the RFC 7638 thumbprint. */
  readonly kid: string;
  /** The one algorithm of this key. A token's `alg` is only compared with it. */
  readonly alg: Algorithm;
  /** The key inside `node:crypto`. Printing it shows no key material. */
  readonly handle: KeyObject;
}

/** A key that verifies. */
export interface PublicKey extends KeyBase {
  readonly kind: "public";
}

/** A key that signs; its `public` half verifies. */
export interface PrivateKey extends KeyBase {
  readonly kind: "private";
  readonly public: PublicKey;
}

/** An HMAC key: who verifies with it can also sign. */
export interface SecretKey extends KeyBase {
  readonly kind: "secret";
}

/** A typed key: its kind and its algorithm were checked when it was made. */
export type Key = PublicKey | PrivateKey | SecretKey;
/** A key that signs. */
export type SigningKey = PrivateKey | SecretKey;
/** A key that verifies. */
export type VerifyingKey = PublicKey | SecretKey;

const LONGEST_KID = 256;

/** Makes the typed key of a `node:crypto` key: algorithm, type, curve, size and strength are checked here, once. */
export function makeKey(handle: KeyObject, alg: Algorithm, kid?: string): Key {
  requireFit(handle, alg);
  const name = kid ?? thumbprint(handle);
  if (typeof name !== "string" || name.length === 0 || name.length > LONGEST_KID) {
    throw new TypeError(`A kid must be a string of 1 to ${LONGEST_KID} characters.`);
  }
  if (handle.type === "secret") return passed({ kind: "secret", kid: name, alg, handle });
  if (handle.type === "public") return passed({ kind: "public", kid: name, alg, handle });
  const half: PublicKey = passed({ kind: "public", kid: name, alg, handle: createPublicKey(handle) });
  return passed({ kind: "private", kid: name, alg, handle, public: half });
}

// Keys that passed. A copy of the package, or somebody by hand, may have made others: those are checked when they are met.
const FIT = new WeakSet<object>();

function passed<K extends Key>(key: K): K {
  FIT.add(key);
  return Object.freeze(key);
}

/** Tells whether a value is a key of this library, by its members, so that two copies of the package agree. */
export function isKey(value: unknown): value is Key {
  if (typeof value !== "object" || value === null) return false;
  const { kind, kid, handle } = value as Partial<Key>;
  if (typeof kid !== "string" || !(handle instanceof KeyObject) || handle.type !== kind) return false;
  return FIT.has(value) || becameFit(value as Key);
}

function becameFit(key: Key): boolean {
  try {
    requireFit(key.handle, key.alg);
  } catch {
    return false;
  }
  if (key.kind === "private" && !isOwnHalf(key.public, key)) return false;
  FIT.add(key);
  return true;
}

function isOwnHalf(half: unknown, { kid, alg }: Key): boolean {
  return isKey(half) && half.kind === "public" && half.kid === kid && half.alg === alg;
}

/** The half of a key that verifies. */
export function verifyingHalf(key: Key): VerifyingKey {
  return key.kind === "private" ? key.public : key;
}

/** Returns a key that can sign; a `TypeError` for a public one. */
export function requireSigningKey(key: Key): SigningKey {
  if (!isKey(key)) throw new TypeError("A key must come from generateKey or importKey.");
  if (key.kind === "public") throw new TypeError("A public key cannot sign.");
  return key;
}

/**
 * The keys of a verifier by their `kid`. A `TypeError` where there is none, where two share a name, or where HMAC keys lie beside
 * asymmetric ones: there a public key could be taken for a secret (RFC 8725 section 3.1).
 */
export function requireKeySet(keys: readonly Key[]): ReadonlyMap<string, VerifyingKey> {
  if (!Array.isArray(keys) || keys.length === 0) throw new TypeError("The keys must be a list with at least one key.");
  const byKid = new Map<string, VerifyingKey>();
  for (const key of keys) {
    if (!isKey(key)) throw new TypeError("A key must come from generateKey or importKey.");
    if (byKid.has(key.kid)) throw new TypeError(`Two keys are called ${JSON.stringify(key.kid)}.`);
    byKid.set(key.kid, verifyingHalf(key));
  }
  if (keys.some((key) => key.kind === "secret") && keys.some((key) => key.kind !== "secret")) {
    throw new TypeError("One key set holds either HMAC keys or asymmetric keys. Use anyVerifier to accept both kinds.");
  }
  return byKid;
}
