import type { AuthError } from "../errors/auth-error.js";
import { STATUS } from "../guard/refusal.js";
import { isTokenError, type TokenError, type TokenReason } from "../tokens/index.js";
import type { Answer } from "./answer.js";
import { expectedHeader, type Looked, missingSentence } from "./missing-token.js";
import { pyjwtSentence } from "./pyjwt-sentences.js";

type Short = readonly [status: number, sentence: string];

/** The status and the sentence with which Flask-JWT-Extended 4.7 answers a refusal, and our own for what it does not know. */
export function flaskJwtExtendedAnswer(error: AuthError, looked: Looked | undefined, messageKey: string): Answer {
  const [status, sentence] = isTokenError(error) ? ofToken(error, looked) : ofRequest(error, looked);
  return { status, sentence, body: { [messageKey]: sentence } };
}

function ofRequest(error: AuthError, looked: Looked | undefined): Short {
  if (error.code === "token_required") return [401, looked === undefined ? error.message : missingSentence(looked)];
  if (error.code === "csrf") return [401, CSRF[error.reason ?? ""] ?? error.message];
  if (error.code === "invalid_grant") return [401, "Token has been revoked"];
  return [Object.hasOwn(STATUS, error.code) ? STATUS[error.code] : STATUS.internal, error.message];
}

const CSRF: Readonly<Record<string, string>> = {
  missing: "Missing CSRF token",
  mismatch: "CSRF double submit tokens do not match",
};

const SHORT: Readonly<Partial<Record<TokenReason, Short>>> = {
  expired: [401, "Token has expired"],
  revoked: [401, "Token has been revoked"],
  not_fresh: [401, "Fresh token required"],
  not_accepted: [400, "User claims verification failed"],
};

function ofToken(error: TokenError, looked: Looked | undefined): Short {
  if (error.reason === "user_unknown") return [401, `Error loading the user ${error.actual}`];
  if (error.reason === "wrong_type" && error.claim === "type") {
    return [
      422,
      error.expected === "refresh" ? "Only refresh tokens are allowed" : "Only non-refresh tokens are allowed",
    ];
  }
  const short = SHORT[error.reason];
  if (short !== undefined) return short;
  return looked === undefined ? [422, pyjwtSentence(error)] : ofPlace(error, looked);
}

function ofPlace(error: TokenError, looked: Looked): Short {
  const { places } = looked.rules;
  if (error.reason === "malformed_header")
    return [422, `Bad ${places.header.name} header. Expected '${expectedHeader(places)}'`];
  if (error.reason === "malformed_parameter") {
    const { name, prefix } = places.query;
    return [422, `Invalid value for query parameter '${name}'. Expected the value to start with '${prefix}'`];
  }
  return [422, pyjwtSentence(error)];
}
