import { createHmac } from "node:crypto";
import { encodeBase64url } from "../tokens/base64url.js";
import { type Key, requireSigningKey } from "../tokens/key.js";
import { requireKnownOptions } from "../tokens/known-options.js";
import { signatureMaker } from "../tokens/signature.js";

/** What a token is forged of. A member that is `undefined` is left out of header or claims. */
export interface Forgery {
  /** Replaces and adds members of the header, which is `alg`, `typ: "JWT"`, and the `kid` of a key. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Replaces and adds claims; `sub`, `iat` and `exp` in an hour where nothing is said of them. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Signs: a key, or a text for an HMAC of the header's `alg`, however weak; nothing signs where it is missing. */
  readonly key?: Key | string | undefined;
  /** The time in milliseconds. */
  readonly now?: () => number;
}

const HASHES: Readonly<Record<string, string>> = { HS256: "sha256", HS384: "sha384", HS512: "sha512" };
const HOUR = 3600;

/** Makes any token, also one that no issuer would mint: without `exp`, of a wrong type, under another key, or unsigned. For tests of what must be refused. */
export function forgeToken(forgery: Forgery = {}): string {
  requireKnownOptions(forgery, "forgeToken", ["header", "claims", "key", "now"]);
  const { key, now = Date.now } = forgery;
  const iat = Math.floor(now() / 1000);
  const header = { ...headerFor(key), typ: "JWT", ...forgery.header };
  const claims = { sub: "42", iat, exp: iat + HOUR, ...forgery.claims };
  const input = `${encodeBase64url(JSON.stringify(header))}.${encodeBase64url(JSON.stringify(claims))}`;
  return `${input}.${signed(input, key, header.alg)}`;
}

/** The same token with one character of its signature changed. */
export function tamperedToken(token: string): string {
  const start = token.lastIndexOf(".") + 1;
  return `${token.slice(0, start)}${token[start] === "A" ? "B" : "A"}${token.slice(start + 1)}`;
}

function headerFor(key: Forgery["key"]): { readonly alg: unknown; readonly kid?: string } {
  if (key === undefined) return { alg: "none" };
  return typeof key === "string" ? { alg: "HS256" } : { alg: key.alg, kid: key.kid };
}

function signed(input: string, key: Forgery["key"], alg: unknown): string {
  if (key === undefined) return "";
  if (typeof key !== "string") return signatureMaker(requireSigningKey(key))(input);
  return createHmac(HASHES[String(alg)] ?? "sha256", key)
    .update(input)
    .digest("base64url");
}
