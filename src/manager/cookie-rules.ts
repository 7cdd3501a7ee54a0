import { serialize } from "hono/utils/cookie";
import { type CsrfRules, USUAL_CSRF } from "../guard/csrf-rules.js";
import { type PlaceNames, USUAL_PLACES } from "../guard/places.js";
import { requireKnownOptions } from "../tokens/known-options.js";
import { requireFlag, requireHeaderName, requireOneOf, requireText, requireTexts } from "./require-option.js";

type SameSite = "Lax" | "Strict" | "None";

/** The cookies that hold tokens. They are HttpOnly. */
export interface CookieOptions {
  /** `access_token_cookie` where it is not given. */
  readonly accessName?: string;
  /** `refresh_token_cookie` where it is not given. */
  readonly refreshName?: string;
  readonly accessPath?: string;
  readonly refreshPath?: string;
  /** The Domain of all cookies; the host alone where it is not given. */
  readonly domain?: string;
  /** Sent over HTTPS alone: `true` where it is not given. Browsers take http://localhost for that. */
  readonly secure?: boolean;
  /** `Lax` where it is not given; `None` needs `secure`. */
  readonly sameSite?: SameSite;
  /** Whether they stay when the browser is closed, as long as their token lives: `false` where it is not given. */
  readonly persistent?: boolean;
}

/** How a request with a token from a cookie repeats the token's `csrf` claim. */
export interface CsrfOptions {
  /** The methods that must: POST, PUT, PATCH and DELETE where they are not given. */
  readonly methods?: readonly string[];
  /** Whether the value is set as a cookie that scripts can read: `true` where it is not given. */
  readonly inCookies?: boolean;
  /** Whether a form field may repeat it too. */
  readonly form?: boolean;
  readonly accessCookieName?: string;
  readonly refreshCookieName?: string;
  readonly accessCookiePath?: string;
  readonly refreshCookiePath?: string;
  readonly accessHeaderName?: string;
  readonly refreshHeaderName?: string;
  readonly accessFieldName?: string;
  readonly refreshFieldName?: string;
  /** Origins besides the own host whose pages may send such requests, such as `https://app.example.com`. */
  readonly origins?: readonly string[];
}

/** Name and path of a cookie. */
export interface CookiePlace {
  readonly name: string;
  readonly path: string;
}

/** The cookies of one kind of token: the token, and the value that scripts read where there is one. */
export interface CookiePair {
  readonly token: CookiePlace;
  readonly csrf: CookiePlace | undefined;
}

/** The options of cookies and CSRF, checked and with their defaults. */
export interface CookieRules {
  readonly access: CookiePair;
  readonly refresh: CookiePair;
  readonly domain: string | undefined;
  readonly secure: boolean;
  readonly sameSite: SameSite;
  readonly persistent: boolean;
  readonly names: PlaceNames;
  /** `undefined` where nothing is to be shown. */
  readonly csrf: CsrfRules | undefined;
}

/** The names of the options of cookies. */
export const COOKIE_OPTIONS: readonly (keyof CookieOptions)[] = [
  "accessName",
  "refreshName",
  "accessPath",
  "refreshPath",
  "domain",
  "secure",
  "sameSite",
  "persistent",
];

/** The names of the options of CSRF. */
export const CSRF_OPTIONS: readonly (keyof CsrfOptions)[] = [
  "methods",
  "inCookies",
  "form",
  "accessCookieName",
  "refreshCookieName",
  "accessCookiePath",
  "refreshCookiePath",
  "accessHeaderName",
  "refreshHeaderName",
  "accessFieldName",
  "refreshFieldName",
  "origins",
];

/** Checks the options of cookies and CSRF; a `TypeError` for a cookie that a browser would not take. */
export function requireCookieRules(cookies: CookieOptions = {}, csrf: false | CsrfOptions = {}): CookieRules {
  requireKnownOptions(cookies, "cookies", COOKIE_OPTIONS);
  if (csrf !== false) requireKnownOptions(csrf, "csrf", CSRF_OPTIONS);
  const {
    accessName = USUAL_PLACES.cookie.access,
    refreshName = USUAL_PLACES.cookie.refresh,
    accessPath = "/",
    refreshPath = "/",
    domain,
    secure = true,
    sameSite = "Lax",
    persistent = false,
  } = cookies;
  const readable = csrf === false ? undefined : readableCookies(csrf);
  const rules: CookieRules = {
    access: { token: requirePlace(accessName, accessPath), csrf: readable?.access },
    refresh: { token: requirePlace(refreshName, refreshPath), csrf: readable?.refresh },
    domain: domain === undefined ? undefined : requireText(domain, "cookies.domain"),
    secure: requireFlag(secure, "cookies.secure"),
    sameSite: requireOneOf(sameSite, "cookies.sameSite", ["Lax", "Strict", "None"]),
    persistent: requireFlag(persistent, "cookies.persistent"),
    names: { access: accessName, refresh: refreshName },
    csrf: csrf === false ? undefined : requireCsrfRules(csrf),
  };
  requireUsableCookies(rules);
  return rules;
}

function readableCookies(csrf: CsrfOptions): { access: CookiePlace; refresh: CookiePlace } | undefined {
  if (!requireFlag(csrf.inCookies ?? true, "csrf.inCookies")) return undefined;
  return {
    access: requirePlace(csrf.accessCookieName ?? "csrf_access_token", csrf.accessCookiePath ?? "/"),
    refresh: requirePlace(csrf.refreshCookieName ?? "csrf_refresh_token", csrf.refreshCookiePath ?? "/"),
  };
}

function requirePlace(name: unknown, path: unknown): CookiePlace {
  const text = requireText(path, "The path of a cookie");
  if (!text.startsWith("/")) throw new TypeError("The path of a cookie must begin with a slash.");
  return { name: requireText(name, "The name of a cookie"), path: text };
}

/** What would make a cookie impossible is known before the first one is set. */
function requireUsableCookies({ access, refresh, domain, secure, sameSite }: CookieRules): void {
  if (sameSite === "None" && !secure) throw new TypeError("Browsers take cookies with SameSite=None only with secure.");
  const places = [access.token, refresh.token, access.csrf, refresh.csrf].filter((place) => place !== undefined);
  const names = places.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new TypeError("No two cookies may have the same name.");
  const shared = { secure, ...(domain !== undefined && { domain }) };
  for (const { name, path } of places) requireCookie(() => serialize(name, "", { path, ...shared }), name);
}

/** Runs what writes a cookie; a `TypeError` where it cannot be written. */
export function requireCookie(write: () => string, name: string): string {
  try {
    return write();
  } catch (cause) {
    const why = (cause as Error).message.replace(/\.?$/, ".");
    throw new TypeError(`The cookie ${JSON.stringify(name)} cannot be set: ${why}`, { cause });
  }
}

function requireCsrfRules(options: CsrfOptions): CsrfRules {
  const { methods = USUAL_CSRF.methods, form = false, origins = [] } = options;
  const { accessHeaderName = "X-CSRF-TOKEN", refreshHeaderName = "X-CSRF-TOKEN" } = options;
  const { accessFieldName = "csrf_token", refreshFieldName = "csrf_token" } = options;
  const fields = {
    access: requireText(accessFieldName, "csrf.accessFieldName"),
    refresh: requireText(refreshFieldName, "csrf.refreshFieldName"),
  };
  return {
    methods: requireTexts(methods, "csrf.methods").map((method) => method.toUpperCase()),
    header: {
      access: requireHeaderName(accessHeaderName, "csrf.accessHeaderName").toLowerCase(),
      refresh: requireHeaderName(refreshHeaderName, "csrf.refreshHeaderName").toLowerCase(),
    },
    field: requireFlag(form, "csrf.form") ? fields : undefined,
    origins: requireTexts(origins, "csrf.origins").map(requireOrigin),
  };
}

function requireOrigin(origin: string): string {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return origin;
  throw new TypeError(`csrf.origins holds origins such as https://app.example.com, not ${JSON.stringify(origin)}.`);
}
