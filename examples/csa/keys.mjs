import { generateKey, importKey } from "latchkey/tokens";

/** The three ways of the class note. The secret comes from outside; the pairs are made at start, so tokens end with the process. */
export function createKeys(secret) {
  return {
    HS256: importKey(secret, { alg: "HS256" }),
    RS256: generateKey({ alg: "RS256" }),
    ES256: generateKey({ alg: "ES256" }),
  };
}
