import { encodeBase64url } from "./base64url.js";
import { requireReadable } from "./jws.js";
import type { SigningKey } from "./key.js";
import type { Profile } from "./profiles.js";
import { isWritable, type JsonObject } from "./strict-json.js";

/** Makes what writes the headers of one issuer, encoded. A `TypeError` for further members that no verifier of the profile would read. */
export function headerWriter(key: SigningKey, profile: Profile): (further?: JsonObject) => string {
  const { alg, kid } = key;
  const usual = { alg, typ: profile.type, ...(profile.kidWritten && { kid }) };
  const usualText = encodeBase64url(JSON.stringify(usual));
  return (further) => {
    if (further === undefined) return usualText;
    requireObject(further);
    const header: JsonObject = { ...usual, ...further };
    if (header.alg !== alg || (header.kid !== usual.kid && header.kid !== kid)) {
      throw new TypeError("The alg and the kid are the key's.");
    }
    if (profile.typeRequired && header.typ !== profile.type) {
      throw new TypeError(`The typ of a token is ${profile.type} here.`);
    }
    if (header.typ === "" || Object.hasOwn(header, "exp")) {
      throw new TypeError("A header has no empty typ, and no exp: that is the payload's.");
    }
    const headerText = encodeBase64url(JSON.stringify(header));
    requireReadable(headerText);
    return headerText;
  };
}

function requireObject(further: unknown): void {
  if (typeof further !== "object" || further === null || Array.isArray(further) || !isWritable(further)) {
    throw new TypeError("The header must be an object that can be written as JSON.");
  }
  if (typeof (further as JsonObject).toJSON === "function") {
    throw new TypeError("A header is written as it is: without toJSON.");
  }
}
