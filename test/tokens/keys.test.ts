import {
  checkPrimeSync,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  randomBytes,
} from "node:crypto";
import { inspect } from "node:util";
import {
  type Algorithm,
  createIssuer,
  createVerifier,
  exportKey,
  generateKey,
  importKey,
  type Key,
  signJws,
  TokenError,
  thumbprint,
  toJwks,
  verifyJws,
} from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { ALGORITHMS, keyOf, pairOf, verifierOf, WRONG_USE } from "./by-hand.js";

const ASYMMETRIC = ALGORITHMS.filter((alg) => !alg.startsWith("HS"));
const HMAC = ["HS256", "HS384", "HS512"] as const;
const RSA = ALGORITHMS.filter((alg) => /^[RP]S/.test(alg));

function secretOf(alg: Algorithm): Buffer {
  return randomBytes(Number(alg.slice(2)) / 8);
}

/** A JWK without the members that Latchkey adds, with changes. */
function jwkOf(key: Key, changes: Record<string, unknown> = {}): JsonWebKey {
  return { ...exportKey(key), ...changes } as JsonWebKey;
}

function publicJwkOf(alg: Algorithm, changes: Record<string, unknown> = {}): JsonWebKey {
  const key = keyOf(alg);
  return jwkOf(key.kind === "private" ? key.public : key, changes);
}

/** The error of an import: always a TypeError, whose text, cause included, holds none of the given secrets. */
function faultOf(act: () => unknown, secrets: readonly string[] = []): string {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(TypeError);
  expect(thrown).toEqual(WRONG_USE);
  const told = inspect(thrown, { depth: 10 });
  for (const secret of secrets) expect(told).not.toContain(secret);
  return (thrown as TypeError).message;
}

function expectSame(one: Key, other: Key): void {
  const half = (key: Key) => (key.kind === "private" ? key.public : key);
  expect(half(other).handle.equals(half(one).handle)).toBe(true);
  expect(other.alg).toBe(one.alg);
}

describe.each(ALGORITHMS)("a key of %s", (alg) => {
  const key = keyOf(alg);

  it("is named by its RFC 7638 thumbprint", () => {
    expect(key.kid).toBe(thumbprint(key.handle));
    expect(key.kid).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(importKey(key.handle, { alg }).kid).toBe(key.kid);
  });

  it("is called what it is told to be called", () => {
    expect(generateKey({ alg, kid: "mine" }).kid).toBe("mine");
    expect(importKey(key.handle, { alg, kid: "mine" }).kid).toBe("mine");
    expect(importKey(jwkOf(key, { kid: "mine" })).kid).toBe("mine");
    expect(importKey(jwkOf(key, { kid: "mine" }), { kid: "mine" }).kid).toBe("mine");
    expect(importKey(jwkOf(key, { kid: undefined }), { kid: "mine" }).kid).toBe("mine");
  });

  it("comes back from its JWK with kid, algorithm and use", () => {
    const jwk = exportKey(key);
    expect(jwk).toMatchObject({ kid: key.kid, alg, use: "sig" });
    expect(exportKey(key, { format: "jwk" })).toEqual(jwk);
    const back = importKey(JSON.parse(JSON.stringify(jwk)));
    expect(back).toMatchObject({ kind: key.kind, kid: key.kid, alg });
    expectSame(key, back);
  });

  it("verifies after every detour what it signed before", () => {
    const token = signJws("payload", key);
    const detours = [importKey(exportKey(key)), importKey(key.handle, { alg })];
    if (key.kind === "private") {
      detours.push(key.public, importKey(exportKey(key.public)), importKey(exportKey(key, { format: "pem" }), { alg }));
      detours.push(importKey(exportKey(key.public, { format: "pem" }), { alg }), importKey(key.public.handle, { alg }));
    }
    for (const detour of detours) {
      expect(Buffer.from(verifyJws(token, [detour]).payload).toString()).toBe("payload");
      if (detour.kind !== "public") expect(verifyJws(signJws("again", detour), [key]).header.kid).toBe(key.kid);
    }
  });

  it("refuses a kid that contradicts its JWK, and an algorithm that does", () => {
    faultOf(() => importKey(exportKey(key), { kid: "another" }));
    for (const other of ALGORITHMS) if (other !== alg) faultOf(() => importKey(exportKey(key), { alg: other }));
  });

  it.each([[""], ["x".repeat(257)], [5], [null], [{}]])("is not called %j", (kid) => {
    faultOf(() => importKey(jwkOf(key, { kid })));
    if (kid !== null) faultOf(() => importKey(key.handle, { alg, kid: kid as string }));
  });

  it.each([
    [{ use: "enc" }],
    [{ use: "" }],
    [{ use: "SIG" }],
    [{ use: 1 }],
    [{ use: null }],
    [{ key_ops: [] }],
    [{ key_ops: ["encrypt"] }],
    [{ key_ops: ["deriveKey"] }],
    [{ key_ops: "sign" }],
    [{ key_ops: ["sign", "sign", "verify"] }],
    [{ key_ops: null }],
    [{ key_ops: { 0: "sign" } }],
  ])("is not taken with %j", (changes) => {
    faultOf(() => importKey(jwkOf(key, changes)));
  });

  it("is taken with a use and operations that fit", () => {
    expect(importKey(jwkOf(key, { use: "sig", key_ops: ["sign", "verify"] })).kid).toBe(key.kid);
    expect(
      importKey(jwkOf(key, { use: undefined, key_ops: key.kind === "secret" ? ["verify", "sign"] : ["sign"] })).kid,
    ).toBe(key.kid);
    expect(importKey(jwkOf(key, { unknown: { member: true } })).kid).toBe(key.kid);
  });

  it("shows no key material when it is printed", () => {
    const jwk = exportKey(key) as Record<string, unknown>;
    const secrets = ["d", "p", "q", "dp", "dq", "qi", "k"]
      .map((name) => jwk[name])
      .filter((text) => typeof text === "string");
    expect(secrets.length).toBeGreaterThan(0);
    const bytes = secrets.flatMap((text) => [
      Buffer.from(text, "base64url").toString("hex"),
      Buffer.from(text, "base64url").toString("base64"),
    ]);
    for (const printed of [
      JSON.stringify(key),
      inspect(key, { depth: 20, showHidden: true }),
      String(key),
      `${Object.values(key)}`,
    ]) {
      for (const secret of [...secrets, ...bytes]) expect(printed).not.toContain(secret);
    }
  });

  it("cannot be changed", () => {
    expect(Object.isFrozen(key)).toBe(true);
    expect(() => Object.assign(key as object, { alg: "none" })).toThrow(TypeError);
    if (key.kind === "private") expect(Object.isFrozen(key.public)).toBe(true);
  });
});

describe.each(ASYMMETRIC)("a private key of %s", (alg) => {
  const key = generateKey({ alg }) as Key;
  const { handle } = key;

  it("comes back from every PEM form", () => {
    const forms: string[] = [handle.export({ format: "pem", type: "pkcs8" }) as string];
    if (handle.asymmetricKeyType === "rsa") forms.push(handle.export({ format: "pem", type: "pkcs1" }) as string);
    if (handle.asymmetricKeyType === "ec") forms.push(handle.export({ format: "pem", type: "sec1" }) as string);
    for (const pem of forms.flatMap((form) => [form, form.trimEnd(), form.replaceAll("\n", "\r\n"), `${form}\n\n`])) {
      expect(importKey(pem, { alg })).toMatchObject({ kind: "private", kid: key.kid, alg });
    }
    expect(exportKey(key, { format: "pem" })).toBe(forms[0]);
  });

  it("has a public half that comes back from every PEM form", () => {
    const half = createPublicKey(handle);
    const forms: string[] = [half.export({ format: "pem", type: "spki" }) as string];
    if (half.asymmetricKeyType === "rsa") forms.push(half.export({ format: "pem", type: "pkcs1" }) as string);
    for (const pem of forms) expect(importKey(pem, { alg })).toMatchObject({ kind: "public", kid: key.kid, alg });
  });

  it("is published without a private member", () => {
    const { keys } = toJwks([key]);
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ kid: key.kid, alg, use: "sig" });
    expect(
      Object.keys(keys[0] ?? {}).filter((name) => ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].includes(name)),
    ).toEqual([]);
    expect(importKey(keys[0] as JsonWebKey).kind).toBe("public");
  });

  it("has a public half that cannot sign", () => {
    expect(() => signJws("x", importKey(createPublicKey(handle), { alg }))).toThrow(WRONG_USE);
  });

  it("is not made of a secret, and a secret is not made of it (CVE-2022-23541)", () => {
    faultOf(() => importKey(createSecretKey(randomBytes(64)), { alg }));
    faultOf(() => importKey({ kty: "oct", k: randomBytes(64).toString("base64url") }, { alg }));
    faultOf(() => importKey(randomBytes(64), { alg }));
    for (const hmac of HMAC) {
      faultOf(() => importKey(handle, { alg: hmac }));
      faultOf(() => importKey(createPublicKey(handle), { alg: hmac }));
    }
  });

  it("fits no algorithm of another family or curve (CVE-2022-23539)", () => {
    const family = (name: Algorithm) => (/^[RP]S/.test(name) ? "rsa" : name);
    for (const other of ASYMMETRIC) {
      if (family(other) !== family(alg)) faultOf(() => importKey(handle, { alg: other }));
    }
  });

  it("is not taken for verifying where it may only sign, nor the other way round", () => {
    faultOf(() => importKey(jwkOf(key, { key_ops: ["verify"] })));
    faultOf(() => importKey({ ...toJwks([key]).keys[0], key_ops: ["sign"] } as JsonWebKey));
    expect(importKey({ ...toJwks([key]).keys[0], key_ops: ["verify"] } as JsonWebKey).kind).toBe("public");
  });
});

describe("a key set to publish", () => {
  it("refuses every secret", () => {
    for (const alg of HMAC) {
      expect(() => toJwks([keyOf(alg)])).toThrow(WRONG_USE);
      expect(() => toJwks([keyOf("ES256"), keyOf(alg)])).toThrow(WRONG_USE);
    }
  });

  it("keeps the order of its keys and says nothing where there are none", () => {
    expect(toJwks([keyOf("EdDSA"), keyOf("ES256")]).keys.map(({ alg }) => alg)).toEqual(["EdDSA", "ES256"]);
    expect(toJwks([])).toEqual({ keys: [] });
  });
});

describe("an algorithm", () => {
  it.each([
    ["none"],
    ["None"],
    [""],
    ["hs256"],
    ["HS1"],
    ["ES256K"],
    ["Ed448"],
    ["constructor"],
    ["__proto__"],
    [null],
    [1],
    [{}],
    [["HS256"]],
  ])("is never %j (CVE-2026-28498)", (alg) => {
    faultOf(() => generateKey({ alg: alg as Algorithm }));
    faultOf(() => importKey(randomBytes(64), { alg: alg as Algorithm }));
    faultOf(() => importKey(jwkOf(keyOf("ES256"), { alg: alg === null ? "" : alg })));
  });

  it("is never guessed from a text, bytes or a key that has none (CVE-2026-22817, CVE-2020-15084)", () => {
    faultOf(() => importKey(randomBytes(64).toString("base64url")));
    faultOf(() => importKey(randomBytes(64)));
    faultOf(() => importKey(exportKey(keyOf("ES256"), { format: "pem" })));
    faultOf(() => importKey(keyOf("RS256").handle));
    faultOf(() => importKey(jwkOf(keyOf("RS256"), { alg: undefined })));
    faultOf(() => importKey(jwkOf(keyOf("HS256"), { alg: undefined })));
  });

  it.each([["ES256"], ["ES384"], ["ES512"], ["EdDSA"]] as const)(
    "is %s where the curve of a JWK leaves no other",
    (alg) => {
      expect(importKey(jwkOf(keyOf(alg), { alg: undefined })).alg).toBe(alg);
    },
  );
});

describe("an import", () => {
  it.each([
    [undefined],
    [null],
    [0],
    [true],
    [Symbol("key")],
    [() => "key"],
    [10n],
    [{}],
    [[]],
    [new Date()],
    [new Map()],
    [new ArrayBuffer(64)],
  ])("of %o is refused", (material) => {
    faultOf(() => importKey(material as never, { alg: "HS256" }));
    faultOf(() => importKey(material as never, { alg: "ES256" }));
    faultOf(() => importKey(material as never));
  });

  it.each([
    ["a certificate", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"],
    [
      "an OpenSSH key",
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
    ],
    ["an encrypted key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"],
    ["a DSA key", "-----BEGIN DSA PRIVATE KEY-----\nMIIB\n-----END DSA PRIVATE KEY-----\n"],
    ["an SSH line", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ"],
    ["nothing", ""],
    ["junk in PEM", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"],
    ["labels that differ", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"],
    ["a path", "/etc/ssl/private/key.pem"],
  ])("of %s as a key is refused", (_name, text) => {
    for (const alg of ASYMMETRIC) faultOf(() => importKey(text, { alg }));
  });

  it("of two PEM keys in one text is refused", () => {
    const pem = exportKey(keyOf("ES256"), { format: "pem" });
    faultOf(() => importKey(pem + pem, { alg: "ES256" }));
    faultOf(() => importKey(exportKey(keyOf("ES384"), { format: "pem" }) + pem, { alg: "ES256" }));
  });

  it("of an encrypted PEM is refused", () => {
    const pem = keyOf("ES256").handle.export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "x" });
    faultOf(() => importKey(pem as string, { alg: "ES256" }));
  });

  it("tells nothing of a private key that it refuses", () => {
    for (const alg of ASYMMETRIC) {
      const jwk = exportKey(keyOf(alg));
      const secrets = [jwk.d, jwk.p, jwk.q].filter((text) => text !== undefined);
      faultOf(() => importKey({ ...jwk, use: "enc" }), secrets);
      faultOf(() => importKey({ ...jwk, x: "AA", n: "AA" }), secrets);
      faultOf(() => importKey({ ...jwk, d: `${jwk.d}!` }), [...secrets, `${jwk.d}!`]);
      const pem = exportKey(keyOf(alg), { format: "pem" });
      const body = pem.split("\n")[1] ?? "";
      faultOf(
        () =>
          importKey(
            pem
              .replace(body, `${body.slice(0, -4)}AAAA`)
              .replace("MI", "MA")
              .replace("MC", "MA"),
            { alg },
          ),
        [body.slice(8, -8)],
      );
    }
  });

  it("of a DSA, DH, X25519, Ed448, P-224 or secp256k1 key fits no algorithm", () => {
    const foreign = [
      pairOf("dsa", { modulusLength: 2048, divisorLength: 256 }),
      pairOf("x25519"),
      pairOf("x448"),
      pairOf("ed448"),
      pairOf("ec", { namedCurve: "secp224r1" }),
      pairOf("ec", { namedCurve: "secp256k1" }),
      pairOf("rsa-pss", { modulusLength: 2048 }),
    ];
    for (const { privateKey, publicKey } of foreign) {
      for (const alg of ALGORITHMS) {
        faultOf(() => importKey(privateKey, { alg }));
        faultOf(() => importKey(publicKey, { alg }));
      }
    }
  });
});

/** A prime of 1024 bits in the form that the faulty generator made: k * M + (65537^a mod M). */
function rocaPrime(): bigint {
  const primes: bigint[] = [];
  for (let candidate = 2n; primes.length < 126; candidate++)
    if (primes.every((prime) => candidate % prime !== 0n)) primes.push(candidate);
  const product = primes.reduce((one, other) => one * other, 1n);
  const power = (exponent: bigint) => {
    let [result, base] = [1n, 65537n];
    for (let rest = exponent; rest > 0n; rest >>= 1n, base = (base * base) % product)
      if (rest & 1n) result = (result * base) % product;
    return result;
  };
  for (;;) {
    const a = BigInt(`0x${randomBytes(8).toString("hex")}`);
    const least = (3n << 1022n) / product;
    const k = least + (BigInt(`0x${randomBytes(6).toString("hex")}`) % ((1n << 1021n) / product));
    const candidate = k * product + power(a);
    if (candidate.toString(2).length === 1024 && checkPrimeSync(candidate)) return candidate;
  }
}

function numberText(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex").toString("base64url");
}

describe.each(["RS256", "PS512"] as const)("an RSA key for %s", (alg) => {
  it("has at least 2048 and at most 8192 bits", () => {
    for (const modulusLength of [1024, 1536, 2040]) {
      const { privateKey, publicKey } = pairOf("rsa", { modulusLength });
      faultOf(() => importKey(privateKey, { alg }));
      faultOf(() => importKey(publicKey, { alg }));
      faultOf(() => generateKey({ alg, modulusLength }));
    }
    const huge = { kty: "RSA", alg, e: "AQAB", n: numberText((1n << 16_383n) + 1n) };
    faultOf(() => importKey(huge));
  });

  it.each([
    ["1", 1n],
    ["3", 3n],
    ["17", 17n],
    ["2", 2n],
    ["65536", 65536n],
    ["65538", 65538n],
    ["65535", 65535n],
    ["2^32 + 1", 2n ** 32n + 1n],
    ["2^2047 + 1", 2n ** 2047n + 1n],
    ["0", 0n],
  ])("does not have the exponent %s", (_name, exponent) => {
    const jwk = publicJwkOf(alg, { e: numberText(exponent) });
    faultOf(() => importKey(jwk));
  });

  it("does not have an even modulus", () => {
    const modulus = BigInt(`0x${Buffer.from(publicJwkOf(alg).n ?? "", "base64url").toString("hex")}`);
    faultOf(() => importKey(publicJwkOf(alg, { n: numberText(modulus - 1n) })));
  });

  it("does not have more than two primes", () => {
    faultOf(() => importKey(jwkOf(keyOf(alg), { oth: [] })));
  });

  it("of 3072 and of 4096 bits is taken", () => {
    if (alg !== "RS256") return;
    expect(generateKey({ alg, modulusLength: 3072 }).handle.asymmetricKeyDetails?.modulusLength).toBe(3072);
    expect(generateKey({ alg, modulusLength: 4096 }).handle.asymmetricKeyDetails?.modulusLength).toBe(4096);
  });

  it.each(["d", "p", "q", "dp", "dq", "qi", "n", "e"])(
    "does not come without %s, nor with one that is no base64url",
    (name) => {
      faultOf(() => importKey(jwkOf(keyOf(alg), { [name]: undefined, ...(name === "d" && { d: null }) })));
      for (const text of ["", "=", "A", "AQAB=", "AQ AB", "+/+/", 65537, null, ["AQAB"]]) {
        faultOf(() => importKey(jwkOf(keyOf(alg), { [name]: text })));
      }
    },
  );

  it.each(["d", "p", "q", "dp", "dq", "qi", "n"])("does not come with the %s of another key", (name) => {
    const other = exportKey(keyOf(alg, "other")) as unknown as Record<string, string>;
    faultOf(() => importKey(jwkOf(keyOf(alg), { [name]: other[name] })), [other[name] ?? ""]);
  });

  it("does not have zeros in front of its numbers (RFC 7518 section 6.3.1.1)", () => {
    const jwk = publicJwkOf(alg);
    const longer = (text = "") =>
      Buffer.concat([Buffer.alloc(1), Buffer.from(text, "base64url")]).toString("base64url");
    faultOf(() => importKey({ ...jwk, n: longer(jwk.n) }));
    faultOf(() => importKey({ ...jwk, e: longer(jwk.e) }));
  });
});

describe("a modulus of the faulty generator (ROCA, CVE-2017-15361)", () => {
  const modulus = rocaPrime() * rocaPrime();

  it("is refused for every RSA algorithm", () => {
    for (const alg of RSA)
      expect(faultOf(() => importKey({ kty: "RSA", alg, n: numberText(modulus), e: "AQAB" }))).toContain("ROCA");
  });

  it("is not the only fault: a small factor is refused too", () => {
    const { n } = publicJwkOf("RS256");
    const sound = BigInt(`0x${Buffer.from(n ?? "", "base64url").toString("hex")}`);
    const divisible = sound + ((15n - (sound % 15n)) % 15n) + (sound % 2n === (15n - (sound % 15n)) % 2n ? 15n : 0n);
    expect(divisible % 15n).toBe(0n);
    expect(faultOf(() => importKey({ kty: "RSA", alg: "RS256", n: numberText(divisible), e: "AQAB" }))).toContain(
      "factor",
    );
  });

  it("is not seen in sound ones", () => {
    const { n } = publicJwkOf("RS256");
    const sound = BigInt(`0x${Buffer.from(n ?? "", "base64url").toString("hex")}`);
    const dividers = Array.from({ length: 998 }, (_, index) => BigInt(index + 2));
    for (let step = 0n; step < 1000n; step++) {
      if (dividers.some((divider) => (sound + step * 2n) % divider === 0n)) continue;
      expect(importKey({ kty: "RSA", alg: "RS256", n: numberText(sound + step * 2n), e: "AQAB" }).kind).toBe("public");
    }
  });
});

describe.each([
  ["ES256", "P-256", 32],
  ["ES384", "P-384", 48],
  ["ES512", "P-521", 66],
] as const)("an EC key for %s", (alg, crv, bytes) => {
  const jwk = exportKey(keyOf(alg));

  it.each(["x", "y", "d"])("does not have a %s of another length", (name) => {
    const value = Buffer.from(String(jwk[name]), "base64url");
    for (const changed of [
      value.subarray(1),
      value.subarray(0, -1),
      Buffer.concat([Buffer.alloc(1), value]),
      Buffer.alloc(0),
      Buffer.alloc(bytes * 2),
    ]) {
      faultOf(() => importKey({ ...jwk, [name]: changed.toString("base64url") }));
    }
    faultOf(() => importKey({ ...jwk, [name]: `${jwk[name]}=` }));
    faultOf(() => importKey({ ...jwk, [name]: 5 }));
  });

  it("does not have a point that is not on its curve (CVE-2017-16007)", () => {
    const { d: _d, ...half } = jwk;
    const moved = Buffer.from(String(jwk.y), "base64url");
    moved[bytes - 1] = (moved[bytes - 1] ?? 0) ^ 1;
    for (const part of [half, jwk]) {
      faultOf(() => importKey({ ...part, y: moved.toString("base64url") }));
      faultOf(() => importKey({ ...part, x: String(jwk.y), y: String(jwk.x) }));
      faultOf(() =>
        importKey({
          ...part,
          x: Buffer.alloc(bytes).toString("base64url"),
          y: Buffer.alloc(bytes).toString("base64url"),
        }),
      );
      faultOf(() => importKey({ ...part, x: Buffer.alloc(bytes, 0xff).toString("base64url") }));
    }
  });

  it("does not have the name of another curve", () => {
    for (const name of ["P-256", "P-384", "P-521", "secp256k1", "p-256", "Ed25519", ""]) {
      if (name !== crv) faultOf(() => importKey({ ...jwk, crv: name }));
    }
    faultOf(() => importKey({ ...jwk, kty: "RSA" }));
    faultOf(() => importKey({ ...jwk, kty: "ec" }));
    faultOf(() => importKey({ ...jwk, kty: undefined } as never));
  });

  it("does not have the d of another key, nor one beyond the order", () => {
    faultOf(() => importKey({ ...jwk, d: String(exportKey(keyOf(alg, "other")).d) }));
    faultOf(() => importKey({ ...jwk, d: Buffer.alloc(bytes).toString("base64url") }));
    faultOf(() => importKey({ ...jwk, d: Buffer.alloc(bytes, 0xff).toString("base64url") }));
  });
});

describe("an Ed25519 key", () => {
  const jwk = exportKey(keyOf("EdDSA"));

  it("does not have the d of another key", () => {
    const { kid: _kid, ...nameless } = jwk;
    faultOf(() => importKey({ ...nameless, d: String(exportKey(keyOf("EdDSA", "other")).d) }));
  });

  it("does not have members of another length or curve", () => {
    for (const name of ["x", "d"]) {
      for (const size of [0, 31, 33, 64])
        faultOf(() => importKey({ ...jwk, [name]: Buffer.alloc(size, 7).toString("base64url") }));
    }
    for (const crv of ["Ed448", "X25519", "ed25519", "P-256"]) faultOf(() => importKey({ ...jwk, crv }));
    faultOf(() => importKey({ ...jwk, kty: "EC" }));
  });

  it.each([
    ["0000000000000000000000000000000000000000000000000000000000000000"],
    ["0000000000000000000000000000000000000000000000000000000000000080"],
    ["0100000000000000000000000000000000000000000000000000000000000000"],
    ["0100000000000000000000000000000000000000000000000000000000000080"],
    ["ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"],
    ["26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"],
    ["26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"],
    ["c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"],
    ["c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"],
    ["edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"],
    ["eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"],
    ["eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"],
  ])("is not the point %s, whose order is small", (hex) => {
    faultOf(() => importKey({ kty: "OKP", crv: "Ed25519", x: Buffer.from(hex, "hex").toString("base64url") }));
  });
});

describe.each(HMAC)("a secret for %s", (alg) => {
  const least = Number(alg.slice(2)) / 8;

  it("is as long as the hash's output at least", () => {
    for (const size of [0, 1, 16, least - 1]) {
      const short = randomBytes(size);
      faultOf(() => importKey(short, { alg }));
      faultOf(() => importKey(createSecretKey(short), { alg }));
      faultOf(() => importKey({ kty: "oct", alg, k: short.toString("base64url") }));
    }
    faultOf(() => importKey("", { alg }));
    for (const size of [least, least + 1, 64, 512]) {
      const long = randomBytes(size);
      for (const key of [
        importKey(long, { alg }),
        importKey(createSecretKey(long), { alg }),
        importKey({ kty: "oct", alg, k: long.toString("base64url") }),
      ]) {
        expect(key).toMatchObject({ kind: "secret", alg });
        expect(key.handle.equals(createSecretKey(long))).toBe(true);
      }
    }
  });

  it("of text is its UTF-8 bytes, and of bytes a copy of them", () => {
    const text = secretOf("HS512").toString("base64url");
    expect(importKey(text, { alg }).kid).toBe(importKey(Buffer.from(text), { alg }).kid);
    const bytes = new Uint8Array(secretOf("HS512"));
    const key = importKey(bytes, { alg });
    const { kid } = key;
    bytes.fill(0);
    expect(thumbprint(key.handle)).toBe(kid);
    expect(importKey(Buffer.from("ключ-").toString("utf8").repeat(1) + text, { alg }).kind).toBe("secret");
  });

  it("is not the text of a key, wherever white space stands (CVE-2023-48223, CVE-2026-34950, GHSA-g3jj-5cmm-3hxx)", () => {
    for (const asymmetric of ["RS256", "ES256", "EdDSA"] as const) {
      const key = keyOf(asymmetric);
      const half = createPublicKey(key.handle);
      const jwk = half.export({ format: "jwk" });
      const texts = [
        exportKey(key, { format: "pem" }),
        half.export({ format: "pem", type: "spki" }) as string,
        JSON.stringify(jwk),
        JSON.stringify(jwk, null, 2),
        JSON.stringify({ keys: [jwk] }),
        JSON.stringify({ keys: [jwk] }, null, "\t"),
      ];
      if (half.asymmetricKeyType === "rsa") texts.push(half.export({ format: "pem", type: "pkcs1" }) as string);
      for (const text of texts) {
        for (const spelled of [
          text,
          text.trim(),
          ` ${text}`,
          `\n${text}`,
          `\t\r\n ${text}`,
          `\ufeff${text}`,
          `x${text}`,
          text.replaceAll("\n", "\r\n"),
          text.replaceAll("\n", ""),
          text.replaceAll("\n", "\\n"),
        ]) {
          faultOf(() => importKey(spelled, { alg }), [text]);
          faultOf(() => importKey(Buffer.from(spelled), { alg }), [text]);
          faultOf(() => importKey(createSecretKey(Buffer.from(spelled)), { alg }), [text]);
          faultOf(() => importKey({ kty: "oct", alg, k: Buffer.from(spelled).toString("base64url") }), [text]);
        }
      }
    }
  });

  it.each([
    ["a certificate", `-----BEGIN CERTIFICATE-----\n${"MIIB".repeat(30)}\n-----END CERTIFICATE-----\n`],
    [
      "an OpenSSH private key",
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${"b3Bl".repeat(30)}\n-----END OPENSSH PRIVATE KEY-----\n`,
    ],
    ["an ssh-rsa line (CVE-2022-29217)", `ssh-rsa ${"AAAAB3NzaC1yc2E".repeat(20)} user@host\n`],
    ["an ssh-ed25519 line", `ssh-ed25519 ${"AAAAC3NzaC1lZDI1NTE5".repeat(5)}\n`],
    ["an ecdsa line", `ecdsa-sha2-nistp256 ${"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY".repeat(4)}\n`],
    [
      "an SSH2 public key",
      `---- BEGIN SSH2 PUBLIC KEY ----\n${"AAAAB3NzaC1yc2E".repeat(20)}\n---- END SSH2 PUBLIC KEY ----\n`,
    ],
  ])("is not %s", (_name, text) => {
    for (const spelled of [text, text.trimEnd(), `\n ${text}`]) faultOf(() => importKey(spelled, { alg }), [text]);
  });

  it("is not the DER of a key (CVE-2024-33663)", () => {
    for (const asymmetric of ["RS256", "ES256", "ES512", "EdDSA"] as const) {
      const half = createPublicKey(keyOf(asymmetric).handle);
      const forms = [
        half.export({ format: "der", type: "spki" }),
        keyOf(asymmetric).handle.export({ format: "der", type: "pkcs8" }),
      ];
      if (half.asymmetricKeyType === "rsa") forms.push(half.export({ format: "der", type: "pkcs1" }));
      for (const der of forms) {
        if (der.length < least) continue;
        faultOf(() => importKey(der, { alg }));
        faultOf(() => importKey(der.toString("base64"), { alg }));
      }
    }
  });

  it.each([
    ["published, in the docs of FastAPI", "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"],
    ["published, with a newline behind", "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7\n"],
    ["published, with white space in front", "\t 09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"],
    ["published, in many tutorials of Spring", "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970"],
    ["a default", "super-secret-key-that-is-long-enough-for-sha-256-and-even-for-sha-512-output"],
    [
      "a default of two lines",
      "super-secret-key-that-is-long-enough\nfor-sha-256-and-even-for-sha-512-output-i-hope-so",
    ],
    ["a request to change it", "please-change-me-please-change-me-please-change-me-please-change-me-please"],
    ["your-256-bit-secret and so on", "your-256-bit-secret-your-512-bit-secret-your-1024-bit-secret-!!"],
    ["a UUID", "3f2b8c1e-9d4a-4e7b-8c5f-1a2b3c4d5e6f"],
    ["a UUID without dashes", "3f2b8c1e9d4a4e7b8c5f1a2b3c4d5e6f"],
    ["one letter", "x".repeat(128)],
    ["one word many times", "Xk9fQ2".repeat(24)],
    ["lower-case words", "correct horse battery staple correct horse donkey battery staple again"],
    ["capital words", "CORRECT HORSE BATTERY STAPLE CORRECT HORSE DONKEY BATTERY STAPLE AGAIN"],
    ["digits", "3141592653589793238462643383279502884197169399375105820974944592"],
    ["almost one letter alone", `${"A".repeat(40)}1b2C${"A".repeat(40)}`],
    ["the alphabet", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"],
    [
      "a guess in hexadecimal",
      Buffer.from("my-super-secret-key-is-not-a-good-key-at-all-as-you-can-see!").toString("hex"),
    ],
    [
      "a guess in base64",
      Buffer.from("my-super-secret-key-is-not-a-good-key-at-all-as-you-can-see!").toString("base64"),
    ],
    ["white space", " ".repeat(64)],
    ["newlines", "\n".repeat(64)],
  ])("is not %s", (_name, text) => {
    faultOf(() => importKey(text, { alg }), text.trim() === "" ? [] : [text, text.trim()]);
    faultOf(() => importKey(Buffer.from(text), { alg }), text.trim() === "" ? [] : [text, text.trim()]);
  });

  it("of random bytes is taken, however it is spelled", () => {
    for (let round = 0; round < 2000; round++) {
      const bytes = randomBytes(least);
      expect(importKey(bytes, { alg }).kind).toBe("secret");
      expect(importKey(bytes.toString("hex"), { alg }).kind).toBe("secret");
    }
  });

  it.each([
    ["k3Jx9QmVpR2sT7vYbN4wZ8cD1fG5hKjwt-L0aXeWqU6oIk3Jx9QmVpR2sT7vYbN4wZ8cD1fG5h"],
    ["k3Jx9QmVpR2sT7vYbN4wZ8cD1fG5hK_JwTL0aXeWqU6oIk3Jx9QmVpR2sT7vYbN4wZ8cD1fG5hA"],
    ["vK9qp2zJWT_x7RmLw0HcYb3NfTgUoEsAiD5kQjX8yCrVtM6nZl1BhPuGeS4aWdFxOvI2TqKsjR"],
  ])("of random text is taken although letters of a word happen to stand in it: %s", (text) => {
    expect(importKey(text, { alg }).kind).toBe("secret");
  });

  it("has no PEM form", () => {
    expect(() => exportKey(keyOf(alg), { format: "pem" })).toThrow(WRONG_USE);
  });

  it("in a JWK is canonical base64url", () => {
    const k = secretOf("HS512").toString("base64url");
    for (const text of [`${k}=`, `${k}==`, ` ${k}`, `${k}\n`, k.slice(0, -1), `${k}+`, 5, null, undefined, ["AA"]]) {
      faultOf(() => importKey({ kty: "oct", alg, k: text } as never), typeof text === "string" ? [k.slice(0, 40)] : []);
    }
    faultOf(() => importKey({ kty: "OCT", alg, k }), [k]);
  });
});

describe("the keys of a verifier", () => {
  it("are not none, not two of one name, not of another make (CVE-2022-23540)", () => {
    const es = keyOf("ES256");
    for (const keys of [
      [],
      undefined,
      null,
      "secret",
      [undefined],
      [null],
      [""],
      ["secret"],
      [es, es],
      [es.handle],
      [{ ...es, handle: undefined }],
      [{ ...es, kid: 5 }],
      [{ ...es, alg: "none" }],
      new Set([es]),
    ]) {
      expect(() => verifierOf(es, { keys: keys as never }), String(keys)).toThrow(WRONG_USE);
    }
    expect(() => verifierOf(es, { keys: [es, generateKey({ alg: "ES256", kid: es.kid })] })).toThrow(WRONG_USE);
  });

  it("are not JWKs that nobody imported", () => {
    for (const alg of ALGORITHMS)
      expect(() => verifierOf(keyOf(alg), { keys: [exportKey(keyOf(alg)) as never] }), alg).toThrow(WRONG_USE);
    expect(() => verifyJws("a.b.c", [exportKey(keyOf("HS256")) as never])).toThrow(WRONG_USE);
  });

  it("are not objects that only look like keys", () => {
    const like = { kind: "secret", kid: "x", alg: "HS256", handle: { type: "secret" } };
    expect(() => verifierOf(keyOf("HS256"), { keys: [like as never] })).toThrow(WRONG_USE);
  });

  it("may be of a second copy of the package: members count, not the class", () => {
    const { kind, kid, alg, handle } = keyOf("HS256");
    const copy = { kind, kid, alg, handle };
    expect(verifyJws(signJws("x", keyOf("HS256")), [copy as Key]).key.kid).toBe(kid);
  });
});

describe("a thumbprint", () => {
  it("is the one of the example of RFC 7638 section 3.1", () => {
    const n =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    expect(thumbprint({ kty: "RSA", n, e: "AQAB", alg: "RS256", kid: "2011-04-29" })).toBe(
      "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    );
  });

  it("is the same for a private key, its public half, its JWK in any order, and not for another key", () => {
    for (const alg of ASYMMETRIC) {
      const key = keyOf(alg);
      const jwk = createPublicKey(key.handle).export({ format: "jwk" });
      expect(thumbprint(Object.fromEntries(Object.entries(jwk).reverse()))).toBe(key.kid);
      expect(thumbprint(exportKey(key))).toBe(key.kid);
      expect(keyOf(alg, "other").kid).not.toBe(key.kid);
    }
  });

  it.each([[{}], [{ kty: "constructor" }], [{ kty: "__proto__" }], [{ kty: "ec" }]])(
    "is not to be had of %j",
    (jwk) => {
      expect(() => thumbprint(jwk)).toThrow(WRONG_USE);
    },
  );
});

describe("a private key that is imported", () => {
  it("signs what its public half verifies, also from a KeyObject", () => {
    const handle = createPrivateKey(exportKey(keyOf("ES384"), { format: "pem" }));
    const key = importKey(handle, { alg: "ES384" });
    expect(new Uint8Array(verifyJws(signJws(new Uint8Array([0, 1, 255]), key), [key]).payload)).toEqual(
      new Uint8Array([0, 1, 255]),
    );
  });
});

describe("a secret that is padded with zeros, as HMAC itself would pad it", () => {
  const padded = (text: string) => Buffer.concat([Buffer.from(text), Buffer.alloc(64)]).subarray(0, 64);

  it.each(["your-256-bit-secret", "secret", "super-secret-super-secret-super-secret"])(
    "is what it is without them: %s",
    (text) => {
      for (const alg of ["HS256", "HS384", "HS512"] as const) {
        faultOf(() => importKey(padded(text), { alg }));
        faultOf(() => importKey({ kty: "oct", alg, k: padded(text).toString("base64url") }));
        faultOf(() => importKey(Buffer.from(text.padEnd(64, "x"), "utf16le"), { alg }));
      }
    },
  );
});

describe("a key that did not come from this library", () => {
  const sound = generateKey({ alg: "RS256" });
  const tokens = createIssuer({ issuer: "a", audience: "b", clientId: "c", keys: [sound] });
  const weak = pairOf("rsa", { modulusLength: 1024 }).publicKey;

  it.each([
    ["has no public half", undefined],
    ["has the public half of a weak key", { ...sound.public, handle: weak }],
    ["has a public half of another name", { ...sound.public, kid: "other" }],
  ])("is no key where it %s", (_what, half) => {
    const made = { kind: "private", kid: sound.kid, alg: sound.alg, handle: sound.handle, public: half } as never;
    expect(() => createVerifier({ issuer: "a", audience: "b", keys: [made] })).toThrow(WRONG_USE);
    const verifier = createVerifier({ issuer: "a", audience: "b", keys: () => made });
    expect(() => verifier.verifySync(tokens.mint({ sub: "1" }))).toThrow(TokenError);
  });
});
