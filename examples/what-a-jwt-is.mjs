// A token taken apart: what stands in it, who can read it, who can make it, and what a change does.
import { createIssuer, createVerifier, explain, generateKey } from "latchkey/tokens";

const read = (part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
const options = { issuer: "https://auth.example.com", audience: "todo-api", clientId: "web" };

// A key pair: the private half signs, the public half checks.
const key = generateKey({ alg: "ES256" });
const token = createIssuer({ ...options, keys: [key] }).mint({ sub: "42", roles: ["editor"] });
const [header, payload, signature] = token.split(".");

// Nothing is needed to read it: it is signed, not encrypted.
console.log("header   ", read(header));
console.log("payload  ", read(payload));
console.log("signature", Buffer.from(signature, "base64url").length, "bytes");

// Whoever has the public key can check it, and can make none.
const verifier = createVerifier({ ...options, keys: [key.public] });
console.log("accepted:", verifier.verifySync(token).sub);
try {
  createIssuer({ ...options, keys: [key.public] });
} catch (error) {
  console.log("the public half:", error.message);
}

// A claim that was changed leaves a signature that does not hold.
const forged = Buffer.from(JSON.stringify({ ...read(payload), roles: ["admin"] })).toString("base64url");
try {
  verifier.verifySync(`${header}.${forged}.${signature}`);
} catch (error) {
  console.log("refused:", error.code, error.reason);
}
for (const { check, verdict } of explain(`${header}.${forged}.${signature}`, verifier))
  console.log(` ${verdict}: ${check}`);

// A shared secret signs and checks: everybody who can check can also mint.
const secret = generateKey({ alg: "HS256" });
const minted = createIssuer({ ...options, keys: [secret] }).mint({ sub: "42" });
const checker = createVerifier({ ...options, keys: [secret] });
const mintedByChecker = createIssuer({ ...options, keys: [secret] }).mint({ sub: "1", roles: ["admin"] });
console.log(
  "by the issuer:",
  checker.verifySync(minted).sub,
  "by the checker:",
  checker.verifySync(mintedByChecker).sub,
);
