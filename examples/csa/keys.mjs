import { generateKey, importKey } from "latchkey/tokens";

/** The three ways of the class note: HMAC, RSA, ECDSA. The secret comes from outside; the pairs are made at start, so their tokens end with the process. */
export function createKeys(secret) {
  return [importKey(secret, { alg: "HS256" }), generateKey({ alg: "RS256" }), generateKey({ alg: "ES256" })];
}
