import { type Places, USUAL_PLACES } from "../guard/places.js";
import { requireLocations } from "../guard/route-options.js";
import type { StandardSchema } from "../tokens/index.js";
import { requireKnownOptions } from "../tokens/known-options.js";
import { requireProfile } from "../tokens/profiles.js";
import { type CookieRules, requireCookieRules } from "./cookie-rules.js";
import { type ManagerKeys, requireManagerKeys } from "./manager-keys.js";
import {
  type ErrorMode,
  type JwtManagerOptions,
  MANAGER_FUNCTIONS,
  MANAGER_OPTIONS,
  type ManagerProfile,
  type MintAndVerify,
  type Refusals,
} from "./manager-options.js";
import type { RefreshStore } from "./refresh-store.js";
import {
  requireFlag,
  requireFunctions,
  requireHeaderName,
  requireOneOf,
  requireSeconds,
  requireText,
  requireTexts,
} from "./require-option.js";

type Names = string | readonly string[];

/** What a manager mints and wants, apart from its loaders. */
export interface TokenRules {
  readonly profile: ManagerProfile;
  readonly issuer: { readonly mint?: string; readonly verify?: string };
  readonly audience: { readonly mint?: Names; readonly verify?: Names };
  readonly clientId: string | undefined;
  readonly accessSeconds: number;
  readonly refreshSeconds: number;
  readonly leeway: number | undefined;
  readonly notBefore: boolean;
  readonly identityClaim: string;
  readonly stringSubject: boolean;
  /** Whether tokens get a `csrf` claim. */
  readonly csrfClaim: boolean;
  readonly now: () => number;
}

/** How refusals are answered. */
export interface RefusalRules {
  readonly errors: ErrorMode;
  readonly messageKey: string;
  readonly refusals: Refusals;
}

/** How refresh tokens rotate. */
export interface RotationRules {
  readonly store: RefreshStore;
  readonly graceMs: number;
  readonly idleSeconds: number | undefined;
}

/** The loaders, which are called with what they were declared for. */
export type Loaders<Parsed, User, Subject> = Pick<
  JwtManagerOptions<Parsed, User, Subject>,
  | "identityOf"
  | "findUser"
  | "extraClaims"
  | "extraHeaders"
  | "isRevoked"
  | "accepts"
  | "signingKey"
  | "verifyingKey"
  | "bridge"
  | "algorithm"
>;

/** The options of which none is called with what another one gives. */
type PlainOptions = Omit<JwtManagerOptions, keyof Loaders<unknown, undefined, string> | "refusals" | "claims">;

/** The options of a manager, checked and with their defaults. */
export interface ManagerRules<Parsed, User, Subject> {
  readonly keys: ManagerKeys;
  readonly tokens: TokenRules;
  readonly places: Places;
  readonly cookies: CookieRules;
  readonly answers: RefusalRules;
  readonly rotation: RotationRules | undefined;
  readonly schema: StandardSchema<Parsed> | undefined;
  readonly loaders: Loaders<Parsed, User, Subject>;
  readonly warn: (message: string) => void;
}

const REFUSALS: readonly (keyof Refusals)[] = [
  "unauthorized",
  "invalidToken",
  "expired",
  "needsFresh",
  "revoked",
  "userNotFound",
  "notAccepted",
];

/** Checks the options of a manager; a `TypeError` names the one that is wrong or that there is not. */
export function requireManagerRules<Parsed, User, Subject>(
  options: JwtManagerOptions<Parsed, User, Subject>,
): ManagerRules<Parsed, User, Subject> {
  requireKnownOptions(options, "JwtManager", MANAGER_OPTIONS);
  requireFunctions(options as Record<string, unknown>, MANAGER_FUNCTIONS);
  const schema = options.claims;
  if (schema !== undefined && typeof schema?.["~standard"]?.validate !== "function")
    throw new TypeError("claims must be a Standard Schema, such as one of zod or valibot.");
  if (options.bridge !== undefined && !Array.isArray(options.bridge))
    throw new TypeError("bridge must be a list of verifiers, or of { verifier, until }.");
  const places = requirePlaces(options);
  const cookies = requireCookieRules(options.cookies, options.csrf);
  return {
    keys: requireManagerKeys(options),
    tokens: requireTokenRules(options, places, cookies),
    places: { ...places, cookie: cookies.names },
    cookies,
    answers: requireRefusalRules(options, options.refusals as Refusals | undefined),
    rotation: requireRotation(options),
    schema,
    loaders: options,
    warn: options.warn ?? ((message) => process.emitWarning(message)),
  };
}

function requireTokenRules(options: PlainOptions, places: Places, cookies: CookieRules): TokenRules {
  const { accessSeconds = 900, refreshSeconds = 2_592_000, identityClaim = "sub", stringSubject = true } = options;
  const profile = requireOneOf(options.profile ?? "flask-jwt-extended", "profile", PROFILES);
  const isFlask = profile === "flask-jwt-extended";
  if (!isFlask && identityClaim !== "sub")
    throw new TypeError(`The identity of the profile ${profile} is the claim sub.`);
  if (!isFlask && !stringSubject) throw new TypeError(`In the profile ${profile} sub is always a string.`);
  return {
    profile,
    issuer: divided(options.issuer, "issuer", requireText),
    audience: divided(options.audience, "audience", requireAudience),
    clientId: options.clientId === undefined ? undefined : requireText(options.clientId, "clientId"),
    accessSeconds: requireSeconds(accessSeconds, "accessSeconds"),
    refreshSeconds: requireSeconds(refreshSeconds, "refreshSeconds", LONGEST_REFRESH),
    leeway: options.leeway,
    notBefore: requireFlag(options.notBefore ?? isFlask, "notBefore"),
    identityClaim: requireText(identityClaim, "identityClaim"),
    stringSubject: requireFlag(stringSubject, "stringSubject"),
    csrfClaim:
      cookies.csrf !== undefined && (isFlask || places.locations.includes("cookie") || options.csrf !== undefined),
    now: options.now ?? Date.now,
  };
}

// The same in all of them. Their issuers would speak of accessSeconds.
const LONGEST_REFRESH = requireProfile({ profile: "jwt" }).maxLifetime;
const PROFILES: readonly ManagerProfile[] = ["flask-jwt-extended", "jwt", "rfc9068"];

function requirePlaces(options: Pick<JwtManagerOptions, "locations" | "header" | "query" | "json">): Places {
  const { header = {}, query = {}, json = {} } = options;
  requireKnownOptions(header, "header", ["name", "schemes"]);
  requireKnownOptions(query, "query", ["name", "prefix"]);
  requireKnownOptions(json, "json", ["access", "refresh"]);
  const schemes = requireTexts(header.schemes ?? USUAL_PLACES.header.schemes, "header.schemes");
  if (schemes.length === 0) throw new TypeError("header.schemes must name a scheme, or hold the empty one.");
  for (const scheme of schemes) if (scheme !== "") requireHeaderName(scheme, "A scheme of the header");
  const prefix = query.prefix ?? "";
  if (typeof prefix !== "string") throw new TypeError("query.prefix must be a string.");
  return {
    locations: requireLocations(options.locations ?? USUAL_PLACES.locations),
    // The original reads such a list.
    header: { name: requireHeaderName(header.name ?? "Authorization", "header.name"), schemes, list: true },
    cookie: USUAL_PLACES.cookie,
    query: { name: requireText(query.name ?? USUAL_PLACES.query.name, "query.name"), prefix },
    json: {
      access: requireText(json.access ?? USUAL_PLACES.json.access, "json.access"),
      refresh: requireText(json.refresh ?? USUAL_PLACES.json.refresh, "json.refresh"),
    },
  };
}

/** A list holds names, never a part that may be missing. */
function divided<T extends string | readonly string[]>(
  given: MintAndVerify<T> | undefined,
  name: string,
  require: (value: unknown, name: string) => T,
): { readonly mint?: T; readonly verify?: T } {
  if (given === undefined) return {};
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    const both = require(given, name);
    return { mint: both, verify: both };
  }
  requireKnownOptions(given, name, ["mint", "verify"]);
  const { mint, verify } = given as { readonly mint?: T; readonly verify?: T };
  return {
    ...(mint !== undefined && { mint: require(mint, `${name}.mint`) }),
    ...(verify !== undefined && { verify: require(verify, `${name}.verify`) }),
  };
}

function requireAudience(value: unknown, name: string): Names {
  if (!Array.isArray(value)) return requireText(value, name);
  if (value.length === 0) throw new TypeError(`${name} must name somebody.`);
  return value.map((one) => requireText(one, name));
}

function requireRefusalRules(
  { errors = "problem", messageKey = "msg" }: PlainOptions,
  refusals: Refusals = {},
): RefusalRules {
  requireKnownOptions(refusals, "refusals", REFUSALS);
  requireFunctions(refusals as Record<string, unknown>, REFUSALS);
  return {
    errors: requireOneOf(errors, "errors", ["problem", "flask-jwt-extended", "flask-jwt"]),
    messageKey: requireText(messageKey, "messageKey"),
    refusals,
  };
}

function requireRotation(options: PlainOptions): RotationRules | undefined {
  const { refreshStore: store, graceSeconds, idleSeconds } = options;
  if (store === undefined) {
    if (graceSeconds !== undefined || idleSeconds !== undefined)
      throw new TypeError("graceSeconds and idleSeconds are for a refreshStore, and there is none.");
    return undefined;
  }
  const methods = ["create", "find", "rotate", "end"] as const;
  if (methods.some((name) => typeof store?.[name] !== "function"))
    throw new TypeError("refreshStore must have the methods create, find, rotate and end: see memoryRefreshStore.");
  const grace = graceSeconds ?? 30;
  if (!(typeof grace === "number" && grace >= 0 && grace <= MOST_GRACE))
    throw new TypeError(`graceSeconds must be 0 to ${MOST_GRACE}.`);
  return {
    store,
    graceMs: grace * 1000,
    idleSeconds: idleSeconds === undefined ? undefined : requireSeconds(idleSeconds, "idleSeconds"),
  };
}

const MOST_GRACE = 300;
