import type { TokenError, TokenReason } from "../tokens/index.js";

type Sentence = string | ((error: TokenError) => string);

const NOT_A_NUMBER: Readonly<Record<string, string>> = {
  exp: "Expiration Time claim (exp) must be an integer.",
  nbf: "Not Before claim (nbf) must be an integer.",
  iat: "Issued At claim (iat) must be an integer.",
};

const WRONG_SHAPE: Readonly<Record<string, string>> = {
  ...NOT_A_NUMBER,
  aud: "Invalid claim format in token",
  iss: "Payload Issuer (iss) must be a string",
  sub: "Subject must be a string",
  jti: "JWT ID must be a string",
  kid: "Key ID header parameter must be a string",
  alg: "The specified alg value is not allowed",
};

const REGISTERED = new Set(["aud", "iss", "exp", "nbf", "iat"]);

const partOf = ({ part }: TokenError): string => part ?? "payload";

// PyJWT names the first text that it cannot read.
const unreadable = (error: TokenError): string => `Invalid ${partOf(error)} string: ${error.message}`;

const SENTENCES: Readonly<Partial<Record<TokenReason, Sentence>>> = {
  not_a_string: "Invalid token type. Token must be a <class 'bytes'>",
  wrong_segments: "Not enough segments",
  encrypted: "Not enough segments",
  not_base64url: (error) => `Invalid ${error.part === "signature" ? "crypto" : partOf(error)} padding`,
  not_utf8: unreadable,
  not_json: unreadable,
  duplicate_member: unreadable,
  unsafe_member: unreadable,
  too_deep: unreadable,
  not_an_object: (error) => `Invalid ${partOf(error)} string: must be a json object`,
  critical_extension: ({ claim, actual }) => `Unsupported critical extension: ${claim === "crit" ? actual : claim}`,
  algorithm_missing: "Algorithm not specified",
  algorithm_mismatch: "The specified alg value is not allowed",
  key_unknown: "Signature verification failed",
  key_id_missing: "Signature verification failed",
  bad_signature: "Signature verification failed",
  claim_missing: ({ claim = "" }) =>
    REGISTERED.has(claim) ? `Token is missing the "${claim}" claim` : `Missing claim: ${claim}`,
  claim_invalid: (error) => wrongShape(error),
  expired: "Signature has expired",
  not_yet_valid: "The token is not yet valid (nbf)",
  issued_in_future: "The token is not yet valid (iat)",
  wrong_issuer: "Invalid issuer",
  wrong_audience: "Audience doesn't match",
};

/** What PyJWT, on which both Flask libraries stand, says of a token; our own sentence where it has none. */
export function pyjwtSentence(error: TokenError): string {
  const sentence = SENTENCES[error.reason] ?? error.message;
  return typeof sentence === "string" ? sentence : sentence(error);
}

function wrongShape({ claim = "", expected, message }: TokenError): string {
  // A number, but one that does not go with the others.
  if (Object.hasOwn(NOT_A_NUMBER, claim) && expected !== "time") return message;
  return Object.hasOwn(WRONG_SHAPE, claim) ? (WRONG_SHAPE[claim] as string) : message;
}
