import type { AuthError } from "../errors/auth-error.js";
import type { Claims, Inspection, Verifier, VerifyOptions } from "../tokens/index.js";
import type { CsrfRules } from "./csrf-rules.js";
import type { GuardInput } from "./guard-input.js";
import type { Places } from "./places.js";
import type { Refusal } from "./refusal.js";
import type { RouteRules } from "./route-options.js";

/** Whatever a guard can ask about a token: a verifier, an auth, or a manager, which has a say in more than the token. */
export interface Protector<C extends Claims = Claims, U = unknown> extends Pick<Verifier<C>, "inspectSync"> {
  /** The time that it goes by, in milliseconds; that of the machine where it has none. */
  readonly now?: () => number;
  readonly protection?: Protection<C, U>;
}

/** What a protector wants besides a good token. What may have to wait gives a promise only where it does. */
export interface Protection<C extends Claims = Claims, U = unknown> {
  readonly places: Places;
  /** `undefined` where cookies are taken without a proof that the page may send them. */
  readonly csrf: CsrfRules | undefined;
  /** Methods that are let through without looking for a token, in upper case. */
  readonly exemptMethods: readonly string[];
  /** The time, in milliseconds. */
  readonly now: () => number;
  /** In place of `inspectSync`, where a key may have to be fetched. */
  inspect(token: string, options: VerifyOptions): Inspection<C> | Promise<Inspection<C>>;
  /** Whether the token was taken back; not asked on a route that skips revocation. */
  isRevoked?(inspection: Inspection<C>): boolean | PromiseLike<boolean>;
  /** The application's own check. */
  isAccepted?(inspection: Inspection<C>): boolean | PromiseLike<boolean>;
  /** The user of a token; `undefined` or `null` where there is none. Without it no user is looked for. */
  findUser?(inspection: Inspection<C>): U | undefined | null | PromiseLike<U | undefined | null>;
  /** The answer to a refusal, in place of the problem document. */
  refusalOf?(error: AuthError, refused: Refused<C>): Refusal | Promise<Refusal>;
}

/** A request that was refused, and by which rules; with the token where it was verified before. */
export interface Refused<C extends Claims = Claims> {
  readonly input: GuardInput;
  readonly rules: RouteRules;
  readonly inspection: Inspection<C> | undefined;
}
