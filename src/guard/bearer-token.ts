import { TokenError } from "../tokens/index.js";

// RFC 6750 section 2.1: b64token. Two headers reach us joined by a comma, which it does not hold.
const BEARER = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i;
const SCHEME = /^Bearer(?:[ ,]|$)/i;

/**
 * The token of an `Authorization: Bearer` header; `undefined` where the header is missing or of another scheme. Throws a
 * `TokenError` for a Bearer header that holds no token, or more than one.
 */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !SCHEME.test(authorization)) return undefined;
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw new TokenError("malformed_header", "shape");
  return token;
}
