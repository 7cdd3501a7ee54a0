// A second program, which only verifies: it fetches the public keys and tells whose a token is.
//   node examples/csa/verify.mjs http://127.0.0.1:5000 TOKEN
import { createVerifier, fromJwks } from "latchkey/tokens";

const [issuer, token] = process.argv.slice(2);
if (issuer === undefined || token === undefined) {
  console.error("usage: node verify.mjs URL-OF-THE-API TOKEN");
  process.exit(2);
}
const response = await fetch(new URL("/.well-known/jwks.json", issuer));
const verifier = createVerifier({ profile: "flask-jwt-extended", keys: fromJwks(await response.json()) });
try {
  console.log(verifier.verifySync(token).sub);
} catch (error) {
  if (error.name !== "TokenError") throw error;
  console.error(`refused: ${error.reason}`);
  process.exitCode = 1;
}
