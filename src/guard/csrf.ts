import { timingSafeEqual } from "node:crypto";
import { AuthError } from "../errors/auth-error.js";
import { type Inspection, TokenError } from "../tokens/index.js";
import { after } from "./after.js";
import type { CsrfRules } from "./csrf-rules.js";
import type { GuardInput } from "./guard-input.js";
import { nameFor, type TokenType } from "./places.js";

/** Whether a request with a token from a cookie must show that no other site made it. */
export function needsCsrf({ method }: GuardInput, rules: CsrfRules | undefined): rules is CsrfRules {
  return rules?.methods.includes(method.toUpperCase()) === true;
}

/**
 * Throws `csrf` where the browser says that another site made the request: by `Sec-Fetch-Site`, or where it sends none, by an `Origin` that is
 * neither the request's own host nor listed. A client that sends neither is no browser, or one that the double submit must tell.
 */
export function requireSameSite(input: GuardInput, { origins }: CsrfRules): void {
  const origin = input.header("origin");
  if (origin !== undefined && origins.includes(origin)) return;
  const site = input.header("sec-fetch-site");
  const isForeign =
    site === undefined ? origin !== undefined && !isOwn(origin, input) : site !== "same-origin" && site !== "none";
  if (isForeign) throw new AuthError("csrf", { reason: "cross_site" });
}

function isOwn(origin: string, input: GuardInput): boolean {
  const host = input.header("host");
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

/** The value that a request repeats of its token's `csrf` claim, from the header or the form; throws `csrf` where there is none. */
export function requireCsrfValue(
  input: GuardInput,
  { header, field }: CsrfRules,
  type: TokenType,
): string | Promise<string> {
  const value = input.header(nameFor(header, type));
  if (value) return value;
  const inForm = field === undefined ? undefined : input.form?.(nameFor(field, type));
  return after(inForm, requireGiven);
}

/** Returns the value of a request; throws `csrf` where it has none. */
export function requireGiven(value: string | undefined): string {
  if (value) return value;
  throw new AuthError("csrf", { reason: "missing" });
}

/** Throws where the value is not the token's `csrf` claim. Its time tells nothing of where they differ. */
export function requireCsrfMatch({ claims }: Inspection, value: string): void {
  if (typeof claims.csrf !== "string") throw new TokenError("claim_missing", "claims", { claim: "csrf" });
  const [wanted, given] = [Buffer.from(claims.csrf), Buffer.from(value)];
  if (wanted.length === given.length && timingSafeEqual(wanted, given)) return;
  throw new AuthError("csrf", { reason: "mismatch" });
}
