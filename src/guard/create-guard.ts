import { type AuthError, isAuthError } from "../errors/auth-error.js";
import type { Claims } from "../tokens/index.js";
import { type Case, createAdmit } from "./admit.js";
import { after, settle } from "./after.js";
import type { Auth } from "./auth.js";
import { USUAL_CSRF } from "./csrf-rules.js";
import { createTokenFinder } from "./find-token.js";
import type { GuardInput } from "./guard-input.js";
import { USUAL_PLACES } from "./places.js";
import type { Protection, Protector } from "./protector.js";
import { type Refusal, refusalOf } from "./refusal.js";
import { type RouteOptions, requireRouteRules } from "./route-options.js";

/** What a guard says of a request: who is calling, or nobody where that is allowed; or the refusal, with the answer to it. */
export type Decision<C extends Claims = Claims, U = unknown> =
  | { readonly auth: Auth<C, U> | undefined; readonly error?: undefined; readonly refusal?: undefined }
  | { readonly error: AuthError; readonly refusal: Refusal; readonly auth?: undefined };

/** Protects routes: finds the token of a request, has it verified, and asks what else the route wants. */
export interface Guard<C extends Claims = Claims, U = unknown> {
  /** Who is calling with a good access token. Throws an `AuthError` for whoever is refused. */
  authenticate(input: GuardInput): Promise<Auth<C, U>>;
  /** Who is calling; `undefined` for nobody on an optional route. */
  authenticate(input: GuardInput, options: RouteOptions | undefined): Promise<Auth<C, U> | undefined>;
  /** The guard of one route, whose options are checked once; a `TypeError` for wrong ones. */
  route(options?: RouteOptions): RouteGuard<C, U>;
}

/** Guards one route. */
export interface RouteGuard<C extends Claims = Claims, U = unknown> {
  /** Decides on a request, with a promise only where somebody has to be waited for. What it throws is no refusal but a fault of the application. */
  decide(input: GuardInput): Decision<C, U> | Promise<Decision<C, U>>;
}

/** Makes the guard of a protector; a `TypeError` where it is none. */
export function createGuard<C extends Claims, U = unknown>(protector: Protector<C, U>): Guard<C, U> {
  if (typeof protector?.inspectSync !== "function") {
    throw new TypeError(
      "A guard needs a verifier, or what createAuth resolves to, or a JwtManager: a promise of it must be awaited.",
    );
  }
  const protection = protector.protection ?? usualProtection(protector);
  const usual = guardRoute(protection, {});
  return {
    route: (options = {}) => guardRoute(protection, options),
    async authenticate(input: GuardInput, options?: RouteOptions): Promise<Auth<C, U>> {
      const decision = await (options === undefined ? usual : guardRoute(protection, options)).decide(input);
      if (decision.error !== undefined) throw decision.error;
      return decision.auth as Auth<C, U>;
    },
  };
}

/** What holds for a protector that has a say in nothing but the token. */
function usualProtection<C extends Claims, U>(protector: Protector<C, U>): Protection<C, U> {
  return {
    places: USUAL_PLACES,
    csrf: USUAL_CSRF,
    exemptMethods: [],
    now: protector.now ?? Date.now,
    inspect: (token, options) => protector.inspectSync(token, options),
  };
}

const NOBODY = { auth: undefined };

function guardRoute<C extends Claims, U>(protection: Protection<C, U>, options: RouteOptions): RouteGuard<C, U> {
  const rules = requireRouteRules(options, protection.places);
  const find = createTokenFinder(rules.places, rules.type);
  const admit = createAdmit(protection, rules);
  const { exemptMethods } = protection;

  const refuse = (current: Case<C>, thrown: unknown): Decision<C, U> | Promise<Decision<C, U>> => {
    if (!isAuthError(thrown)) throw thrown;
    if (rules.lenient && (thrown.code === "invalid_token" || thrown.code === "csrf")) return NOBODY;
    const refused = { input: current.input, rules, inspection: current.inspection };
    const refusal = protection.refusalOf?.(thrown, refused) ?? refusalOf(thrown);
    return after<Refusal, Decision<C, U>>(refusal, (answer) => ({ error: thrown, refusal: answer }));
  };

  return {
    decide(input) {
      if (exemptMethods.includes(input.method)) return NOBODY;
      const current: Case<C> = { input, inspection: undefined };
      return settle<Auth<C, U> | undefined, Decision<C, U>>(
        () => after(find(input), (found) => admit(current, found)),
        (auth) => ({ auth }),
        (thrown) => refuse(current, thrown),
      );
    },
  };
}
