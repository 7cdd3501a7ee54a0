import { AuthError } from "../errors/auth-error.js";

const MESSAGES = {
  malformed_header: "The Authorization header must be: Bearer, one space, one token.",
  malformed_parameter: "The query parameter does not begin as it must.",
  not_a_string: "The token is not a string.",
  too_large: "The token is too large.",
  wrong_segments: "The token does not have three segments.",
  encrypted: "The token is encrypted (JWE), which is never accepted.",
  not_base64url: "A segment is not canonical base64url.",
  not_utf8: "A segment is not UTF-8.",
  not_json: "A segment is not JSON.",
  not_an_object: "A segment is not a JSON object.",
  duplicate_member: "A member stands twice in one object.",
  unsafe_member: "A member has a name or a value that is never accepted.",
  too_deep: "The JSON is nested too deeply.",
  critical_extension: "The header asks for an extension that is not supported.",
  algorithm_missing: "The header names no algorithm.",
  algorithm_mismatch: "The algorithm is not the one of the key.",
  key_id_missing: "The header names no key.",
  key_unknown: "No key of that id is known.",
  wrong_type: "The token is of another type.",
  bad_signature: "The signature does not hold.",
  claim_missing: "A required claim is missing.",
  claim_invalid: "A claim has a wrong value.",
  expired: "The token has expired.",
  not_yet_valid: "The token is not valid yet.",
  issued_in_future: "The token was issued in the future.",
  lifetime_too_long: "The token lives for too long.",
  wrong_issuer: "The token is from another issuer.",
  wrong_audience: "The token is for another audience.",
  revoked: "The token was taken back.",
  not_fresh: "The route wants a log-in of late.",
  not_accepted: "The application does not accept the token.",
  user_unknown: "The user of the token is not known.",
} as const;

/** Why a token was refused. */
export type TokenReason = keyof typeof MESSAGES;

/** The checks of a verifier, in their order. */
export const CHECKS = [
  "shape",
  "key",
  "type",
  "signature",
  "payload",
  "times",
  "issuer",
  "audience",
  "claims",
  "revocation",
] as const;

/** One of the checks that a token passes on its way: those of a verifier, and those that a guard makes after them. */
export type Check = (typeof CHECKS)[number] | "freshness" | "own" | "user";

/** What a refusal tells besides its reason. Values that come from the token are cut short, and never the token itself. */
export interface TokenErrorDetails {
  /** The claim or header member that was wrong. */
  readonly claim?: string;
  /** The segment that was wrong. */
  readonly part?: "header" | "payload" | "signature";
  readonly expected?: unknown;
  readonly actual?: unknown;
  /** What a function of the caller threw. */
  readonly cause?: unknown;
}

/** A refused token: `code` is always `invalid_token`; `reason` and `check` say why, without the token, a secret or a hash. */
export class TokenError extends AuthError {
  override name = "TokenError";
  declare readonly reason: TokenReason;
  readonly check: Check;
  declare readonly claim?: string;
  declare readonly part?: "header" | "payload" | "signature";
  declare readonly expected?: unknown;
  declare readonly actual?: unknown;

  constructor(reason: TokenReason, check: Check, details: TokenErrorDetails = {}) {
    super("invalid_token", { message: MESSAGES[reason], cause: details.cause, reason });
    this.check = check;
    if (details.claim !== undefined) this.claim = details.claim;
    if (details.part !== undefined) this.part = details.part;
    if (details.expected !== undefined) this.expected = details.expected;
    if ("actual" in details) this.actual = shortened(details.actual);
  }
}

/** Tells whether something thrown is a {@link TokenError}. Goes by the name, so that two copies of the package agree. */
export function isTokenError(thrown: unknown): thrown is TokenError {
  return thrown instanceof Error && thrown.name === "TokenError";
}

const LONGEST = 64;

function shortened(value: unknown): unknown {
  if (typeof value === "string") return value.length > LONGEST ? `${value.slice(0, LONGEST).toWellFormed()}…` : value;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === "object" && value !== null ? "an object" : value;
}
