import { randomBytes } from "node:crypto";
import type { KeyRow, Store } from "../store/store.js";
import {
  type Algorithm,
  exportKey,
  generateKey,
  importKey,
  type Jwks,
  type PrivateKey,
  type PublicKey,
  toJwks,
} from "../tokens/index.js";
import { seal, unseal } from "./seal.js";

/** A key that refresh tokens are derived with; its id stands in every one of them. */
export interface DataKey {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** The keys of a server, decrypted. */
export interface KeyRing {
  readonly signing: PrivateKey;
  readonly verifying: readonly PublicKey[];
  readonly jwks: Jwks;
  readonly dataKey: DataKey;
  findDataKey(id: number): DataKey | undefined;
}

/** What a ring is opened with; `algorithm` is that of the key that is made where there is none. */
export interface KeyRingOptions {
  readonly store: Pick<Store, "keys">;
  readonly masterKey: Uint8Array;
  readonly algorithm: Algorithm;
  readonly now: () => number;
}

/**
 * Opens the keys in the store, making them where there are none: of two servers that start at once, one makes the set and both read it.
 * A `TypeError` where the master key is not the one that sealed them.
 */
export async function openKeyRing({ store, masterKey, algorithm, now }: KeyRingOptions): Promise<KeyRing> {
  let rows = await store.keys.list();
  if (rows.length === 0) {
    await store.keys.addWhereNone(newKeys(masterKey, algorithm, now()));
    rows = await store.keys.list();
  }
  const open = (row: KeyRow): Buffer => {
    const plain = unseal(row.sealed, masterKey, row);
    if (plain === undefined)
      throw new TypeError("The secret is not the one that the keys in the database were sealed with.");
    return plain;
  };
  // The public half is derived from the private one, so that nobody who writes to the table can add a key of their own.
  const access = rows.filter((row) => row.purpose === "access").map((row) => openAccessKey(row, open(row)));
  const data = rows
    .filter((row) => row.purpose === "refresh")
    .map((row) => ({ id: dataKeyId(row.kid), bytes: open(row) }));
  const [signing, dataKey] = [access.at(-1), data.at(-1)];
  if (signing === undefined || dataKey === undefined)
    throw new TypeError("The key set in the database is not complete.");
  const verifying = access.map((key) => key.public);
  return {
    signing,
    verifying,
    jwks: toJwks(verifying),
    dataKey,
    findDataKey: (id) => data.find((key) => key.id === id),
  };
}

function newKeys(masterKey: Uint8Array, algorithm: Algorithm, createdAt: number): readonly KeyRow[] {
  const key = generateKey({ alg: algorithm });
  const rows = [
    { kid: key.kid, purpose: "access", alg: key.alg, plain: Buffer.from(JSON.stringify(exportKey(key))) },
    { kid: randomBytes(4).toString("hex"), purpose: "refresh", alg: "HS256", plain: randomBytes(32) },
  ] as const;
  return rows.map(({ plain, ...row }) => ({ ...row, sealed: seal(plain, masterKey, row), createdAt }));
}

function openAccessKey(row: KeyRow, plain: Buffer): PrivateKey {
  const key = importKey(JSON.parse(plain.toString("utf8")));
  if (key.kind !== "private" || key.kid !== row.kid)
    throw new TypeError("A signing key in the database is not what it is called.");
  return key;
}

function dataKeyId(kid: string): number {
  return Number.parseInt(kid, 16);
}
