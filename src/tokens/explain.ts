import type { Claims } from "./claims.js";
import type { Compact } from "./compact.js";
import type { OpenHeader } from "./header-reader.js";
import type { JsonObject } from "./strict-json.js";
import { type Check, CHECKS, TokenError } from "./token-error.js";
import type { CheckVerdict, Verifier } from "./verifier.js";

/** Every check of a verifier on a token, in order, with the verdict of each: for people who ask why a token was refused. */
export function explain(token: string, verifier: Pick<Verifier, "explain">): readonly CheckVerdict[] {
  return verifier.explain(token);
}

/** The steps of a verification, each of them throwing a `TokenError` where it refuses. */
export interface Steps {
  split(): Compact;
  read(headerText: string): OpenHeader;
  parse(compact: Compact): JsonObject;
  readonly claimChecks: ReadonlyArray<readonly [Check, (payload: JsonObject) => void]>;
  requireLive(claims: Claims, kid: string): void;
}

/** Runs the steps: up to the payload each stands on the one before, the claims are checked each for itself. */
export function explainSteps(steps: Steps): readonly CheckVerdict[] {
  const refusals = new Map<Check, TokenError>();
  const attempt = <T>(step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      refusals.set(error.check, error);
      return undefined;
    }
  };
  const compact = attempt(steps.split);
  const open = compact && attempt(() => steps.read(compact.headerText));
  const holds = open && compact && attempt(() => requireSignature(open, compact));
  const payload = holds && attempt(() => steps.parse(compact as Compact));
  if (payload !== undefined && open !== undefined) {
    for (const [, check] of steps.claimChecks) attempt(() => check(payload));
    attempt(() => steps.requireLive(payload as Claims, open.key.kid));
  }
  return verdicts(refusals, payload !== undefined);
}

function requireSignature(open: OpenHeader, compact: Compact): true {
  if (open.check(compact.signingInput, compact.signature)) return true;
  throw new TokenError("bad_signature", "signature", { part: "signature" });
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
