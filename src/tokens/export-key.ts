import type { JsonWebKey } from "node:crypto";
import { type Key, verifyingHalf } from "./key.js";

/** A JWK as {@link exportKey} and {@link toJwks} write it: with `kid`, `alg` and `use`. */
export interface ExportedJwk extends JsonWebKey {
  readonly kid: string;
  readonly alg: string;
  readonly use: "sig";
}

/** A JWK set (RFC 7517 section 5). */
export interface Jwks {
  readonly keys: readonly ExportedJwk[];
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
  if (format === "jwk") return { ...key.handle.export({ format: "jwk" }), kid: key.kid, alg: key.alg, use: "sig" };
  if (key.kind === "secret") throw new TypeError("A secret has no PEM form.");
  return key.handle.export({ format: "pem", type: key.kind === "private" ? "pkcs8" : "spki" }) as string;
}

/** The public halves of keys as a JWK set to publish. A `TypeError` for a secret: who has it can sign. */
export function toJwks(keys: readonly Key[]): Jwks {
  return {
    keys: keys.map((key) => {
      if (key.kind === "secret") throw new TypeError("A secret must not be published.");
      return exportKey(verifyingHalf(key));
    }),
  };
}
