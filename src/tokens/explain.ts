import type { Claims } from "./claims.js";
import { CHECKS, type Check, isTokenError, type TokenError } from "./token-error.js";
import type { TokenReader } from "./token-reader.js";
import type { CheckVerdict, Verifier } from "./verifier.js";

/** Every check of a verifier on a token, in order, with the verdict of each: for people who ask why a token was refused. */
export function explain(token: string, verifier: Pick<Verifier, "explain">): readonly CheckVerdict[] {
  if (typeof verifier?.explain !== "function") throw new TypeError("explain takes a token and a verifier.");
  return verifier.explain(token);
}

/** Runs the steps of a reader: up to the payload each stands on the one before, the claims are checked each for itself. */
export function explainSteps(token: string, reader: TokenReader): readonly CheckVerdict[] {
  const refusals = new Map<Check, TokenError>();
  const attempt = <T>(step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      if (!isTokenError(error)) throw error;
      refusals.set(error.check, error);
      return undefined;
    }
  };
  const signed = attempt(() => {
    const compact = reader.split(token);
    const open = reader.open(compact);
    reader.requireSignature(open, compact);
    return { compact, header: open.header, kid: open.key.kid };
  });
  const payload = signed && attempt(() => reader.parse(signed.compact, signed.header));
  if (signed !== undefined && payload !== undefined) {
    for (const check of reader.claimChecks) attempt(() => check(payload));
    attempt(() => reader.requireLive(payload as Claims, signed.kid));
  }
  return verdicts(refusals, payload !== undefined);
}

/** The verdicts of a token that was refused before anything after that check was looked at. */
export function explainRefusal(refusal: TokenError): readonly CheckVerdict[] {
  return verdicts(new Map([[refusal.check, refusal]]), false);
}

/** Where the payload was reached, every check was made; before, the checks after the refusal were not. */
function verdicts(refusals: ReadonlyMap<Check, TokenError>, reachedPayload: boolean): readonly CheckVerdict[] {
  const stop = reachedPayload ? CHECKS.length : CHECKS.findIndex((check) => refusals.has(check));
  return CHECKS.map((check, index) => {
    const refusal = refusals.get(check);
    if (refusal === undefined) return { check, verdict: index < stop ? "passed" : "skipped" };
    const { reason, message, claim, part, expected, actual } = refusal;
    const details = { claim, part, expected, actual };
    const known = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
    return { check, verdict: "failed", reason, message, ...known };
  });
}
