import { KeyObject } from "node:crypto";
import { requireAlgorithm } from "../tokens/algorithms.js";
import {
  type Algorithm,
  importKey,
  type Jwk,
  type Key,
  type PrivateKey,
  type PublicKey,
  type SigningKey,
  type VerifyingKey,
} from "../tokens/index.js";
import { isKey, requireSigningKey, verifyingHalf } from "../tokens/key.js";
import type { JwtManagerOptions, KeyMaterial } from "./manager-options.js";
import { requireTexts } from "./require-option.js";

/** The keys of a manager. */
export interface ManagerKeys {
  /** Absent where a manager only verifies, or its loader chooses. */
  readonly signing: SigningKey | undefined;
  /** All that verify; none where a loader chooses. */
  readonly verifying: readonly VerifyingKey[];
}

interface KeyOptions
  extends Pick<JwtManagerOptions, "secret" | "privateKey" | "publicKey" | "keys" | "algorithm" | "algorithms"> {
  readonly signingKey?: unknown;
  readonly verifyingKey?: unknown;
}

/** The keys that the options give, in the one way that they do; a `TypeError` where there are none, or where they are weak. */
export function requireManagerKeys(options: KeyOptions): ManagerKeys {
  const { secret, privateKey, publicKey, keys } = options;
  const ways = [secret, privateKey ?? publicKey, keys].filter((way) => way !== undefined);
  if (ways.length > 1) throw new TypeError("Give a manager secret, or privateKey and publicKey, or keys: one way.");
  const others = requireTexts(options.algorithms ?? [], "algorithms") as readonly Algorithm[];
  for (const name of [options.algorithm, ...others]) if (name !== undefined) requireAlgorithm(name);
  if (keys !== undefined) return listedKeys(keys, options);
  if (secret !== undefined) return secretKeys(secret, options.algorithm, others);
  if (privateKey !== undefined || publicKey !== undefined) return keyPairs(options, others);
  if (options.verifyingKey !== undefined) return { signing: undefined, verifying: [] };
  throw new TypeError(NO_KEY);
}

const NO_KEY =
  "A JwtManager needs a secret, and there is none. Make one with: latchkey secret new, put it into the environment, and give it: new JwtManager({ secret: process.env.JWT_SECRET_KEY }). Or give privateKey, publicKey or keys.";

/** The key of a material; where it is a key already, of the algorithm that is wanted. */
function keyOf(material: KeyMaterial, algorithm: Algorithm | undefined, name: string): Key {
  if (isKey(material)) {
    if (algorithm === undefined || material.alg === algorithm) return material;
    throw new TypeError(`${name} is a key of ${material.alg}, not of ${algorithm}.`);
  }
  try {
    return importKey(
      material as string | Uint8Array | KeyObject | Jwk,
      algorithm === undefined ? {} : { alg: algorithm },
    );
  } catch (cause) {
    const hint = name === "secret" ? " The command latchkey secret new prints a good one." : "";
    throw new TypeError(`${name}: ${(cause as Error).message}${hint}`, { cause });
  }
}

/** The key that a loader gave: text and bytes are a secret of `HS256` where no algorithm is configured. */
export function loadedKey(material: KeyMaterial, algorithm: Algorithm | undefined, name: string): Key {
  const isBare = typeof material === "string" || material instanceof Uint8Array || material instanceof KeyObject;
  return keyOf(material, isBare ? (algorithm ?? "HS256") : undefined, name);
}

function secretKeys(secret: unknown, algorithm: Algorithm = "HS256", others: readonly Algorithm[] = []): ManagerKeys {
  if (secret === "" || (typeof secret !== "string" && !(secret instanceof Uint8Array))) throw new TypeError(NO_KEY);
  const all = [...new Set([algorithm, ...others])];
  const wrong = all.find((name) => requireAlgorithm(name).kind !== "hmac");
  if (wrong !== undefined) throw new TypeError(`A secret signs with HS256, HS384 or HS512: ${wrong} needs privateKey.`);
  const made = all.map((name) => keyOf(secret, name, "secret")) as [SigningKey & VerifyingKey];
  return { signing: made[0], verifying: made };
}

function keyPairs({ privateKey, publicKey, algorithm }: KeyOptions, others: readonly Algorithm[]): ManagerKeys {
  const algorithms = [algorithm, ...others.filter((name) => name !== algorithm)];
  const pairs = algorithms.map((alg) => {
    const signing = privateKey === undefined ? undefined : halfOf(privateKey, alg, "private");
    const verifying = publicKey === undefined ? undefined : halfOf(publicKey, alg, "public");
    if (signing !== undefined && verifying !== undefined && !verifying.handle.equals(signing.public.handle))
      throw new TypeError("publicKey is not the other half of privateKey. Several keys are given as keys.");
    return { signing, verifying: verifying ?? (signing as PrivateKey).public };
  });
  return { signing: pairs[0]?.signing, verifying: pairs.map(({ verifying }) => verifying) };
}

interface Halves {
  readonly private: PrivateKey;
  readonly public: PublicKey;
}

function halfOf<K extends keyof Halves>(material: KeyMaterial, alg: Algorithm | undefined, kind: K): Halves[K] {
  const key = keyOf(material, algorithmFor(material, alg), `${kind}Key`);
  if (key.kind !== kind) throw new TypeError(`${kind}Key is a ${key.kind} key.`);
  return key as Halves[K];
}

/** Text does not say its algorithm, and nothing is guessed. */
function algorithmFor(material: KeyMaterial, algorithm: Algorithm | undefined): Algorithm | undefined {
  if (algorithm !== undefined) return algorithm;
  if (typeof material === "string" || material instanceof KeyObject)
    throw new TypeError('A privateKey or publicKey needs its algorithm, such as algorithm: "RS256".');
  return undefined;
}

function listedKeys(keys: readonly Key[], { algorithm, algorithms, signingKey }: KeyOptions): ManagerKeys {
  if (algorithm !== undefined || algorithms !== undefined)
    throw new TypeError("The algorithms of keys are their own: give no algorithm or algorithms beside them.");
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isKey))
    throw new TypeError("keys must be a list of keys of importKey or generateKey, with at least one.");
  const first = keys[0] as Key;
  const signing = first.kind === "public" || signingKey !== undefined ? undefined : requireSigningKey(first);
  return { signing, verifying: keys.map(verifyingHalf) };
}
