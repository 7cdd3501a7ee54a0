import { createHash, type KeyObject } from "node:crypto";
import type { Jwk } from "./jwk.js";

const MEMBERS: Readonly<Record<string, readonly (keyof Jwk)[]>> = {
  EC: ["crv", "kty", "x", "y"],
  OKP: ["crv", "kty", "x"],
  RSA: ["e", "kty", "n"],
  oct: ["k", "kty"],
};

/** The RFC 7638 thumbprint of a key: SHA-256 over its required members, in base64url. A private key has that of its public half. */
export function thumbprint(key: KeyObject | Jwk): string {
  const jwk = isHandle(key) ? key.export({ format: "jwk" }) : key;
  const names = jwk.kty === undefined || !Object.hasOwn(MEMBERS, jwk.kty) ? undefined : MEMBERS[jwk.kty];
  if (names === undefined) throw new TypeError("Only EC, OKP, RSA and oct keys have a thumbprint.");
  const required = Object.fromEntries(names.map((name) => [name, jwk[name]]));
  return createHash("sha256").update(JSON.stringify(required)).digest("base64url");
}

function isHandle(key: KeyObject | Jwk): key is KeyObject {
  return typeof key.export === "function";
}
