/**
 * The layers whose mutants are tried, and the test files that try them, the quick ones first. What searches at random
 * (property.test.ts, hostile.test.ts), or starts processes, which see no mutant, is left out.
 */
export const LAYERS = {
  guard: ["guard/bearer-token", "guard/create-guard", "guard/refusal", "adapters/fetch"],
  tokens: [
    "tokens/issuer",
    "tokens/verifier",
    "tokens/any-verifier",
    "tokens/token-error",
    "tokens/refresh-rule",
    "tokens/refresh-token",
    "tokens/revocations",
    "tokens/explain",
    "tokens/uuid-v7",
    "tokens/rfc-vectors",
    "tokens/interop",
    "tokens/hmac",
    "tokens/wycheproof",
    "tokens/cache",
    "tokens/jws",
    "tokens/keys",
  ],
  accounts: [],
};
