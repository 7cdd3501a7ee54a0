import { requireUnexpired } from "./check-claims.js";
import type { Claims } from "./claims.js";
import { explainSteps } from "./explain.js";
import { freezeDeep } from "./freeze-deep.js";
import { createHeaderReader, type KeySource } from "./header-reader.js";
import { createTokenCache } from "./token-cache.js";
import { createTokenReader, type Reading } from "./token-reader.js";
import type { Inspection, Verifier, VerifyOptions } from "./verifier.js";
import { requireVerifierRules, type VerifierOptions } from "./verifier-options.js";

/** A verifier whose keys can change. */
export interface LocalVerifier<C extends Claims = Claims> extends Verifier<C> {
  /** Replaces the keys. Tokens that were verified by a key that is gone are refused from now on. */
  replaceKeys(keys: KeySource): void;
  /** How many verified tokens are remembered. */
  readonly cached: number;
}

/**
 * Makes a verifier. The algorithm is the key's; a token is read in the order shape, key, type, signature, payload, times, issuer,
 * audience, claims, revocation. A `TypeError` for options that would check too little: no key, no audience, a leeway over 60.
 */
export function createVerifier<Parsed = unknown>(options: VerifierOptions<Parsed>): LocalVerifier<Claims & Parsed> {
  const rules = requireVerifierRules(options);
  const headers = createHeaderReader(options.keys, rules.profile);
  const reader = createTokenReader({ rules, headers, schema: options.claims, revocations: options.revocations });
  const cache = rules.cacheBounds && createTokenCache<Reading>(rules.cacheBounds);

  const inspectSync = (token: string, given: VerifyOptions = NO_OPTIONS): Inspection => {
    if (cache === undefined || given.allowExpired || typeof token !== "string") {
      return reader.read(token, given).inspection;
    }
    const known = cache.find(token);
    if (known !== undefined && headers.stillHolds(known.inspection.header, known.key)) {
      requireUnexpired(known.checked.exp, rules);
      if (!given.skipRevocation) reader.requireLive(known.checked, known.key.kid);
      return known.inspection;
    }
    const reading = reader.read(token, given);
    // Whoever presents the token again gets the same object.
    freezeDeep(reading.inspection);
    cache.add(token, reading);
    return reading.inspection;
  };

  const verifySync = (token: string, verifyOptions?: VerifyOptions) => inspectSync(token, verifyOptions).claims;

  return {
    inspectSync,
    verifySync,
    verify: async (token, verifyOptions) => verifySync(token, verifyOptions),
    recognizes: headers.recognizes,
    explain: (token) => explainSteps(token, reader),
    now: rules.now,
    replaceKeys: (keys) => {
      headers.replaceKeys(keys);
      cache?.clear();
    },
    get cached() {
      return cache?.size ?? 0;
    },
  } as LocalVerifier<Claims & Parsed>;
}

const NO_OPTIONS: VerifyOptions = {};
