/**
 * Every refusal that a caller can meet, with the sentence it may read. Callers switch on the code; sentences may change.
 * The HTTP status of each stands in `guard/refusal.ts`.
 */
const MESSAGES = {
  invalid_request: "The request is not valid.",
  password_too_short: "The password is too short: at least 8 characters are needed.",
  password_too_common:
    "The password is one of the most common ones, or a name of its owner, and would be guessed soon.",
  invalid_credentials: "The username or the password is wrong.",
  invalid_token: "The token was refused.",
  token_required: "An access token is required.",
  invalid_grant: "The refresh token was refused.",
  account_disabled: "The account is disabled.",
  insufficient_role: "A role is missing.",
  insufficient_scope: "A scope is missing.",
  csrf: "The request comes from a page that may not make it.",
  not_found: "There is nothing here.",
  method_not_allowed: "The method is not allowed here.",
  username_taken: "The username is taken.",
  email_taken: "The e-mail address is taken.",
  too_large: "The request is too large.",
  unsupported_media_type: "The body must be application/json.",
  rate_limited: "Too many attempts.",
  internal: "Something went wrong on the server.",
  unavailable: "The service is not available at the moment.",
} as const;

/** The stable codes of every refusal. */
export type ErrorCode = keyof typeof MESSAGES;

/** What is wrong with one field of a request: its path and a sentence, never its value. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** The optional parts of an {@link AuthError}; `retryAfter` is in seconds, 1 for `unavailable` where it is not given. */
export interface AuthErrorOptions {
  readonly message?: string;
  readonly cause?: unknown;
  readonly fields?: readonly FieldError[];
  readonly retryAfter?: number;
  /** Which of the causes of one code it is, where a program can do something with that. */
  readonly reason?: string;
}

/**
 * The one error class of Latchkey: a stable `code`, a sentence that a client may read, and a `cause` that only the log sees.
 * No message holds a token, a password, a hash or an address.
 */
export class AuthError extends Error {
  override name = "AuthError";
  readonly code: ErrorCode;
  declare readonly fields?: readonly FieldError[];
  declare readonly retryAfter?: number;
  declare readonly reason?: string;

  constructor(code: ErrorCode, { message = MESSAGES[code], cause, fields, reason, retryAfter }: AuthErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    if (fields !== undefined) this.fields = fields;
    if (reason !== undefined) this.reason = reason;
    const seconds = retryAfter ?? (code === "unavailable" ? 1 : undefined);
    if (seconds !== undefined) this.retryAfter = seconds;
  }
}

const NAMES = /^(Auth|Token)Error$/;

/** Tells whether something thrown is an {@link AuthError}. Goes by the name, so that two copies of the package agree. */
export function isAuthError(thrown: unknown): thrown is AuthError {
  return thrown instanceof Error && NAMES.test(thrown.name) && "code" in thrown;
}
