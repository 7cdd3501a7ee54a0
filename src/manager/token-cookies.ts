import { serialize } from "hono/utils/cookie";
import type { Claims } from "../tokens/index.js";
import { requireKnownOptions } from "../tokens/known-options.js";
import { type CookiePlace, type CookieRules, requireCookie } from "./cookie-rules.js";
import type { Kind } from "./draft-token.js";
import type { ManagerRules } from "./manager-rules.js";
import { requireText } from "./require-option.js";

/** How the cookies of one answer differ from those of the others. */
export interface CookieSettings {
  /** The Max-Age in seconds; 0 lets them go at once. */
  readonly maxAge?: number;
  readonly domain?: string;
  /** The claims of the token, which `decodeToken` gives: needed where `verifyingKey` answers with a promise. */
  readonly claims?: Claims;
}

// What browsers keep at most, and what draft-ietf-httpbis-rfc6265bis section 5.5 allows.
const LONGEST = 400 * 86_400;

/** The Set-Cookie values of a manager. */
export interface TokenCookies {
  /** Those that give a token to a browser: the token, and the value that its scripts repeat. */
  set(kind: Kind, token: string, settings: CookieSettings): string[];
  /** Those that take the cookies of a kind away. */
  unset(kind: Kind, settings: Pick<CookieSettings, "domain">): string[];
}

/** Makes the cookies of a manager; `read` gives the claims of a token that comes without them. */
export function createTokenCookies(
  { cookies: rules, tokens: { now } }: Pick<ManagerRules<unknown, unknown, never>, "cookies" | "tokens">,
  read: (token: string) => Claims,
): TokenCookies {
  const remaining = (exp: number) => Math.max(0, Math.ceil(exp - now() / 1000));
  return {
    set(kind, token, settings) {
      requireKnownOptions(settings, "The cookies", ["maxAge", "domain", "claims"]);
      const { token: place, csrf } = rules[kind];
      const claims = settings.claims ?? read(token);
      const options = {
        ...attributes(rules, settings.domain),
        ...lifeOf(settings.maxAge ?? (rules.persistent ? remaining(claims.exp) : undefined)),
      };
      const cookies = [written(place, token, { ...options, httpOnly: true })];
      if (csrf === undefined) return cookies;
      if (typeof claims.csrf !== "string")
        throw new TypeError(
          "This token has no csrf claim, so no page could use its cookie: give the manager the option csrf.",
        );
      return [...cookies, written(csrf, claims.csrf, options)];
    },
    unset(kind, settings) {
      requireKnownOptions(settings, "The cookies", ["domain"]);
      const { token, csrf } = rules[kind];
      const options = { ...attributes(rules, settings.domain), maxAge: 0, expires: new Date(0) };
      const cookies = [written(token, "", { ...options, httpOnly: true })];
      return csrf === undefined ? cookies : [...cookies, written(csrf, "", options)];
    },
  };
}

type Attributes = NonNullable<Parameters<typeof serialize>[2]>;

function attributes(rules: CookieRules, own: string | undefined): Attributes {
  const domain = own === undefined ? rules.domain : requireText(own, "domain");
  return { secure: rules.secure, sameSite: rules.sameSite, ...(domain !== undefined && { domain }) };
}

function lifeOf(seconds: unknown): Attributes {
  if (seconds === undefined) return {};
  if (typeof seconds === "number" && seconds >= 0 && seconds <= LONGEST) return { maxAge: Math.floor(seconds) };
  throw new TypeError(`maxAge must be 0 to ${LONGEST} seconds.`);
}

function written({ name, path }: CookiePlace, value: string, options: Attributes): string {
  return requireCookie(() => serialize(name, value, { ...options, path }), name);
}
