import type { JsonWebKey } from "node:crypto";
import { importKey } from "./import-key.js";
import type { PublicKey } from "./key.js";

/**
 * The signature keys of a JWK set that somebody published. Keys for another use, and of types or algorithms that are not known here, are
 * left out (RFC 7517 section 5); a key that is weak or broken is a `TypeError`, and so is one that should never have been published.
 */
export function fromJwks(jwks: { readonly keys: readonly JsonWebKey[] }): readonly PublicKey[] {
  if (!Array.isArray(jwks?.keys)) throw new TypeError("A JWK set is an object with an array of keys.");
  return jwks.keys.filter(isForSignatures).map((jwk) => {
    const key = importKey(jwk);
    if (key.kind !== "public") throw new TypeError("The JWK set holds a private key or a secret.");
    return key;
  });
}

const TYPES = new Set(["EC", "OKP", "RSA", "oct"]);
const ALGORITHM = /^(?:(?:HS|RS|PS|ES)(?:256|384|512)|EdDSA)$/;
const CURVES = new Set([undefined, "P-256", "P-384", "P-521", "Ed25519"]);

function isForSignatures({ kty, use, alg, crv }: JsonWebKey): boolean {
  if (use !== undefined && use !== "sig") return false;
  if (!TYPES.has(String(kty)) || !CURVES.has(crv as string | undefined)) return false;
  return alg === undefined ? kty !== "RSA" : ALGORITHM.test(String(alg));
}
