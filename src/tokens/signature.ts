import {
  constants,
  createSign,
  createVerify,
  type KeyObject,
  type SignKeyObjectInput,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { requireAlgorithm } from "./algorithms.js";
import { prepareHmac } from "./hmac.js";
import type { SigningKey, VerifyingKey } from "./key.js";

/** Checks a signature over a signing input (ASCII); false for a wrong one of any length. */
export type SignatureCheck = (input: string, signature: Buffer) => boolean;

/** Makes the signature over a signing input (ASCII), in base64url. */
export type SignatureMaker = (input: string) => string;

const checks = new WeakMap<VerifyingKey, SignatureCheck>();

/** The synchronous check of one key: on no thread pool, where it would wait behind password hashes. */
export function signatureCheck(key: VerifyingKey): SignatureCheck {
  const known = checks.get(key);
  if (known !== undefined) return known;
  const check = newCheck(key);
  checks.set(key, check);
  return check;
}

function newCheck(key: VerifyingKey): SignatureCheck {
  const rules = requireAlgorithm(key.alg);
  if (rules.kind === "hmac") {
    const hmac = prepareHmac(rules.hash, key.handle);
    return (input, signature) => signature.length === rules.bytes && timingSafeEqual(hmac.bytes(input), signature);
  }
  const length = signatureLength(key);
  if (rules.kind === "ed25519") {
    const { handle } = key;
    return (input, signature) =>
      signature.length === length && verify(null, Buffer.from(input, "latin1"), handle, signature);
  }
  const { hash } = rules;
  const options = nodeOptions(key);
  // The one-shot `verify` makes a job of each call, which costs more than a stream of one piece.
  return (input, signature) =>
    signature.length === length && createVerify(hash).update(input).verify(options, signature);
}

/** The synchronous signature of one key. */
export function signatureMaker(key: SigningKey): SignatureMaker {
  const rules = requireAlgorithm(key.alg);
  if (rules.kind === "hmac") return prepareHmac(rules.hash, key.handle).base64url;
  if (rules.kind === "ed25519") {
    return (input) => sign(null, Buffer.from(input, "latin1"), key.handle).toString("base64url");
  }
  const { hash } = rules;
  const options = nodeOptions(key);
  return (input) => createSign(hash).update(input).sign(options, "base64url");
}

function nodeOptions(key: SigningKey | VerifyingKey): SignKeyObjectInput | KeyObject {
  const { kind } = requireAlgorithm(key.alg);
  if (kind === "ec") return { key: key.handle, dsaEncoding: "ieee-p1363" };
  if (kind === "rsa-pss") {
    // RFC 7518 section 3.5: the salt is as long as the hash.
    return { key: key.handle, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  }
  // RSA signs with the padding of PKCS #1 v1.5 where none is named.
  return key.handle;
}

function signatureLength(key: VerifyingKey): number {
  const rules = requireAlgorithm(key.alg);
  if (rules.kind === "ec") return rules.bytes * 2;
  if (rules.kind === "ed25519") return 64;
  return Math.ceil((key.handle.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
}
