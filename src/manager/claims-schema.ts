import { freezeDeep } from "../tokens/freeze-deep.js";
import { type Claims, type StandardSchema, TokenError } from "../tokens/index.js";
import { complainedMember } from "../tokens/standard-schema.js";

/** Throws a `TypeError` where the claims of a token that is about to be minted are not what the schema says. */
export function requireFitting(schema: StandardSchema<unknown> | undefined, claims: Claims): void {
  if (schema === undefined) return;
  const { issues } = outcomeOf(schema, claims);
  if (issues === undefined) return;
  const member = complainedMember(issues);
  throw new TypeError(`The claims do not fit their schema${member === undefined ? "" : `: ${member}`}.`);
}

/** The claims of a verified token with what the schema makes of them laid over; a `TokenError` where they do not fit. */
export function parsedBy<Parsed>(schema: StandardSchema<Parsed> | undefined, claims: Claims): Claims {
  if (schema === undefined) return claims;
  const result = outcomeOf(schema, claims);
  if (result.issues === undefined) return { ...claims, ...(result.value as object) };
  throw new TokenError("claim_invalid", "claims", { claim: complainedMember(result.issues) ?? "claims" });
}

function outcomeOf(schema: StandardSchema<unknown>, claims: Claims) {
  const result = schema["~standard"].validate(freezeDeep(claims));
  if (!(result instanceof Promise)) return result;
  result.catch(() => {});
  throw new TypeError("The schema of the claims must be synchronous.");
}
