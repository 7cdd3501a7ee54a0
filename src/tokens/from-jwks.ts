import { type Algorithm, algorithmOfCurve, isAlgorithm } from "./algorithms.js";
import { importKey } from "./import-key.js";
import type { Jwk } from "./jwk.js";
import type { PublicKey } from "./key.js";

/**
 * The signature keys of a JWK set that somebody published. Keys for another use, and of types or algorithms that are not known here, are
 * left out (RFC 7517 section 5); a key that is weak or broken is a `TypeError`, and so is one that should never have been published. `alg` is
 * for RSA keys that name no algorithm; without it they are left out.
 */
export function fromJwks(
  jwks: { readonly keys: readonly Jwk[] },
  { alg }: { readonly alg?: Algorithm } = {},
): readonly PublicKey[] {
  if (!Array.isArray(jwks?.keys)) throw new TypeError("A JWK set is an object with an array of keys.");
  return jwks.keys.map((jwk) => importPublished(jwk, alg)).filter((key) => key !== undefined);
}

function importPublished(jwk: Jwk, algorithmOfRsa: Algorithm | undefined): PublicKey | undefined {
  if (typeof jwk !== "object" || jwk === null) throw new TypeError("A key of the JWK set is no object.");
  if (jwk.d !== undefined || jwk.kty === "oct") throw new TypeError("The JWK set holds a private key or a secret.");
  const alg = jwk.alg ?? algorithmOfCurve(jwk.crv) ?? (jwk.kty === "RSA" ? algorithmOfRsa : undefined);
  return isForSignatures(jwk) && isAlgorithm(alg) ? (importKey(jwk, { alg }) as PublicKey) : undefined;
}

function isForSignatures({ use, key_ops: operations }: Jwk): boolean {
  if (use !== undefined && use !== "sig") return false;
  return !Array.isArray(operations) || operations.includes("verify");
}
