import type { Claims } from "./claims.js";
import { TokenError } from "./token-error.js";
import type { Verifier } from "./verifier.js";

/** A verifier that is asked until a date: the old side of a move. */
export interface Until<C extends Claims = Claims> {
  readonly verifier: Verifier<C>;
  readonly until: Date;
}

/**
 * One verifier of several: a token goes to those that know its header (key, algorithm, type), in their order, and the first that accepts
 * it decides. Where all refuse, the refusal of the first that knew the header is thrown. `now` answers in milliseconds.
 */
export function anyVerifier<C extends Claims = Claims>(
  verifiers: readonly (Verifier<C> | Until<C>)[],
  { now = Date.now }: { readonly now?: () => number } = {},
): Verifier<C> {
  if (!Array.isArray(verifiers) || verifiers.length === 0)
    throw new TypeError("anyVerifier needs at least one verifier.");
  const entries = verifiers.map((given) => requireEntry<C>(given));

  const candidates = (token: string): readonly Verifier<C>[] => {
    const time = now();
    return entries
      .filter((entry) => time < entry.until && entry.verifier.recognizes(token))
      .map((entry) => entry.verifier);
  };

  const firstOf = <T>(token: string, ask: (verifier: Verifier<C>) => T): T => {
    let refusal: unknown;
    for (const verifier of candidates(token)) {
      try {
        return ask(verifier);
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
        refusal ??= error;
      }
    }
    if (refusal !== undefined) throw refusal;
    // Nobody knows the header: the first that is still asked says what is wrong with it.
    const first = entries.find((entry) => now() < entry.until);
    if (first === undefined) throw new TokenError("key_unknown", "key");
    return ask(first.verifier);
  };

  return {
    verifySync: (token, options) => firstOf(token, (verifier) => verifier.verifySync(token, options)),
    inspectSync: (token, options) => firstOf(token, (verifier) => verifier.inspectSync(token, options)),
    verify: async (token, options) => firstOf(token, (verifier) => verifier.verifySync(token, options)),
    recognizes: (token) => candidates(token).length > 0,
    explain: (token) => (candidates(token)[0] ?? (entries[0] as Entry<C>).verifier).explain(token),
  };
}

interface Entry<C extends Claims> {
  readonly verifier: Verifier<C>;
  readonly until: number;
}

function requireEntry<C extends Claims>(given: Verifier<C> | Until<C>): Entry<C> {
  if (!("until" in given)) return { verifier: given, until: Number.POSITIVE_INFINITY };
  const until = given.until instanceof Date ? given.until.getTime() : Number.NaN;
  if (Number.isNaN(until)) throw new TypeError("The until of a verifier must be a valid Date.");
  return { verifier: given.verifier, until };
}
