import { type ClaimShape, type ClaimShapes, hasShape, isAudience } from "./claims.js";
import type { Profile } from "./profiles.js";
import type { JsonObject } from "./strict-json.js";
import { TokenError } from "./token-error.js";

/** What a verifier wants of the claims. Durations and `leeway` are in seconds, `now` answers in milliseconds. */
export interface ClaimRules {
  readonly profile: Profile;
  readonly issuer: string | undefined;
  readonly audience: readonly string[] | undefined;
  readonly requiredClaims: readonly string[];
  /** What is wanted of the claims that have no check of their own. */
  readonly otherClaims: readonly ClaimRule[];
  readonly leeway: number;
  readonly maxLifetime: number;
  readonly allowExpired: boolean;
  readonly now: () => number;
}

/** What is wanted of one claim. */
export interface ClaimRule {
  readonly name: string;
  readonly shape: ClaimShape | undefined;
  readonly required: boolean;
  /** Whether every object has a member of this name, such as `constructor`. */
  readonly inherited: boolean;
}

const CHECKED_APART = new Set(["exp", "nbf", "iat", "iss", "aud"]);

/** The rules of the claims that have no check of their own, of those that are required and those that have a shape. */
export function otherClaimRules(requiredClaims: readonly string[], shapes: ClaimShapes): readonly ClaimRule[] {
  const shapeOf = new Map(shapes);
  const names = new Set([...requiredClaims, ...shapeOf.keys()]);
  return [...names]
    .filter((name) => !CHECKED_APART.has(name))
    .map((name) => ({
      name,
      shape: shapeOf.get(name),
      required: requiredClaims.includes(name),
      inherited: name in Object.prototype,
    }));
}

/** The checks of a payload's claims in their order; each throws a {@link TokenError} or does nothing. */
export const CLAIM_CHECKS: ReadonlyArray<(claims: JsonObject, rules: ClaimRules) => void> = [
  requireTimes,
  requireIssuer,
  requireAudience,
  requireClaims,
];

function requireTimes(claims: JsonObject, rules: ClaimRules): void {
  // Every profile requires exp.
  const exp = requireTime(claims, "exp", rules) as number;
  const nbf = requireTime(claims, "nbf", rules);
  const iat = requireTime(claims, "iat", rules);
  const now = rules.now() / 1000;
  const latest = now + rules.leeway;
  // Written so that a clock that answers NaN refuses.
  if (nbf !== undefined && !(nbf <= latest)) {
    throw new TokenError("not_yet_valid", "times", { claim: "nbf", expected: latest, actual: nbf });
  }
  if (iat !== undefined && !(iat <= latest)) {
    throw new TokenError("issued_in_future", "times", { claim: "iat", expected: latest, actual: iat });
  }
  if (!rules.allowExpired) requireUnexpired(exp, rules);
  requireLifetime({ exp, nbf, iat, now }, rules.maxLifetime);
}

/** The check that a token must pass again each time it is seen. Written so that a clock that answers NaN refuses. */
export function requireUnexpired(exp: number, { now, leeway }: Pick<ClaimRules, "now" | "leeway">): void {
  const seconds = now() / 1000;
  if (exp + leeway > seconds) return;
  throw new TokenError("expired", "times", { claim: "exp", expected: seconds - leeway, actual: exp });
}

interface Lifetime {
  readonly exp: number;
  readonly nbf: number | undefined;
  readonly iat: number | undefined;
  readonly now: number;
}

/** A token lives from its beginning to its end, and for no longer than its profile says. */
function requireLifetime({ exp, nbf, iat, now }: Lifetime, maxLifetime: number): void {
  if (nbf !== undefined && nbf >= exp) throw new TokenError("claim_invalid", "times", { claim: "nbf", actual: nbf });
  if (iat !== undefined && exp <= iat) throw new TokenError("claim_invalid", "times", { claim: "exp", actual: exp });
  const actual = exp - (iat ?? now);
  if (!(actual <= maxLifetime)) {
    throw new TokenError("lifetime_too_long", "times", { claim: "exp", expected: maxLifetime, actual });
  }
}

function requireTime(claims: JsonObject, name: string, rules: ClaimRules): number | undefined {
  const value = claims[name];
  if (value === undefined) {
    if (rules.requiredClaims.includes(name)) throw new TokenError("claim_missing", "times", { claim: name });
    return undefined;
  }
  if (!hasShape(value, "time"))
    throw new TokenError("claim_invalid", "times", { claim: name, expected: "time", actual: value });
  return value as number;
}

function requireIssuer(claims: JsonObject, { issuer, requiredClaims }: ClaimRules): void {
  const { iss } = claims;
  if (iss === undefined) {
    if (issuer === undefined && !requiredClaims.includes("iss")) return;
    throw new TokenError("claim_missing", "issuer", { claim: "iss", expected: issuer });
  }
  if (!hasShape(iss, "text"))
    throw new TokenError("claim_invalid", "issuer", { claim: "iss", expected: "text", actual: iss });
  if (issuer !== undefined && iss !== issuer) {
    throw new TokenError("wrong_issuer", "issuer", { claim: "iss", expected: issuer, actual: iss });
  }
}

/** RFC 7519 section 4.1.3: a token for somebody is refused by everybody else, also by a verifier that has no name, unless its profile has that open. */
function requireAudience(claims: JsonObject, { audience, requiredClaims, profile }: ClaimRules): void {
  const { aud } = claims;
  if (aud === undefined) {
    if (audience === undefined && !requiredClaims.includes("aud")) return;
    throw new TokenError("claim_missing", "audience", { claim: "aud", expected: audience });
  }
  if (!isAudience(aud)) {
    throw new TokenError("claim_invalid", "audience", { claim: "aud", expected: "text or texts", actual: aud });
  }
  if (audience === undefined && profile.audienceOpen) return;
  const names = typeof aud === "string" ? [aud] : aud;
  if (!names.some((name) => audience?.includes(name))) {
    throw new TokenError("wrong_audience", "audience", { claim: "aud", expected: audience, actual: aud });
  }
}

/** The last of the checks: the claims that have no other one. */
export function requireClaims(claims: JsonObject, { otherClaims }: ClaimRules): void {
  for (const { name, shape, required, inherited } of otherClaims) {
    const value = inherited && !Object.hasOwn(claims, name) ? undefined : claims[name];
    if (value === undefined) {
      if (required) throw new TokenError("claim_missing", "claims", { claim: name });
    } else if (shape !== undefined && !hasShape(value, shape)) {
      throw new TokenError("claim_invalid", "claims", { claim: name, expected: shape, actual: value });
    }
  }
}
