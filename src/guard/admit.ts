import { AuthError } from "../errors/auth-error.js";
import { type Claims, type Inspection, isTokenError, TokenError } from "../tokens/index.js";
import { after, settle } from "./after.js";
import { type Auth, markAuth } from "./auth.js";
import { requireFresh, requireGranted, requireTokenType } from "./checks.js";
import { needsCsrf, requireCsrfMatch, requireCsrfValue, requireSameSite } from "./csrf.js";
import type { Found } from "./find-token.js";
import type { GuardInput } from "./guard-input.js";
import type { Protection } from "./protector.js";
import type { RouteRules } from "./route-options.js";

/** What is known of one request so far. */
export interface Case<C extends Claims> {
  readonly input: GuardInput;
  /** The token, once its signature holds. */
  inspection: Inspection<C> | undefined;
}

/** Says who is calling with the token that was found; `undefined` for nobody, where that is allowed. Throws what refuses. */
export type Admit<C extends Claims, U> = (
  current: Case<C>,
  found: Found | undefined,
) => Auth<C, U> | undefined | Promise<Auth<C, U>>;

/** Makes the checks of one route, in their one order: CSRF, the token itself, type, freshness, revocation, own check, user, roles and scopes. */
export function createAdmit<C extends Claims, U>(protection: Protection<C, U>, rules: RouteRules): Admit<C, U> {
  const options = { skipRevocation: rules.skipRevocation };

  const requireAll = (current: Case<C>, inspection: Inspection<C>, { location }: Found, csrfValue?: string) => {
    current.inspection = inspection;
    if (csrfValue !== undefined) requireCsrfMatch(inspection, csrfValue);
    requireTokenType(inspection, rules.type);
    requireFresh(inspection, rules.fresh, protection.now);
    const finish = (user: U): Auth<C, U> => {
      requireGranted(inspection, rules);
      const { claims, header } = inspection;
      return markAuth({ claims, header, identity: claims.sub, user, location });
    };
    return after(requireOwn(protection, inspection, rules), finish);
  };

  /** What else is wrong with an expired token goes before, as for a page that may not send it; whoever answers the refusal is told whose it was. */
  const requireOwnExpired = (current: Case<C>, { token }: Found, refusal: TokenError, csrfValue?: string) => {
    const refuse = (inspection: Inspection<C>): never => {
      current.inspection = inspection;
      if (csrfValue !== undefined) requireCsrfMatch(inspection, csrfValue);
      throw refusal;
    };
    return after(protection.inspect(token, { allowExpired: true, skipRevocation: true }), refuse);
  };

  const inspect = (current: Case<C>, found: Found, csrfValue?: string) =>
    settle<Inspection<C>, Auth<C, U>>(
      () => protection.inspect(found.token, options),
      (inspection) => requireAll(current, inspection, found, csrfValue),
      (thrown) => {
        if (!isTokenError(thrown) || thrown.reason !== "expired") throw thrown;
        return requireOwnExpired(current, found, thrown, csrfValue);
      },
    );

  return (current, found) => {
    if (found === undefined) {
      if (rules.optional) return undefined;
      throw new AuthError("token_required");
    }
    const { csrf } = protection;
    if (found.location !== "cookie" || !needsCsrf(current.input, csrf)) return inspect(current, found);
    requireSameSite(current.input, csrf);
    return after(requireCsrfValue(current.input, csrf, rules.type), (value) => inspect(current, found, value));
  };
}

/** What the protector itself has to say of a good token: whether it was taken back, whether it will do, and who its user is. */
export function requireOwn<C extends Claims, U>(
  protection: Protection<C, U>,
  inspection: Inspection<C>,
  { skipRevocation }: Pick<RouteRules, "skipRevocation">,
): U | Promise<U> {
  const findUser = (): U | Promise<U> => {
    if (protection.findUser === undefined) return undefined as U;
    return after(protection.findUser(inspection), (user) => {
      // `known && load()` gives false for nobody.
      if (user === undefined || user === null || (user as unknown) === false)
        throw new TokenError("user_unknown", "user", { actual: inspection.claims.sub });
      return user;
    });
  };
  const isAccepted = () =>
    // Whoever says nothing has not said yes.
    after(protection.isAccepted === undefined || protection.isAccepted(inspection), (accepted) => {
      if (!accepted) throw new TokenError("not_accepted", "own");
      return findUser();
    });
  if (skipRevocation) return isAccepted();
  return after(protection.isRevoked?.(inspection) ?? false, (revoked) => {
    if (revoked) throw new TokenError("revoked", "revocation", { claim: "jti" });
    return isAccepted();
  });
}
