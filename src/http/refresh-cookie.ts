import { AuthError } from "../errors/auth-error.js";

const NAME = "__Host-latchkey";
// The prefix wants Secure and this path; browsers take Secure from http://localhost too.
const ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict";
// All but `cross-site` (Fetch Metadata): a header that stands twice is none of these.
const SITES: ReadonlySet<string> = new Set(["same-origin", "same-site", "none"]);
const VALUE = /^lkr_[A-Za-z0-9_-]+$/;

/** The refresh token in the request's cookie, if it has one. Throws `invalid_request` where it has several. */
export function refreshCookieOf(request: Request): string | undefined {
  const values = (request.headers.get("cookie") ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${NAME}=`))
    .map((pair) => pair.slice(NAME.length + 1));
  if (values.length > 1) throw new AuthError("invalid_request", { message: "The cookie stands twice in the request." });
  return values[0];
}

/** The `Set-Cookie` that keeps a refresh token for a number of seconds. */
export function keepRefreshCookie(refreshToken: string, seconds: number): string {
  if (!VALUE.test(refreshToken)) throw new TypeError("Only a refresh token goes into this cookie.");
  return `${NAME}=${refreshToken}; ${ATTRIBUTES}; Max-Age=${seconds}`;
}

/** The `Set-Cookie` that takes the cookie away. */
export function dropRefreshCookie(): string {
  return `${NAME}=; ${ATTRIBUTES}; Max-Age=0`;
}

/**
 * Throws `csrf` unless the request comes from a page of a listed origin. Whatever sets or reads the cookie asks this: a missing `Origin`
 * is refused too.
 */
export function requireOwnPage(request: Request, origins: readonly string[]): void {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site") ?? "none";
  if (origin === null || !origins.includes(origin) || !SITES.has(site)) throw new AuthError("csrf");
}
