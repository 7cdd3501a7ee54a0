import { type ClaimRules, otherClaimRules } from "./check-claims.js";
import { requireProfile } from "./profiles.js";
import type { CacheBounds } from "./token-cache.js";

const MOST_LEEWAY = 60;
const DEFAULT_LEEWAY = 5;
const DEFAULT_BOUNDS: CacheBounds = { entries: 10_000, bytes: 32 * 1024 * 1024 };

/** The options of a verifier, checked and with their defaults. */
export interface VerifierRules extends ClaimRules {
  readonly cacheBounds: CacheBounds | undefined;
}

interface RawRules {
  readonly issuer?: string;
  readonly audience?: string | readonly string[];
  readonly profile?: "rfc9068" | "jwt";
  readonly type?: string;
  readonly leeway?: number;
  readonly maxLifetime?: number;
  readonly requiredClaims?: readonly string[];
  readonly cache?: false | Partial<CacheBounds>;
  readonly now?: () => number;
}

/** Checks the options of a verifier; a `TypeError` names the one that would let too much pass. */
export function requireVerifierRules(options: RawRules): VerifierRules {
  const profile = requireProfile(options.profile, options.type);
  const { issuer, leeway = DEFAULT_LEEWAY, maxLifetime = profile.maxLifetime, requiredClaims = [] } = options;
  const audience = listed(options.audience);
  if (issuer !== undefined) requireText(issuer, "issuer");
  if (profile.namesRequired && (issuer === undefined || audience === undefined)) {
    throw new TypeError(`A verifier of the profile ${profile.name} needs the issuer and the audience that it wants.`);
  }
  if (!(leeway >= 0 && leeway <= MOST_LEEWAY)) throw new TypeError(`The leeway must be 0 to ${MOST_LEEWAY} seconds.`);
  if (!(maxLifetime > 0 && maxLifetime < Number.POSITIVE_INFINITY)) {
    throw new TypeError("The longest lifetime must be a number of seconds over 0.");
  }
  for (const name of requiredClaims) requireText(name, "name of a required claim");
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
    cacheBounds: options.cache === false ? undefined : { ...DEFAULT_BOUNDS, ...options.cache },
  };
}

function listed(audience: string | readonly string[] | undefined): readonly string[] | undefined {
  if (audience === undefined) return undefined;
  const names = typeof audience === "string" ? [audience] : audience;
  if (!Array.isArray(names) || names.length === 0)
    throw new TypeError("The audience must be a string or a list of strings.");
  for (const name of names) requireText(name, "audience");
  return names;
}

function requireText(value: unknown, what: string): void {
  if (typeof value !== "string" || value === "") throw new TypeError(`The ${what} must be a string that is not empty.`);
}
