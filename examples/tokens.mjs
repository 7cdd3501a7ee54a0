// Mint, verify, look up, take back. Run it with: node examples/tokens.mjs
import { createIssuer, createRevocations, createVerifier, explain, generateKey, toJwks } from "latchkey/tokens";

const key = generateKey({ alg: "ES256" });
const issuer = createIssuer({
  issuer: "https://auth.example.com",
  audience: "todo-api",
  clientId: "web",
  keys: [key],
});
const revocations = createRevocations();
const verifier = createVerifier({
  issuer: "https://auth.example.com",
  audience: "todo-api",
  keys: [key.public],
  revocations,
});

const token = issuer.mint({ sub: "42", sid: "laptop", roles: ["editor"] });
console.log("claims:", verifier.verifySync(token));
console.log(
  "key set to publish:",
  toJwks([key]).keys.map(({ kid, alg }) => ({ kid, alg })),
);

revocations.add({ session: "laptop" });
try {
  verifier.verifySync(token);
} catch (error) {
  console.log("refused:", error.code, error.reason);
}
for (const { check, verdict } of explain(token, verifier)) console.log(`  ${check}: ${verdict}`);
