import type { AuthError, ErrorCode } from "../errors/auth-error.js";

/** The HTTP status of every refusal. A code without a status does not compile. */
export const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  password_too_short: 400,
  password_too_common: 400,
  invalid_credentials: 401,
  invalid_token: 401,
  token_required: 401,
  invalid_grant: 401,
  account_disabled: 403,
  insufficient_role: 403,
  insufficient_scope: 403,
  csrf: 403,
  not_found: 404,
  method_not_allowed: 405,
  username_taken: 409,
  email_taken: 409,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
};

/** A refusal as an HTTP answer; the body is written as JSON. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A refusal as a problem document of RFC 9457. */
export interface ProblemRefusal extends Refusal {
  readonly body: Readonly<Record<string, unknown>>;
}

/** The answer to an error: an RFC 9457 problem, and the challenge of RFC 6750 where a token was wanted. Of the errors of a token the reason is told, of the others code and sentence: no cause, ever. */
export function refusalOf(error: AuthError): ProblemRefusal {
  // Another copy of the package may know codes that this one does not; without a status an answer would be a success.
  const status = Object.hasOwn(STATUS, error.code) ? STATUS[error.code] : STATUS.internal;
  const challenge = challengeOf(error);
  return {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(challenge !== undefined && { "www-authenticate": challenge }),
      ...(error.retryAfter !== undefined && { "retry-after": String(Math.ceil(error.retryAfter)) }),
    },
    body: {
      type: "about:blank",
      title: error.message,
      status,
      code: error.code,
      ...(error.reason !== undefined && { reason: error.reason }),
      ...(error.fields !== undefined && { errors: error.fields }),
    },
  };
}

/** RFC 6750 section 3: without any token the bare challenge, otherwise what was wrong with it. */
function challengeOf(error: AuthError): string | undefined {
  if (error.code === "token_required") return "Bearer";
  // RFC 9470 section 3.
  if (error.reason === "not_fresh") return `Bearer error="insufficient_user_authentication", ${describe(error)}`;
  if (error.code === "invalid_token") return `Bearer error="invalid_token", ${describe(error)}`;
  if (error.code === "insufficient_scope" || error.code === "insufficient_role")
    return 'Bearer error="insufficient_scope"';
  return undefined;
}

/** RFC 6750 section 3 has these characters alone; a sentence of the application may have others, which no header can hold. */
function describe({ message }: AuthError): string {
  return `error_description="${message.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "?")}"`;
}
