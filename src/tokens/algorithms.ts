/** The JWS algorithms of Latchkey (RFC 7518 section 3.1, RFC 8037): asymmetric ones to share, HMAC for one process. */
export type Algorithm =
  | "HS256"
  | "HS384"
  | "HS512"
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA";

interface HmacRules {
  readonly kind: "hmac";
  readonly hash: string;
  readonly bytes: number;
}

interface RsaRules {
  readonly kind: "rsa" | "rsa-pss";
  readonly hash: string;
}

interface EcRules {
  readonly kind: "ec";
  readonly hash: string;
  readonly namedCurve: string;
  readonly crv: string;
  /** The length of a coordinate, and of each half of a signature. */
  readonly bytes: number;
}

interface EdRules {
  readonly kind: "ed25519";
}

/** What an algorithm asks of its key and how `node:crypto` is called for it. */
export type AlgorithmRules = HmacRules | RsaRules | EcRules | EdRules;

const RULES: ReadonlyMap<string, AlgorithmRules> = new Map<Algorithm, AlgorithmRules>([
  ["HS256", { kind: "hmac", hash: "sha256", bytes: 32 }],
  ["HS384", { kind: "hmac", hash: "sha384", bytes: 48 }],
  ["HS512", { kind: "hmac", hash: "sha512", bytes: 64 }],
  ["RS256", { kind: "rsa", hash: "sha256" }],
  ["RS384", { kind: "rsa", hash: "sha384" }],
  ["RS512", { kind: "rsa", hash: "sha512" }],
  ["PS256", { kind: "rsa-pss", hash: "sha256" }],
  ["PS384", { kind: "rsa-pss", hash: "sha384" }],
  ["PS512", { kind: "rsa-pss", hash: "sha512" }],
  ["ES256", { kind: "ec", hash: "sha256", namedCurve: "prime256v1", crv: "P-256", bytes: 32 }],
  ["ES384", { kind: "ec", hash: "sha384", namedCurve: "secp384r1", crv: "P-384", bytes: 48 }],
  ["ES512", { kind: "ec", hash: "sha512", namedCurve: "secp521r1", crv: "P-521", bytes: 66 }],
  ["EdDSA", { kind: "ed25519" }],
]);

/** The rules of an algorithm; a `TypeError` for a name that is not on the list (`none` among them). */
export function requireAlgorithm(name: unknown): AlgorithmRules {
  const rules = RULES.get(name as string);
  if (rules === undefined) throw new TypeError(`The algorithm must be one of ${[...RULES.keys()].join(", ")}.`);
  return rules;
}

/** Whether a name is on the list. */
export function isAlgorithm(name: unknown): name is Algorithm {
  return RULES.has(name as string);
}

/** The one algorithm that a JWK's curve allows, where its curve decides. */
export function algorithmOfCurve(crv: unknown): Algorithm | undefined {
  if (crv === "Ed25519") return "EdDSA";
  for (const [name, rules] of RULES) if (rules.kind === "ec" && rules.crv === crv) return name as Algorithm;
  return undefined;
}
