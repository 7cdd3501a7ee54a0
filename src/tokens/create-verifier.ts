import type { ClaimRules } from "./check-claims.js";
import type { Claims } from "./claims.js";
import { explainSteps } from "./explain.js";
import { createHeaderReader, type KeySource } from "./header-reader.js";
import type { Revocations } from "./revocations.js";
import type { StandardSchema } from "./standard-schema.js";
import { type CacheBounds, createTokenCache } from "./token-cache.js";
import { TokenError } from "./token-error.js";
import { createTokenReader, type Reading } from "./token-reader.js";
import type { Inspection, Verifier, VerifyOptions } from "./verifier.js";
import { requireVerifierRules } from "./verifier-rules.js";

/** What a verifier is made of. Durations are in seconds; `now` answers in milliseconds. */
export interface VerifierOptions<Parsed = unknown> {
  /** The `iss` that is wanted, letter by letter. Required in the profile `rfc9068`. */
  readonly issuer?: string;
  /** The `aud` that is wanted; of several, one suffices. Required in the profile `rfc9068`. */
  readonly audience?: string | readonly string[];
  /** The keys, or a function that chooses one by the header alone. */
  readonly keys: KeySource;
  /** The layout of the tokens: `rfc9068` where it is not given. */
  readonly profile?: "rfc9068" | "jwt";
  /** The `typ` that is wanted, in the profile `jwt`; where it is not given, `JWT` or none. */
  readonly type?: string;
  /** How far clocks may differ: 5 where it is not given, at most 60. */
  readonly leeway?: number;
  /** The longest life from `iat` to `exp`, where it is not the profile's (a day for `rfc9068`, 366 days for `jwt`). */
  readonly maxLifetime?: number;
  /** Claims that must be there besides those of the profile. */
  readonly requiredClaims?: readonly string[];
  /** A synchronous Standard Schema for the claims; what it makes of them is laid over them. */
  readonly claims?: StandardSchema<Parsed>;
  /** The live set of what is taken back. */
  readonly revocations?: Pick<Revocations, "find">;
  /** The bounds of the verified-token cache (10,000 entries, 32 MiB), or `false` for none. */
  readonly cache?: false | Partial<CacheBounds>;
  readonly now?: () => number;
}

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

  const inspectSync = (token: string, { allowExpired = false }: VerifyOptions = NO_OPTIONS): Inspection => {
    if (cache === undefined || allowExpired || typeof token !== "string") {
      return reader.read(token, allowExpired).inspection;
    }
    const known = cache.find(token);
    if (known !== undefined && headers.stillHolds(known.inspection.header, known.key)) {
      requireUnexpired(known.inspection.claims, rules);
      reader.requireLive(known.inspection.claims, known.inspection.kid);
      return known.inspection;
    }
    const reading = reader.read(token, false);
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

function requireUnexpired(claims: Claims, { now, leeway }: ClaimRules): void {
  const seconds = now() / 1000;
  if (!(claims.exp + leeway > seconds)) {
    throw new TokenError("expired", "times", { claim: "exp", expected: seconds - leeway, actual: claims.exp });
  }
}

function freezeDeep<T extends object>(value: T): T {
  for (const name of Object.keys(value)) {
    const member = value[name as keyof T];
    if (typeof member === "object" && member !== null) freezeDeep(member);
  }
  return Object.freeze(value);
}
