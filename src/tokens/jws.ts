import { encodeBase64url } from "./base64url.js";
import { type Header, parseHeader, splitCompact } from "./compact.js";
import { type Key, requireKeySet, requireSigningKey, type VerifyingKey } from "./key.js";
import { signatureCheck, signatureMaker } from "./signature.js";
import type { JsonObject } from "./strict-json.js";
import { TokenError } from "./token-error.js";

const LONGEST = 1_048_576;

/** A signature that holds: the payload, the header, and the key that decided. */
export interface VerifiedJws {
  readonly header: Header;
  readonly payload: Uint8Array;
  readonly key: VerifyingKey;
}

/**
 * Signs any bytes as a compact JWS (RFC 7515 section 7.1). `header` adds members; `alg` and `kid` are the key's.
 * A text is signed as its UTF-8 bytes.
 */
export function signJws(
  payload: Uint8Array | string,
  key: Key,
  options: { readonly header?: JsonObject } = {},
): string {
  const make = signatureMaker(requireSigningKey(key));
  const header = { alg: key.alg, kid: key.kid, ...options.header };
  if (header.alg !== key.alg || header.kid !== key.kid) throw new TypeError("The alg and the kid are the key's.");
  const headerText = encodeBase64url(JSON.stringify(header));
  requireReadable(headerText);
  const input = `${headerText}.${encodeBase64url(payload)}`;
  return `${input}.${make(input)}`;
}

/** Throws a `TypeError` for an encoded header that no verifier would read. */
export function requireReadable(headerText: string): void {
  try {
    parseHeader(headerText);
  } catch (cause) {
    throw new TypeError(`The header cannot be written: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Verifies the signature of a compact JWS over any payload, of at most 1 MiB. The payload is bytes, and says nothing of who it is for: use
 * a verifier for tokens. Throws a {@link TokenError} for a bad token and a `TypeError` for a bad set of keys.
 */
export function verifyJws(token: string, keys: readonly Key[]): VerifiedJws {
  const byKid = requireKeySet(keys);
  const { headerText, signingInput, payload, signature } = splitCompact(token, LONGEST);
  const header = parseHeader(headerText);
  const key = requireNamedKey(header, byKid);
  if (!signatureCheck(key)(signingInput, signature))
    throw new TokenError("bad_signature", "signature", { part: "signature" });
  // A copy: small Buffers share their memory with others.
  return { header, payload: new Uint8Array(payload), key };
}

/**
 * The key that a header names, or the only one of its algorithm where it names none. Members that carry or fetch a key (`jwk`, `jku`,
 * `x5c`, `x5u`) are not looked at.
 */
export function requireNamedKey(header: Header, byKid: ReadonlyMap<string, VerifyingKey>): VerifyingKey {
  if (header.kid !== undefined) {
    const named = byKid.get(header.kid);
    if (named === undefined) throw new TokenError("key_unknown", "key", { claim: "kid", actual: header.kid });
    return requireAlgorithmOf(named, header);
  }
  const fitting = [...byKid.values()].filter((key) => key.alg === header.alg);
  if (fitting.length > 1) throw new TokenError("key_id_missing", "key", { claim: "kid" });
  return fitting[0] ?? requireAlgorithmOf([...byKid.values()][0] as VerifyingKey, header);
}

/** Returns the key where the header's `alg` is its algorithm: the header never chooses one (RFC 8725 section 3.1). */
export function requireAlgorithmOf(key: VerifyingKey, header: Header): VerifyingKey {
  if (key.alg !== header.alg) {
    throw new TokenError("algorithm_mismatch", "key", { claim: "alg", expected: key.alg, actual: header.alg });
  }
  return key;
}
