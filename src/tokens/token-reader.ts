import { CLAIM_CHECKS, type ClaimRules, requireClaims } from "./check-claims.js";
import type { Claims } from "./claims.js";
import { type Compact, type Header, LONGEST_TOKEN, splitCompact } from "./compact.js";
import { freezeDeep } from "./freeze-deep.js";
import type { HeaderReader, OpenHeader } from "./header-reader.js";
import type { VerifyingKey } from "./key.js";
import { layoutOf } from "./layout.js";
import type { Revocations } from "./revocations.js";
import { complainedMember, type StandardSchema } from "./standard-schema.js";
import { type JsonObject, parseStrictObject } from "./strict-json.js";
import { TokenError } from "./token-error.js";
import type { Inspection, VerifyOptions } from "./verifier.js";

/** What tokens are read by. */
export interface ReaderParts {
  readonly rules: ClaimRules;
  readonly headers: HeaderReader;
  readonly schema: StandardSchema<unknown> | undefined;
  readonly revocations: Pick<Revocations, "find"> | undefined;
}

/** A token that passed, and the key that verified it. */
export interface Reading {
  readonly inspection: Inspection;
  readonly key: VerifyingKey;
  /** The claims without what a schema made of them: every later check reads these. */
  readonly checked: Claims;
}

/** The steps of a verification, each throwing a {@link TokenError} where it refuses, and their one order. */
export interface TokenReader {
  split(token: unknown): Compact;
  open(compact: Compact): OpenHeader;
  requireSignature(open: OpenHeader, compact: Compact): void;
  parse(compact: Compact, header: Header): JsonObject;
  readonly claimChecks: ReadonlyArray<(payload: JsonObject) => void>;
  requireLive(claims: Claims, kid: string): void;
  /** All of them. Nothing in a payload is read before the signature holds. */
  read(token: unknown, options: VerifyOptions): Reading;
}

const CLAIM_OF = { session: "sid", token: "jti", key: "kid" } as const;

/** Makes the reader of one verifier. */
export function createTokenReader({ rules, headers, schema, revocations }: ReaderParts): TokenReader {
  const lenient: ClaimRules = { ...rules, allowExpired: true };
  const split = (token: unknown) => splitCompact(token, LONGEST_TOKEN);
  const open = (compact: Compact) => headers.read(compact.headerText);
  const { gather, identify } = layoutOf(rules.profile);
  const parse = (compact: Compact, header: Header) => gather(parseStrictObject(compact.payload, "payload"), header);

  const requireLive = (claims: Claims, kid: string) => {
    const kind = revocations?.find(claims, kid);
    if (kind !== undefined) throw new TokenError("revoked", "revocation", { claim: CLAIM_OF[kind] });
  };

  const read = (token: unknown, { allowExpired, skipRevocation }: VerifyOptions): Reading => {
    const compact = split(token);
    const opened = open(compact);
    const { header, key } = opened;
    requireSignature(opened, compact);
    const payload = parse(compact, header);
    const applied = allowExpired ? lenient : rules;
    for (const check of CLAIM_CHECKS) check(payload, applied);
    const checked = identify(payload);
    const claims = parsedClaims(checked, schema);
    if (!skipRevocation) requireLive(checked, key.kid);
    return {
      inspection: { header, claims, kid: key.kid, profile: rules.profile.name },
      key,
      checked,
    };
  };

  const claimChecks = CLAIM_CHECKS.map((check) => (payload: JsonObject) => {
    check(payload, rules);
    if (check === requireClaims) parsedClaims(identify(payload), schema);
  });

  return { split, open, requireSignature, parse, claimChecks, requireLive, read };
}

function requireSignature(open: OpenHeader, compact: Compact): void {
  if (open.check(compact.signingInput, compact.signature)) return;
  throw new TokenError("bad_signature", "signature", { part: "signature" });
}

/** The claims of a payload that passed every check, with what the schema makes of them laid over. */
export function parsedClaims(checked: Claims, schema: StandardSchema<unknown> | undefined): Claims {
  if (schema === undefined) return checked;
  const result = outcomeOf(schema, freezeDeep(checked));
  if ("then" in result) {
    Promise.resolve(result).catch(() => {});
    throw new TypeError("The schema of the claims must be synchronous.");
  }
  if (result.issues === undefined) return { ...checked, ...(result.value as object) };
  throw new TokenError("claim_invalid", "claims", { claim: complainedMember(result.issues) ?? "claims" });
}

/** A schema that fails on claims that it did not expect has refused them. */
function outcomeOf(
  schema: StandardSchema<unknown>,
  claims: Claims,
): ReturnType<StandardSchema<unknown>["~standard"]["validate"]> {
  try {
    return schema["~standard"].validate(claims);
  } catch (cause) {
    throw new TokenError("claim_invalid", "claims", { claim: "claims", cause });
  }
}
