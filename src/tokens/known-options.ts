/**
 * Throws a `TypeError` where options are no object or hold a name that is not known: a misspelt option would be a check that is never made.
 */
export function requireKnownOptions(options: unknown, what: string, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) throw new TypeError(`${what} takes an object of options.`);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`${what} has no option ${JSON.stringify(unknown)}. The options are ${known.join(", ")}.`);
  }
}

/** The options of issuers and verifiers: one object may be spread into both, so each takes the names of the other. */
export const TOKEN_OPTIONS: readonly string[] = [
  "issuer",
  "audience",
  "clientId",
  "keys",
  "profile",
  "type",
  "identityClaim",
  "stringSubject",
  "accessSeconds",
  "leeway",
  "maxLifetime",
  "requiredClaims",
  "claims",
  "revocations",
  "cache",
  "now",
];
