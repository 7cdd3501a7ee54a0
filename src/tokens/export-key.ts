import type { Jwk } from "./jwk.js";
import { type Key, verifyingHalf } from "./key.js";

/** A JWK as {@link exportKey} and {@link toJwks} write it: with `kid`, `alg` and `use`. */
export interface ExportedJwk extends Jwk {
  kid: string;
  alg: string;
  use: "sig";
}

/** A JWK set (RFC 7517 section 5). */
export interface Jwks {
  keys: ExportedJwk[];
}

/**
 * Writes a key out, private members included: as a JWK, or as PEM (PKCS#8 for a private key, SPKI for a public one). Export `key.public`
 * for the half that may be shared. A `TypeError` for a secret as PEM, which has no such form.
 */
export function exportKey(key: Key): ExportedJwk;
export function exportKey(key: Key, options: { readonly format: "jwk" }): ExportedJwk;
export function exportKey(key: Key, options: { readonly format: "pem" }): string;
export function exportKey(
  key: Key,
  { format }: { readonly format: "jwk" | "pem" } = { format: "jwk" },
): ExportedJwk | string {
  if (format !== "jwk" && format !== "pem") throw new TypeError('The format of a key is "jwk" or "pem".');
  if (format === "jwk") return { ...key.handle.export({ format: "jwk" }), kid: key.kid, alg: key.alg, use: "sig" };
  if (key.kind === "secret") throw new TypeError("A secret has no PEM form.");
  return key.handle.export({ format: "pem", type: key.kind === "private" ? "pkcs8" : "spki" }) as string;
}

/** The public halves of keys as a JWK set to publish. A `TypeError` for a secret: who has it can sign. */
export function toJwks(keys: readonly Key[]): Jwks {
  if (!Array.isArray(keys)) throw new TypeError("toJwks takes a list of keys.");
  return {
    keys: keys.map((key) => {
      if (key.kind === "secret") throw new TypeError("A secret must not be published.");
      return exportKey(verifyingHalf(key));
    }),
  };
}
