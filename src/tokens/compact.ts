import { decodeBase64url } from "./base64url.js";
import { freezeDeep } from "./freeze-deep.js";
import { type JsonObject, parseStrictObject } from "./strict-json.js";
import { TokenError } from "./token-error.js";

/** A compact serialization (RFC 7515 section 7.1) taken apart; nothing of it is trusted yet. */
export interface Compact {
  readonly headerText: string;
  readonly signingInput: string;
  readonly payload: Buffer;
  readonly signature: Buffer;
}

/** A header whose form is right: it names an algorithm and asks for no extension. */
export interface Header extends JsonObject {
  readonly alg: string;
  readonly kid?: string;
  readonly typ?: string;
}

/** The longest token, in characters: more than fits into the headers that servers take. */
export const LONGEST_TOKEN = 8192;

const JWE_SEGMENTS = 5;

/** Takes a token apart: a string, within the limit, of exactly three segments of canonical base64url. */
export function splitCompact(token: unknown, longest: number): Compact {
  if (typeof token !== "string") throw new TokenError("not_a_string", "shape", { actual: typeof token });
  if (token.length > longest) throw new TokenError("too_large", "shape", { expected: longest, actual: token.length });
  // Without a first dot there is no second one.
  const first = token.indexOf(".");
  const second = token.indexOf(".", first + 1);
  if (second === -1 || token.includes(".", second + 1)) throw wrongSegments(token);
  const headerText = token.slice(0, first);
  const payload = decodeBase64url(token.slice(first + 1, second));
  if (payload === undefined) throw notBase64url(headerText, "payload");
  const signature = decodeBase64url(token.slice(second + 1));
  if (signature === undefined) throw notBase64url(headerText, "signature");
  return { headerText, signingInput: token.slice(0, second), payload, signature };
}

/** The first segment that is wrong is told: of a text that is no token at all, the header. */
function notBase64url(headerText: string, part: "payload" | "signature"): TokenError {
  const isHeader = decodeBase64url(headerText) === undefined;
  return new TokenError("not_base64url", "shape", { part: isHeader ? "header" : part });
}

function wrongSegments(token: string): TokenError {
  const segments = token.split(".", JWE_SEGMENTS + 1).length;
  return new TokenError(segments === JWE_SEGMENTS ? "encrypted" : "wrong_segments", "shape", {
    expected: 3,
    actual: segments,
  });
}

/** Parses the header segment. `crit` is refused whole: no extension is supported, `b64` among them (RFC 7515 section 4.1.11, RFC 7797). */
export function parseHeader(headerText: string): Header {
  if (headerText.length > LONGEST_TOKEN) {
    throw new TokenError("too_large", "shape", { part: "header", expected: LONGEST_TOKEN, actual: headerText.length });
  }
  const bytes = decodeBase64url(headerText);
  if (bytes === undefined) throw new TokenError("not_base64url", "shape", { part: "header" });
  const header = parseStrictObject(bytes, "header");
  if (header.crit !== undefined)
    throw new TokenError("critical_extension", "key", { claim: "crit", actual: namesIn(header.crit) });
  if (header.b64 !== undefined) throw new TokenError("critical_extension", "key", { claim: "b64", actual: header.b64 });
  if (header.alg === undefined) throw new TokenError("algorithm_missing", "key", { claim: "alg" });
  for (const name of ["alg", "kid", "typ"] as const) {
    const value = header[name];
    if (value !== undefined && typeof value !== "string") {
      throw new TokenError("claim_invalid", name === "typ" ? "shape" : "key", {
        claim: name,
        part: "header",
        actual: value,
      });
    }
  }
  return freezeDeep(header) as Header;
}

function namesIn(crit: unknown): unknown {
  return Array.isArray(crit) ? crit.filter((name) => typeof name === "string").join(", ") : crit;
}
