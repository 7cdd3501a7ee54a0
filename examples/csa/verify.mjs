// A second program, which only verifies: it fetches the public keys and tells whose a token is.
//   node examples/csa/verify.mjs http://127.0.0.1:5000 TOKEN
import { JwtManager } from "latchkey/manager";
import { fromJwks } from "latchkey/tokens";

const [api, token] = process.argv.slice(2);
if (!URL.canParse(api) || token === undefined) {
  console.error("usage: node verify.mjs URL-OF-THE-API TOKEN");
  process.exit(64);
}

try {
  const response = await fetch(new URL("/.well-known/jwks.json", api), {
    redirect: "error",
    signal: AbortSignal.timeout(10_000),
  });
  // Of public keys a manager is made that mints nothing.
  const jwt = new JwtManager({ keys: fromJwks(await response.json()), issuer: "csa", audience: "csa-api" });
  console.log(jwt.verifySync(token).sub);
} catch (error) {
  console.error(
    error.name === "TokenError" ? `refused: ${error.reason}` : `There are no keys to be had: ${error.message}`,
  );
  process.exitCode = error.name === "TokenError" ? 1 : 69;
}
