import { type Claims, isTokenError, type StandardSchema } from "../tokens/index.js";
import { parsedClaims } from "../tokens/token-reader.js";

/** Throws a `TypeError` where the claims of a token that is about to be minted would be refused by their schema. */
export function requireFitting(schema: StandardSchema<unknown> | undefined, claims: object): void {
  if (schema === undefined) return;
  try {
    // As they will be read; and what the caller holds stays as it is.
    parsedClaims(JSON.parse(JSON.stringify(claims)) as Claims, schema);
  } catch (thrown) {
    if (!isTokenError(thrown)) throw thrown;
    throw new TypeError(`The claims do not fit their schema: ${thrown.claim}.`, { cause: thrown });
  }
}
