import type { Claims } from "./claims.js";
import type { Header } from "./compact.js";
import type { ProfileName } from "./profiles.js";
import type { Check, TokenReason } from "./token-error.js";

/** What a token held; frozen to its depth where a cache may hand it out again. */
export interface Inspection<C extends Claims = Claims> {
  readonly header: Header;
  readonly claims: C;
  /** The key that verified it. */
  readonly kid: string;
  readonly profile: ProfileName;
}

/** What one check said of a token; `skipped` where an earlier one left nothing to check. */
export interface CheckVerdict {
  readonly check: Check;
  readonly verdict: "passed" | "failed" | "skipped";
  readonly reason?: TokenReason;
  readonly message?: string;
  readonly claim?: string;
  readonly part?: string;
  readonly expected?: unknown;
  readonly actual?: unknown;
}

/** Options of one verification. */
export interface VerifyOptions {
  /** Lets an expired token pass, and nothing else: to log out with one. */
  readonly allowExpired?: boolean;
  /** Lets a token pass that was taken back, and nothing else. */
  readonly skipRevocation?: boolean;
}

/** Checks tokens of one profile, issuer and set of keys. */
export interface Verifier<C extends Claims = Claims> {
  /** The claims of a token that passes every check; throws a `TokenError` otherwise. Waits for nothing. */
  verifySync(token: string, options?: VerifyOptions): C;
  /** The same, with header, key and profile. */
  inspectSync(token: string, options?: VerifyOptions): Inspection<C>;
  /** The same as `verifySync`, for verifiers that may have to fetch a key first. */
  verify(token: string, options?: VerifyOptions): Promise<C>;
  /** Whether the header names a key and a type of this verifier. Nothing is verified by that. */
  recognizes(token: string): boolean;
  /** The time that it goes by, in milliseconds. */
  now(): number;
  /** Every check with its verdict. Once the signature holds, the checks of the claims are made each for itself. */
  explain(token: string): readonly CheckVerdict[];
}
