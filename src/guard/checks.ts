import { AuthError } from "../errors/auth-error.js";
import { type Claims, type Inspection, TokenError } from "../tokens/index.js";
import type { TokenType } from "./places.js";
import type { RouteRules } from "./route-options.js";

/** The type of a token: its `type` claim, which the tokens of RFC 9068 have in their header instead; `access` where it says nothing. */
function typeOfToken({ claims, profile }: Inspection): unknown {
  return profile === "rfc9068" ? "access" : (claims.type ?? "access");
}

/** Throws where a token is of another type than the route wants. */
export function requireTokenType(inspection: Inspection, wanted: TokenType): void {
  if (wanted === "any") return;
  const actual = typeOfToken(inspection);
  if (actual !== wanted) throw new TokenError("wrong_type", "type", { claim: "type", expected: wanted, actual });
}

/**
 * Throws `not_fresh` unless a token was minted at a log-in: its `fresh` claim is true, or a moment in seconds that has not passed, or it has no such
 * claim and its `auth_time` is its `iat`. With a number, the log-in may be so many seconds ago.
 */
export function requireFresh({ claims }: Inspection, wanted: RouteRules["fresh"], now: () => number): void {
  if (wanted === false || isFresh(claims, wanted, now() / 1000)) return;
  throw new TokenError("not_fresh", "freshness", { claim: "fresh", expected: wanted });
}

// As far as the clocks of an issuer and a verifier may differ.
const MOST_AHEAD = 60;

function isFresh(claims: Claims, wanted: true | number, now: number): boolean {
  const { fresh, auth_time, iat } = claims;
  if (typeof wanted === "number") {
    const loggedInAt: unknown = auth_time ?? (fresh === true || typeof fresh === "number" ? iat : undefined);
    // Not every profile looks at `auth_time`, and a moment to come, such as one in milliseconds, would never be long ago.
    return typeof loggedInAt === "number" && loggedInAt - now <= MOST_AHEAD && now - loggedInAt <= wanted;
  }
  if (fresh === undefined) return auth_time !== undefined && auth_time === iat;
  return typeof fresh === "number" ? now <= fresh : fresh === true;
}

/** Throws where a token has none of the roles, or not all of the scopes, that a route wants. */
export function requireGranted({ claims }: Inspection, { roles, scopes }: RouteRules): void {
  if (roles.length > 0) {
    const held: readonly unknown[] = Array.isArray(claims.roles) ? claims.roles : [];
    if (!roles.some((role) => held.includes(role))) throw new AuthError("insufficient_role");
  }
  if (scopes.length === 0) return;
  const held = typeof claims.scope === "string" ? claims.scope.split(" ") : [];
  if (!scopes.every((scope) => held.includes(scope))) throw new AuthError("insufficient_scope");
}
