import { createSecretKey, randomBytes } from "node:crypto";
import {
  createIssuer,
  exportKey,
  generateKey,
  importKey,
  type Jwk,
  type Key,
  type PrivateKey,
  signJws,
  toJwks,
  verifyJws,
} from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { keyOf, pairOf, verifierOf, WRONG_USE } from "./by-hand.js";

const es = keyOf("ES256") as PrivateKey;
const ed = keyOf("EdDSA") as PrivateKey;
const secret = () => randomBytes(64);
const secretJwk = (changes: Jwk = {}): Jwk => ({
  kty: "oct",
  alg: "HS256",
  k: secret().toString("base64url"),
  ...changes,
});

describe("the error of a wrong key says what to do", () => {
  const pem = exportKey(es, { format: "pem" });
  it.each<[string, () => unknown, RegExp]>([
    ["which algorithms there are", () => importKey(secret(), { alg: "none" as never }), /one of HS256, HS384, .*EdDSA/],
    ["that a text needs one", () => importKey(pem), /algorithm .* must be given: importKey\(key, \{ alg \}\)/],
    ["that an RSA JWK needs one", () => importKey({ kty: "RSA", n: "AQAB", e: "AQAB" }), /names no algorithm: .*alg/],
    ["that bytes are no PEM", () => importKey(Buffer.from(pem), { alg: "ES256" }), /ES256 needs a JWK or a PEM text/],
    ["which PEM is meant", () => importKey(`${pem}${pem}`, { alg: "ES256" }), /not one PEM key: .*PKCS#8/],
    [
      "that a secret is no private key",
      () => importKey(createSecretKey(secret()), { alg: "RS256" }),
      /RS256 .*not a secret/,
    ],
    [
      "that a private key is no secret",
      () => importKey(es.handle, { alg: "HS256" }),
      /HS256 needs a secret, not a private key/,
    ],
    [
      "that a key is of another curve",
      () => importKey(es.handle, { alg: "ES384" }),
      /ec on prime256v1 .*ES384.* ec on secp384r1/,
    ],
    [
      "that a key is of another type",
      () => importKey(ed.handle, { alg: "RS256" }),
      /type ed25519 does not fit RS256.* rsa/,
    ],
    [
      "that a key is of another type still",
      () => importKey(es.handle, { alg: "EdDSA" }),
      /ec on prime256v1 .*EdDSA.* ed25519/,
    ],
    [
      "that a secret signs and verifies",
      () => importKey(secretJwk({ key_ops: ["verify"] })),
      /key_ops .*sign and verify/,
    ],
    [
      "that generateKey has no such option",
      () => generateKey({ kind: "x" } as never),
      /generateKey has no option "kind".*alg, kid, modulusLength/,
    ],
    ["which formats there are", () => exportKey(es, { format: "der" as never }), /"jwk" or "pem"/],
    ["that key sets are made of lists", () => toJwks(es as never), /list of keys/],
    ["how to accept both kinds of keys", () => verifierOf(es, { keys: [es, keyOf("HS256")] }), /anyVerifier/],
    ["how to accept both, in any order", () => verifierOf(es, { keys: [keyOf("HS256"), es] }), /anyVerifier/],
    ["that a JWK lacks a member", () => importKey({ ...exportKey(es.public), y: undefined } as never), /member/],
    [
      "which member is not the key's",
      () => importKey({ ...exportKey(ed), x: exportKey(keyOf("EdDSA", "other")).x ?? "" }),
      /member x/,
    ],
  ])("%s", (_name, act, words) => {
    expect(act).toThrow(words);
    expect(act).toThrow(WRONG_USE);
  });

  it("and keeps what OpenSSL said of a PEM text", () => {
    const junk = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    expect(() => importKey(junk, { alg: "ES256" })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/no usable key/), cause: expect.any(Error) }),
    );
  });
});

describe("a new key", () => {
  it("is of ES256 where nothing else is asked for", () => {
    expect(generateKey()).toMatchObject({ kind: "private", alg: "ES256" });
    expect(generateKey({ kid: "mine" })).toMatchObject({ kind: "private", alg: "ES256", kid: "mine" });
  });

  it("may have a name of 256 characters", () => {
    expect(generateKey({ kid: "x".repeat(256) }).kid).toHaveLength(256);
    expect(() => generateKey({ kid: "x".repeat(257) })).toThrow(/1 to 256 characters/);
  });
});

describe("a secret in a JWK", () => {
  it.each([[["verify"]], [["sign"]], [["sign", "encrypt"]]])(
    "is not taken with the operations %j alone",
    (operations) => {
      expect(() => importKey(secretJwk({ key_ops: operations }))).toThrow(WRONG_USE);
    },
  );

  it("is taken with sign and verify, in any order", () => {
    expect(importKey(secretJwk({ key_ops: ["verify", "sign", "deriveKey"] })).kind).toBe("secret");
  });

  it("says what it lacks where it is empty", () => {
    expect(() => importKey({ kty: "oct", alg: "HS256", k: "" })).toThrow(/at least 32 bytes, it has 0/);
    expect(() => importKey({ kty: "oct", alg: "HS256" })).toThrow(/no usable key/);
  });
});

describe("a secret of text", () => {
  it("is its bytes in UTF-8, whatever characters it has", () => {
    const text = `${secret().toString("base64url")}-ключ-鍵-🔑`;
    expect(importKey(text, { alg: "HS512" }).handle.export()).toEqual(Buffer.from(text, "utf8"));
  });
});

describe("a key that another copy of the package made", () => {
  const copyOf = (key: PrivateKey, changes: object = {}): Key =>
    ({ ...key, public: { ...key.public }, ...changes }) as Key;
  const rs = keyOf("RS256") as PrivateKey;
  const other = importKey(rs.handle, { alg: "RS512", kid: rs.kid }) as PrivateKey;

  it("signs and verifies like its own", () => {
    for (const key of [es, rs, ed]) {
      expect(verifyJws(signJws("x", copyOf(key)), [copyOf(key)]).key.kid).toBe(key.kid);
      expect(verifyJws(signJws("x", key), [{ ...key.public }]).key.kid).toBe(key.kid);
      const issuer = createIssuer({ issuer: "a", audience: "b", clientId: "c", keys: [copyOf(key) as PrivateKey] });
      expect(issuer.mint({ sub: "1" })).toContain(".");
    }
  });

  it.each<[string, Key]>([
    ["has a private key for its public half", copyOf(rs, { public: rs })],
    ["has a secret for its public half", copyOf(rs, { public: keyOf("HS256") })],
    ["has a public half of another algorithm", copyOf(rs, { public: other.public })],
    ["has a public half of another name", copyOf(rs, { public: { ...rs.public, kid: "another" } })],
    ["has no public half", copyOf(rs, { public: undefined })],
    ["calls a public key private", copyOf(rs, { handle: rs.public.handle })],
    ["calls a private key public", { ...rs.public, handle: rs.handle }],
    ["calls a public key a secret", { ...rs.public, kind: "secret" } as never],
    ["has a name that is no text", { ...rs.public, kid: 5 } as never],
    ["has an algorithm that there is not", { ...rs.public, alg: "none" } as never],
    ["has an algorithm that does not fit", { ...rs.public, alg: "ES256" } as never],
    ["is a secret that is too short", { ...keyOf("HS256"), handle: createSecretKey(randomBytes(31)) } as never],
    [
      "has a handle that only looks like one",
      { kind: "secret", kid: "x", alg: "HS256", handle: { type: "secret", export: secret } } as never,
    ],
  ])("is no key where it %s", (_name, key) => {
    expect(() => verifyJws("a.b.c", [key])).toThrow(/generateKey or importKey/);
  });
});

describe("an Ed25519 point", () => {
  it.each(["ed", "ee", "ef", "f0", "f9", "fa", "ff"])(
    "is not taken where its y begins with %s and is the prime or more: it has another spelling",
    (first) => {
      for (const last of ["7f", "ff"]) {
        const x = Buffer.from(`${first}${"ff".repeat(30)}${last}`, "hex").toString("base64url");
        expect(() => importKey({ kty: "OKP", crv: "Ed25519", x })).toThrow(/one way|small order/);
      }
    },
  );

  it("is taken where its y is less than the prime", () => {
    const point = Buffer.from(exportKey(ed.public).x ?? "", "base64url");
    expect(point).toHaveLength(32);
    for (const hex of [`ed${"ff".repeat(30)}7e`, `ed${"ff".repeat(29)}fe7f`, `ebff${"ff".repeat(29)}7f`]) {
      const x = Buffer.from(hex, "hex").toString("base64url");
      expect(importKey({ kty: "OKP", crv: "Ed25519", x }).kind).toBe("public");
    }
  });
});

describe("a key of an elliptic curve", () => {
  it("is refused where the public half that is stored with it is another's", () => {
    const [one, two] = [pairOf("ec", { namedCurve: "P-256" }), pairOf("ec", { namedCurve: "P-256" })];
    const der = one.privateKey.export({ format: "der", type: "sec1" });
    const point = (key: typeof one) => key.publicKey.export({ format: "der", type: "spki" }).subarray(-65);
    const at = der.indexOf(point(one));
    expect(at).toBeGreaterThan(0);
    const mixed = Buffer.concat([der.subarray(0, at), point(two), der.subarray(at + 65)]);
    const lines = mixed.toString("base64").replaceAll(/.{64}/g, "$&\n");
    const pem = `-----BEGIN EC PRIVATE KEY-----\n${lines}\n-----END EC PRIVATE KEY-----\n`;
    expect(() => importKey(pem, { alg: "ES256" })).toThrow(WRONG_USE);
  });
});
