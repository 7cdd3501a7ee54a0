import { AuthError, type ErrorCode, type FieldError } from "../errors/auth-error.js";

/** The part of a problem (RFC 9457) that a refusal is read from. */
interface Problem {
  readonly title?: string;
  readonly code?: ErrorCode;
  readonly reason?: string;
  readonly errors?: readonly FieldError[];
}

/** The response where it is a success (200 to 299); throws the `AuthError` that it tells otherwise, with `fields` and `retryAfter` where it has them. */
export async function requireOk(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw refusalIn(response, await problemIn(response));
}

/** Whether a response refuses the access token that was sent with it. */
export async function refusesToken(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const challenge = response.headers.get("www-authenticate");
  if (challenge !== null) return /error="?invalid_token/.test(challenge);
  // Another origin may keep the header from us (CORS).
  return (await problemIn(response.clone())).code === "invalid_token";
}

/** The error for a request that got no answer. */
export function unreachable(cause: unknown): AuthError {
  return new AuthError("unavailable", { message: "The server cannot be reached.", reason: "offline", cause });
}

async function problemIn(response: Response): Promise<Problem> {
  return (await response.json().catch(() => undefined)) ?? {};
}

function refusalIn({ status, headers }: Response, { title, code, reason, errors }: Problem): AuthError {
  const seconds = Number(headers.get("retry-after"));
  // Not ours where it has no code: a proxy's page, for one.
  return new AuthError(typeof code === "string" ? code : codeOf(status), {
    ...(title && { message: title }),
    ...(reason && { reason }),
    ...(Array.isArray(errors) && { fields: errors }),
    // A timer of more than 24 days would end at once.
    ...(seconds > 0 && { retryAfter: Math.min(seconds, 86_400) }),
  });
}

function codeOf(status: number): ErrorCode {
  if (status === 429) return "rate_limited";
  return status < 500 ? "invalid_request" : "unavailable";
}
