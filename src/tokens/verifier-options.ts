import { type ClaimRules, otherClaimRules } from "./check-claims.js";
import type { KeySource } from "./header-reader.js";
import { requireKnownOptions, TOKEN_OPTIONS } from "./known-options.js";
import { type ProfileName, requireProfile } from "./profiles.js";
import type { Revocations } from "./revocations.js";
import type { StandardSchema } from "./standard-schema.js";
import type { CacheBounds } from "./token-cache.js";

/** What a verifier is made of. Durations are in seconds; `now` answers in milliseconds. */
export interface VerifierOptions<Parsed = unknown> {
  /** The `iss` that is wanted, letter by letter. Required in the profile `rfc9068`. */
  readonly issuer?: string;
  /** The `aud` that is wanted; of several, one suffices. Required in the profile `rfc9068`. */
  readonly audience?: string | readonly string[];
  /** The keys, or a function that chooses one by the header alone. */
  readonly keys: KeySource;
  /** The layout of the tokens: `rfc9068` where it is not given. */
  readonly profile?: ProfileName;
  /** The `typ` that is wanted, in the profiles `jwt`, `flask-jwt-extended` and `flask-jwt`; where it is not given, `JWT` or none. */
  readonly type?: string;
  /** The claim that says whose the token is, in the Flask profiles and `itsdangerous`. Whatever it is, the claims have it as `sub` too. */
  readonly identityClaim?: string;
  /** Whether `sub` must be a string, in the profile `flask-jwt-extended`: `true` where it is not given. A whole number becomes its text. */
  readonly stringSubject?: boolean;
  /** How far clocks may differ: 5 where it is not given, at most 60. */
  readonly leeway?: number;
  /** The longest life from `iat` to `exp`, where it is not the profile's (a day for `rfc9068`, 366 days for the others). */
  readonly maxLifetime?: number;
  /** Claims that must be there besides those of the profile. */
  readonly requiredClaims?: readonly string[];
  /** A synchronous Standard Schema for the claims; what it makes of them is laid over them. */
  readonly claims?: StandardSchema<Parsed>;
  /** The live set of what is taken back. */
  readonly revocations?: Pick<Revocations, "find">;
  /** The bounds of the verified-token cache (10,000 entries, 64 MiB), or `false` for none; `true` is the default. */
  readonly cache?: boolean | Partial<CacheBounds>;
  readonly now?: () => number;
}

const MOST_LEEWAY = 60;
const DEFAULT_LEEWAY = 5;
const DEFAULT_BOUNDS: CacheBounds = { entries: 10_000, bytes: 64 * 1024 * 1024 };

/** The options of a verifier, checked and with their defaults. */
export interface VerifierRules extends ClaimRules {
  readonly cacheBounds: CacheBounds | undefined;
}

/** Checks the options of a verifier; a `TypeError` names the one that would let too much pass. */
export function requireVerifierRules(options: VerifierOptions): VerifierRules {
  requireKnownOptions(options, "createVerifier", TOKEN_OPTIONS);
  const profile = requireProfile(options);
  const { issuer, leeway = DEFAULT_LEEWAY, maxLifetime = profile.maxLifetime, requiredClaims = [] } = options;
  const audience = listed(options.audience);
  if (issuer !== undefined) requireText(issuer, "issuer");
  if (profile.namesRequired && (issuer === undefined || audience === undefined)) {
    throw new TypeError(`A verifier of the profile ${profile.name} needs the issuer and the audience that it wants.`);
  }
  if (!isBetween(leeway, 0, MOST_LEEWAY)) throw new TypeError(`The leeway must be 0 to ${MOST_LEEWAY} seconds.`);
  if (!isBetween(maxLifetime, 1, Number.MAX_SAFE_INTEGER)) {
    throw new TypeError("The longest lifetime must be a number of seconds, 1 or more.");
  }
  if (!Array.isArray(requiredClaims)) throw new TypeError("The required claims must be a list of names.");
  for (const name of requiredClaims) requireText(name, "name of a required claim");
  requireParts(options);
  const allRequired = [...profile.requiredClaims, ...requiredClaims];
  return {
    profile,
    issuer,
    audience,
    requiredClaims: allRequired,
    otherClaims: otherClaimRules(allRequired, profile.shapes),
    leeway,
    maxLifetime,
    allowExpired: false,
    now: options.now ?? Date.now,
    cacheBounds: cacheBoundsOf(options.cache),
  };
}

function requireParts({ now, claims, revocations }: VerifierOptions): void {
  if (now !== undefined && typeof now !== "function") throw new TypeError("now must be a function.");
  if (claims !== undefined && typeof claims["~standard"]?.validate !== "function") {
    throw new TypeError("The schema of the claims must be a Standard Schema.");
  }
  if (revocations !== undefined && typeof revocations.find !== "function") {
    throw new TypeError("The revocations must come from createRevocations.");
  }
}

function cacheBoundsOf(cache: VerifierOptions["cache"]): CacheBounds | undefined {
  if (cache === false) return undefined;
  if (cache === undefined || cache === true) return DEFAULT_BOUNDS;
  requireKnownOptions(cache, "The cache", ["entries", "bytes"]);
  return { ...DEFAULT_BOUNDS, ...cache };
}

/** A text in place of a number would not be compared, it would be added to. */
function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

function listed(audience: string | readonly string[] | undefined): readonly string[] | undefined {
  if (audience === undefined) return undefined;
  const names = typeof audience === "string" ? [audience] : audience;
  if (!Array.isArray(names) || names.length === 0)
    throw new TypeError("The audience must be a string or a list of strings.");
  for (const name of names) requireText(name, "audience");
  return [...names];
}

function requireText(value: unknown, what: string): void {
  if (typeof value !== "string" || value === "") throw new TypeError(`The ${what} must be a string that is not empty.`);
}
