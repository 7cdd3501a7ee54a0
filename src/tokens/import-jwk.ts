import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import { type Algorithm, algorithmOfCurve, requireAlgorithm } from "./algorithms.js";
import type { Jwk } from "./jwk.js";
import { type Key, type KeyOptions, makeKey } from "./key.js";

/** Makes a typed key of one JWK (RFC 7517, RFC 7518 section 6, RFC 8037); the rules are those of `importKey`. */
export function importJwk(jwk: Jwk, options: KeyOptions): Key {
  const alg = requireOneAlgorithm(jwk, options.alg);
  const isPrivate = jwk.d !== undefined;
  requireForSignatures(jwk, isPrivate);
  if (jwk.kid !== undefined && typeof jwk.kid !== "string") throw new TypeError("The kid of a JWK must be a string.");
  if (jwk.kid !== undefined && options.kid !== undefined && jwk.kid !== options.kid) {
    throw new TypeError("The kid of the JWK is not the kid that was asked for.");
  }
  const kid = options.kid ?? jwk.kid;
  if (jwk.oth !== undefined) throw new TypeError("RSA keys of more than two primes are not supported.");
  const handle = handleOf(jwk, isPrivate);
  requireOneKey(jwk, handle);
  return makeKey(handle, alg, kid as string | undefined);
}

function requireOneAlgorithm(jwk: Jwk, asked: Algorithm | undefined): Algorithm {
  const own = jwk.alg ?? asked ?? algorithmOfCurve(jwk.crv);
  if (own === undefined) throw new TypeError("The JWK names no algorithm: importKey(jwk, { alg }).");
  if (asked !== undefined && own !== asked)
    throw new TypeError("The algorithm of the JWK is not the one that was asked for.");
  requireAlgorithm(own);
  return own as Algorithm;
}

/** A key that is marked for another use is not taken (RFC 7517 sections 4.2 and 4.3). */
function requireForSignatures(jwk: Jwk, isPrivate: boolean): void {
  if (jwk.use !== undefined && jwk.use !== "sig") throw new TypeError('The use of the JWK is not "sig".');
  const operations: unknown = jwk.key_ops;
  if (operations === undefined) return;
  if (!Array.isArray(operations) || new Set(operations).size !== operations.length) {
    throw new TypeError("The key_ops of the JWK must be an array without repetitions.");
  }
  const wanted = jwk.kty === "oct" ? ["sign", "verify"] : [isPrivate ? "sign" : "verify"];
  if (!wanted.every((operation) => operations.includes(operation))) {
    throw new TypeError(`The key_ops of the JWK do not hold ${wanted.join(" and ")}.`);
  }
}

/** Every member must be what the key itself would write: canonical base64url, of the right length, and no half of another key. */
function requireOneKey(jwk: Jwk, handle: KeyObject): void {
  for (const [name, value] of Object.entries(handle.export({ format: "jwk" }))) {
    if (jwk[name] !== value) throw new TypeError(`The member ${name} of the JWK does not belong to its key.`);
  }
}

function handleOf(jwk: Jwk, isPrivate: boolean): KeyObject {
  try {
    if (jwk.kty === "oct") return createSecretKey(Buffer.from(jwk.k as string, "base64url"));
    return isPrivate ? createPrivateKey({ key: jwk, format: "jwk" }) : createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    // The cause is dropped: node's message can hold members of the key.
    throw new TypeError(
      "The JWK holds no usable key: a member is missing, is no base64url or does not fit the others.",
    );
  }
}
