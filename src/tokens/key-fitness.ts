import { type KeyObject, sign, verify } from "node:crypto";
import { type Algorithm, type AlgorithmRules, requireAlgorithm } from "./algorithms.js";
import { requireConsistentRsa, requireSoundRsa } from "./rsa-soundness.js";
import { requireStrongSecret } from "./secret-strength.js";

/** Throws a `TypeError` where a key is not of its algorithm's type, curve or size, or is too weak for it. */
export function requireFit(handle: KeyObject, alg: Algorithm): void {
  const rules = requireAlgorithm(alg);
  if (rules.kind === "hmac") {
    if (handle.type !== "secret") throw new TypeError(`${alg} needs a secret, not a ${handle.type} key.`);
    requireStrongSecret(handle.export(), rules.bytes);
    return;
  }
  if (handle.type === "secret") throw new TypeError(`${alg} needs a public or a private key, not a secret.`);
  requireType(handle, alg, rules);
  if (rules.kind === "rsa" || rules.kind === "rsa-pss") requireSoundRsa(handle);
  if (rules.kind === "ed25519") requireLargeOrder(handle);
  if (handle.type === "private") requirePair(handle, rules);
}

function requireType(handle: KeyObject, alg: Algorithm, rules: AlgorithmRules): void {
  const { namedCurve } = handle.asymmetricKeyDetails ?? {};
  const found = namedCurve === undefined ? handle.asymmetricKeyType : `ec on ${namedCurve}`;
  const wanted = typeFor(rules);
  if (found !== wanted) throw new TypeError(`A key of type ${found} does not fit ${alg}, which needs ${wanted}.`);
}

function typeFor(rules: AlgorithmRules): string {
  if (rules.kind === "ec") return `ec on ${rules.namedCurve}`;
  // A key of type rsa-pss carries its own limits on hash and salt, so only the plain type is taken.
  return rules.kind === "ed25519" ? "ed25519" : "rsa";
}

/** A private key whose stored public half is not its own would sign what nobody can verify. */
function requirePair(handle: KeyObject, rules: AlgorithmRules): void {
  if (rules.kind === "rsa" || rules.kind === "rsa-pss") requireConsistentRsa(handle);
  const hash = rules.kind === "ed25519" ? null : "sha256";
  const probe = Buffer.alloc(32);
  // Given a private key, Node verifies with the public half that is stored in it.
  if (!verify(hash, probe, handle, sign(hash, probe, handle))) {
    throw new TypeError("The public half does not belong to the private key.");
  }
}

// The y coordinates of the points of order 1, 2, 4 and 8: with such a "key" one
// signature holds for many texts.
const SMALL_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);
const BEYOND_THE_PRIME = /(?:e[d-f]|f.)(?:ff){30}7f/;

function requireLargeOrder(key: KeyObject): void {
  const point = Buffer.from(key.export({ format: "jwk" }).x as string, "base64url");
  point[31] = (point[31] ?? 0) & 0x7f;
  const y = point.toString("hex");
  if (SMALL_ORDER.has(y)) throw new TypeError("The Ed25519 key is a point of small order.");
  if (BEYOND_THE_PRIME.test(y))
    throw new TypeError("The Ed25519 key is not written in the one way that its point has.");
}
