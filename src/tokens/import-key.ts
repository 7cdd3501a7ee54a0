import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  generateKeySync,
  KeyObject,
} from "node:crypto";
import { type Algorithm, requireAlgorithm } from "./algorithms.js";
import { importJwk } from "./import-jwk.js";
import type { Jwk } from "./jwk.js";
import { type Key, type KeyOptions, makeKey, type PrivateKey, type SecretKey } from "./key.js";
import { requireKnownOptions } from "./known-options.js";
import { requireRandomSecret } from "./secret-strength.js";

type SymmetricAlgorithm = "HS256" | "HS384" | "HS512";

/** What {@link generateKey} makes: ES256 where `alg` is not given; `modulusLength` is the size of an RSA key in bits, 2048 where not given. */
export interface GenerateOptions<A extends Algorithm> {
  readonly alg?: A;
  readonly kid?: string;
  readonly modulusLength?: number;
}

/** Makes a new key from the system's randomness, synchronously. */
export function generateKey<A extends Algorithm = "ES256">(
  options?: GenerateOptions<A>,
): A extends SymmetricAlgorithm ? SecretKey : PrivateKey;
export function generateKey(options: GenerateOptions<Algorithm> = {}): Key {
  requireKnownOptions(options, "generateKey", ["alg", "kid", "modulusLength"]);
  const { alg = "ES256", kid, modulusLength = 2048 } = options;
  return makeKey(newHandle(alg, modulusLength), alg, kid);
}

function newHandle(alg: Algorithm, modulusLength: number): KeyObject {
  const rules = requireAlgorithm(alg);
  if (rules.kind === "hmac") return generateKeySync("hmac", { length: rules.bytes * 8 });
  if (rules.kind === "ec") return handleOfDer(generateKeyPairSync("ec", { namedCurve: rules.namedCurve, ...AS_DER }));
  if (rules.kind === "ed25519") return handleOfDer(generateKeyPairSync("ed25519", AS_DER));
  return handleOfDer(generateKeyPairSync("rsa", { modulusLength, ...AS_DER }));
}

// Node's key object shares a lock with the job that made it: an export during which that job is garbage collected never ends. So keys
// leave the job as bytes.
const AS_DER = {
  publicKeyEncoding: { format: "der", type: "spki" },
  privateKeyEncoding: { format: "der", type: "pkcs8" },
} as const;

/** The types of Node know no encodings in spread options, so what are bytes is called a key object there. */
function handleOfDer({ privateKey }: { readonly privateKey: unknown }): KeyObject {
  return createPrivateKey({ key: privateKey as Buffer, format: "der", type: "pkcs8" });
}

/**
 * Makes a typed key of a JWK (an object), a PEM text, a `KeyObject`, or, for HMAC, of a secret (text or bytes). The algorithm is the
 * JWK's or the option's, and both must agree; an EC or Ed25519 JWK needs none. Nothing is guessed: a text is a secret only where `alg`
 * is HMAC. Throws a `TypeError` for a key that does not fit, is weak, or is meant for something else (`use`, `key_ops`).
 */
export function importKey(material: string | Uint8Array | KeyObject | Jwk, options: KeyOptions = {}): Key {
  if (typeof material !== "object" && typeof material !== "string") throw new TypeError(WANTED);
  if (material === null) throw new TypeError(WANTED);
  if (material instanceof KeyObject) {
    if (material.type === "secret") requireRandomSecret(material.export());
    return makeKey(material, requireGiven(options.alg), options.kid);
  }
  if (typeof material === "object" && !(material instanceof Uint8Array)) return importJwk(material, options);
  const alg = requireGiven(options.alg);
  if (requireAlgorithm(alg).kind === "hmac") {
    const bytes = Buffer.from(material);
    requireRandomSecret(bytes);
    return makeKey(createSecretKey(bytes), alg, options.kid);
  }
  if (typeof material !== "string") throw new TypeError(`${alg} needs a JWK or a PEM text.`);
  return makeKey(handleOfPem(material), alg, options.kid);
}

const WANTED = "A key is made of a JWK, a PEM text, a KeyObject or a secret.";

function requireGiven(alg: Algorithm | undefined): Algorithm {
  if (alg === undefined) throw new TypeError("The algorithm of the key must be given: importKey(key, { alg }).");
  requireAlgorithm(alg);
  return alg;
}

const PEM =
  /^-----BEGIN ((?:RSA |EC )?PRIVATE KEY|(?:RSA )?PUBLIC KEY)-----\r?\n[A-Za-z0-9+/=\r\n]+-----END \1-----\s*$/;

function handleOfPem(pem: string): KeyObject {
  const label = PEM.exec(pem)?.[1];
  if (label === undefined) {
    throw new TypeError(
      "The text is not one PEM key: an unencrypted private key (PKCS#8, PKCS#1, SEC1) or a public key (SPKI, PKCS#1).",
    );
  }
  try {
    return label.endsWith("PRIVATE KEY") ? createPrivateKey(pem) : createPublicKey(pem);
  } catch (cause) {
    throw new TypeError("The PEM text holds no usable key.", { cause });
  }
}
