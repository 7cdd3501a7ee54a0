import {
  constants,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import {
  type Algorithm,
  createVerifier,
  generateKey,
  type Key,
  type LocalVerifier,
  type TokenError,
} from "latchkey/tokens";
import { expect } from "vitest";

/** Tokens made with node:crypto alone, so that no test trusts the code that it tests. */

export const ALGORITHMS: readonly Algorithm[] = [
  "HS256",
  "HS384",
  "HS512",
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
];

/** A `TypeError` for whoever uses the library wrongly, in a sentence of its own: not one of the engine, which ends without a full stop. */
export const WRONG_USE: unknown = expect.objectContaining({
  name: "TypeError",
  message: expect.stringMatching(/^\S+ .+[."]$/s),
});

/** The moment at which the tests take place, in milliseconds and in seconds. */
export const NOW = Date.UTC(2026, 5, 1, 12);
export const SECONDS = NOW / 1000;
export const ISSUER = "https://auth.example.com";
export const AUDIENCE = "todo-api";
export const JTI = "019e8300-0c00-7000-8000-000000000001";

const made = new Map<string, Key>();

/** A key of an algorithm, made once a file and name. */
export function keyOf(alg: Algorithm, name = "first"): Key {
  const known = made.get(`${alg} ${name}`);
  if (known !== undefined) return known;
  const key = generateKey({ alg }) as Key;
  made.set(`${alg} ${name}`, key);
  return key;
}

export type Members = Readonly<Record<string, unknown>>;

export function headerOf(key: Key, changes: Members = {}): Members {
  return { alg: key.alg, typ: "at+jwt", kid: key.kid, ...changes };
}

export function claimsOf(changes: Members = {}): Members {
  return {
    iss: ISSUER,
    sub: "42",
    aud: AUDIENCE,
    client_id: "web",
    iat: SECONDS - 10,
    exp: SECONDS + 590,
    jti: JTI,
    sid: "session-1",
    ...changes,
  };
}

/** Text and bytes as they are, anything else as JSON; in base64url. */
export function segment(content: unknown): string {
  const raw = typeof content === "string" || content instanceof Uint8Array;
  return Buffer.from(raw ? content : JSON.stringify(content)).toString("base64url");
}

/** The signature that an algorithm makes with a key of node:crypto, over the latin1 bytes of a text. */
export function signatureOf(input: string | Uint8Array, alg: Algorithm, handle: KeyObject): Buffer {
  const bytes = typeof input === "string" ? Buffer.from(input, "latin1") : Buffer.from(input);
  const hash = `sha${alg.slice(2)}`;
  if (alg.startsWith("HS")) return createHmac(hash, handle).update(bytes).digest();
  if (alg.startsWith("ES")) return sign(hash, bytes, { key: handle, dsaEncoding: "ieee-p1363" });
  if (alg === "EdDSA") return sign(null, bytes, handle);
  if (alg.startsWith("RS")) return sign(hash, bytes, { key: handle, padding: constants.RSA_PKCS1_PADDING });
  return sign(hash, bytes, {
    key: handle,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  });
}

/** A compact token of two segments that are already encoded, signed by a key. */
export function sealed(header: string, payload: string, key: Key): string {
  const input = `${header}.${payload}`;
  return `${input}.${signatureOf(input, key.alg, key.handle).toString("base64url")}`;
}

/** A compact token of a header and a payload as they are, whatever they are, signed by a key. */
export function tokenOf(header: unknown, payload: unknown, key: Key): string {
  return sealed(segment(header), segment(payload), key);
}

/** A token that the verifier of {@link verifierOf} accepts, with changes to its claims. */
export function goodToken(key: Key, changes: Members = {}): string {
  return tokenOf(headerOf(key), claimsOf(changes), key);
}

type Options = Parameters<typeof createVerifier>[0];

export function verifierOf(key: Key, options: Partial<Options> = {}): LocalVerifier {
  return createVerifier({ issuer: ISSUER, audience: AUDIENCE, keys: [key], now: () => NOW, ...options } as Options);
}

/** What was thrown, which must be a TokenError. */
export function refusalOf(act: () => unknown): TokenError {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, "nothing was thrown, or no TokenError").toMatchObject({ name: "TokenError", code: "invalid_token" });
  return thrown as TokenError;
}

/** The parts of a refusal that a caller tells refusals apart by. */
export function factsOf(act: () => unknown): { reason: string; check: string; claim?: string; part?: string } {
  const { reason, check, claim, part } = refusalOf(act);
  return { reason, check, ...(claim !== undefined && { claim }), ...(part !== undefined && { part }) };
}

/** A new pair of any kind, whose key objects share no lock with the job that made them (see `newHandle` in `tokens/import-key.ts`). */
export function pairOf(
  type: string,
  options: object = {},
): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const encodings = {
    publicKeyEncoding: { format: "der", type: "spki" },
    privateKeyEncoding: { format: "der", type: "pkcs8" },
  };
  const made: { readonly privateKey: unknown } = generateKeyPairSync(
    type as "ec",
    { ...options, ...encodings } as never,
  );
  const privateKey = createPrivateKey({ key: made.privateKey as Buffer, format: "der", type: "pkcs8" });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
