import type { Claims } from "./claims.js";
import { explainRefusal } from "./explain.js";
import { requireKnownOptions } from "./known-options.js";
import { type Check, isTokenError, TokenError } from "./token-error.js";
import type { CheckVerdict, Inspection, Verifier, VerifyOptions } from "./verifier.js";

/** A verifier that is asked until a date: the old side of a move. */
export interface Until<C extends Claims = Claims> {
  readonly verifier: Verifier<C>;
  readonly until: Date;
}

/**
 * One verifier of several: a token goes to those that know its header (key, algorithm, type), in their order, and the first that accepts
 * it decides. Where all refuse, the first refusal by one whose key had signed is thrown, or else the first one; where one says that
 * the token was revoked, no later one is asked. `now` answers in milliseconds.
 */
export function anyVerifier<C extends Claims = Claims>(
  verifiers: readonly (Verifier<C> | Until<C>)[],
  options: { readonly now?: () => number } = {},
): Verifier<C> {
  requireKnownOptions(options, "anyVerifier", ["now"]);
  const { now = Date.now } = options;
  if (!Array.isArray(verifiers) || verifiers.length === 0) {
    throw new TypeError("anyVerifier needs at least one verifier.");
  }
  const entries = verifiers.map((given) => requireEntry<C>(given));
  const asked = () => {
    const time = now();
    return entries.filter((entry) => time < entry.until).map((entry) => entry.verifier);
  };

  /** Who is asked, in turn; where nobody knows the header, the first one says what is wrong with it. */
  const candidates = (token: string): readonly Verifier<C>[] => {
    const all = asked();
    const knowing = all.filter((verifier) => verifier.recognizes(token));
    return knowing.length > 0 ? knowing : all.slice(0, 1);
  };

  const inspectSync = (token: string, options?: VerifyOptions): Inspection<C> => {
    const refusals: TokenError[] = [];
    for (const verifier of candidates(token)) {
      try {
        return verifier.inspectSync(token, options);
      } catch (error) {
        refusals.push(requireOpenRefusal(error));
      }
    }
    throw tellingRefusal(refusals);
  };

  const verify = async (token: string, options?: VerifyOptions): Promise<C> => {
    const refusals: TokenError[] = [];
    for (const verifier of candidates(token)) {
      try {
        return await verifier.verify(token, options);
      } catch (error) {
        refusals.push(requireOpenRefusal(error));
      }
    }
    throw tellingRefusal(refusals);
  };

  const explain = (token: string) => {
    const explanations = candidates(token).map((verifier) => verifier.explain(token));
    const deciding = explanations.find((verdicts) => {
      const refusal = verdicts.find(({ verdict }) => verdict === "failed");
      return refusal === undefined || refusal.reason === "revoked";
    });
    const telling = explanations.find((verdicts) => verdicts.some(isSigned)) ?? explanations[0];
    return deciding ?? telling ?? explainRefusal(nobodyAsked());
  };

  return {
    verifySync: (token, options) => inspectSync(token, options).claims,
    inspectSync,
    verify,
    recognizes: (token) => asked().some((verifier) => verifier.recognizes(token)),
    now,
    explain,
  };
}

const BEFORE_SIGNATURE: readonly Check[] = ["shape", "key", "type", "signature"];

/** That a token has expired says more than that somebody else's key has not signed it. */
function tellingRefusal(refusals: readonly TokenError[]): TokenError {
  return refusals.find(({ check }) => !BEFORE_SIGNATURE.includes(check)) ?? refusals[0] ?? nobodyAsked();
}

function isSigned({ check, verdict }: CheckVerdict): boolean {
  return check === "signature" && verdict === "passed";
}

function nobodyAsked(): TokenError {
  return new TokenError("key_unknown", "key");
}

/** A refusal that another verifier may still overrule; thrown on where it is final, or no refusal at all. */
function requireOpenRefusal(thrown: unknown): TokenError {
  if (!isTokenError(thrown) || thrown.reason === "revoked") throw thrown;
  return thrown;
}

interface Entry<C extends Claims> {
  readonly verifier: Verifier<C>;
  readonly until: number;
}

const FOREVER = new Date(8.64e15);

/** Whether a verifier is given with the date until which it is asked. */
export function isUntil<C extends Claims>(given: Verifier<C> | Until<C>): given is Until<C> {
  return typeof given === "object" && given !== null && "until" in given;
}

function requireEntry<C extends Claims>(given: Verifier<C> | Until<C>): Entry<C> {
  const { verifier, until } = isUntil(given) ? given : { verifier: given, until: FOREVER };
  if (typeof verifier?.inspectSync !== "function") {
    throw new TypeError("anyVerifier takes verifiers, or { verifier, until }.");
  }
  if (!(until instanceof Date) || Number.isNaN(until.getTime())) {
    throw new TypeError("The until of a verifier must be a valid Date.");
  }
  return { verifier, until: until.getTime() };
}
