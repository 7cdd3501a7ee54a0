import { parseHeader } from "../tokens/compact.js";
import { type Header, TokenError } from "../tokens/index.js";

/** The header of a token, of which nothing is verified. Throws a `TokenError` where it is none. */
export function unverifiedHeader(token: string): Header {
  if (typeof token !== "string") throw new TokenError("not_a_string", "shape", { actual: typeof token });
  const end = token.indexOf(".");
  if (end < 0) throw new TokenError("wrong_segments", "shape", { expected: 3, actual: 1 });
  return parseHeader(token.slice(0, end));
}
