import { createPrivateKey, createPublicKey, createSecretKey, randomBytes, randomInt, randomUUID } from "node:crypto";
import { exportKey, importKey } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { keyOf, pairOf } from "./by-hand.js";

const LOWER = "abcdefghijklmnopqrstuvwxyz";

const take = (secret: string | Uint8Array) => importKey(secret, { alg: "HS256" }).kind;
const takeJwk = (bytes: Buffer) => importKey({ kty: "oct", alg: "HS256", k: bytes.toString("base64url") }).kind;

function refuses(secret: string | Uint8Array): void {
  expect(() => take(secret)).toThrow(/guess/);
}

function randomText(length: number, alphabet: string): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}

/** A text in the middle of chance that is worth 160 bits. */
function amidChance(text: string): string {
  return `${randomBytes(10).toString("hex")}${text}${randomBytes(10).toString("hex")}`;
}

/** Random text of the letters, digits and the two signs of base64url, with a beginning and an end of its own. */
function between(first: string, last: string): string {
  return `${first}${randomBytes(36).toString("base64url")}${last}`;
}

const PUBLISHED = [
  "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
  "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
  "357638792F423F4428472B4B6250655368566D597133743677397A2443264629",
  "3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b",
  "3EK6FD+o0+c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpHwrdWT6R",
  "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
  "41c6701ad7f5abf1db2b053a2f1a39ad41189e00462ec987622b5409dbc0006d",
  "5367566B59703373367639792F423F4528482B4D6251655468576D5A71347437",
  "9a4f2c8d3b7a1e6f45c8a0b3f267d8b1d4e6f3c8a9d2b5f8e3a9c8b5f6v8a3d9",
  "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
  "ByYM000OLlMQG6VVVp1OH7Xzyr7gHuw1qvUC5dcGt3SNM",
  "======================BezKoder=Spring===========================",
  "FdFYFzERwC2uCBB46pZQi4GG85LujR8obt-KWRBICVQ",
  "cc7e0d44fd473002f1c42167459001140ec6389b7353f8088f4d9a95f2f596f2",
  "daf66e01593f61a15b857cf433aae03a005812b31234e149036bcc8dee755dbb",
  "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
] as const;

describe("a secret that stands in documentation, a tutorial or a template", () => {
  it.each(PUBLISHED)("is refused: %s", (text) => {
    refuses(text);
    refuses(Buffer.from(text));
    refuses(` ${text}\n`);
    refuses(Buffer.from(text).toString("base64"));
    expect(() => takeJwk(Buffer.from(text))).toThrow(/guess/);
  });

  it("is refused with hexadecimal digits of the other case", () => {
    for (const text of PUBLISHED.filter((one) => /^[0-9a-f]+$/i.test(one))) {
      refuses(text.toUpperCase());
      refuses(text.toLowerCase());
    }
  });

  it("is refused in the other alphabet of base64, and with padding", () => {
    const text = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    refuses(`${text}==`);
    refuses(text.replaceAll("-", "+").replaceAll("_", "/"));
    refuses(`${text.replaceAll("-", "+").replaceAll("_", "/")}==`);
    refuses("3EK6FD-o0-c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpHwrdWT6R");
  });

  it("is refused as the bytes that it spells", () => {
    refuses(Buffer.from("09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7", "hex"));
    refuses(Buffer.from("hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg", "base64url"));
    const handle = createSecretKey(Buffer.from("hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg", "base64url"));
    expect(() => importKey(handle, { alg: "HS256" })).toThrow(/guess/);
  });
});

describe("a text of chance", () => {
  it.each([
    ["that begins with a digit that DER begins with", () => between("0", "Q")],
    ["that begins and ends with two hexadecimal digits", () => between("4e", "4e")],
    ["that begins with one sign that base64 lacks", () => between("!", "Q")],
    ["that begins with the padding of base64", () => between("=", "Q")],
    ["that has the padding of base64 near its beginning", () => between("Tm=", "Q")],
    ["that has a sign near its beginning", () => between("Tm9v!", "Q")],
    ["that ends in more padding than base64 has", () => between("", "===")],
    ["of two UUIDs", () => `${randomUUID()}${randomUUID()}`],
    ["of two UUIDs without dashes", () => `${randomUUID()}${randomUUID()}`.replaceAll("-", "")],
    ["of 48 small letters", () => randomText(48, LOWER)],
    ["of 48 capitals", () => randomText(48, LOWER.toUpperCase())],
    ["of 100 small letters", () => randomText(100, LOWER)],
    ["in hexadecimal", () => randomBytes(32).toString("hex")],
    ["in base64", () => randomBytes(32).toString("base64")],
    ["in base64 twice", () => Buffer.from(randomBytes(32).toString("base64")).toString("base64")],
    ["in hexadecimal, then in base64", () => Buffer.from(randomBytes(32).toString("hex")).toString("base64")],
    ["of printable characters", () => randomText(48, `${LOWER}${LOWER.toUpperCase()}2346789#%&()*+,/:;<>?[]^`)],
    ["that names a protocol behind its beginning", () => amidChance("ssh-")],
  ])("%s is taken", (_name, make) => {
    for (let round = 0; round < 5; round++) expect(take(make())).toBe("secret");
  });

  it.each(["0", "{", "-", "_", "Z", "9", "a", "+", "/", "\u00e9", "\u4e2d"])(
    "that begins with %s is taken",
    (first) => {
      expect(take(between(first, "Q"))).toBe("secret");
    },
  );
});

describe("letters of one case", () => {
  it.each([LOWER, LOWER.toUpperCase()])("are taken from 48 on: %s", (alphabet) => {
    refuses(randomText(32, alphabet));
    refuses(randomText(47, alphabet));
    expect(take(randomText(48, alphabet))).toBe("secret");
  });

  it("are refused with the spaces and marks of sentences, and so are digits, however many they are", () => {
    refuses(randomText(80, `${LOWER}  `).concat(" "));
    refuses(randomText(80, "0123456789"));
  });
});

describe("a text of few characters", () => {
  // Each of its characters stands in it equally often.
  const turned = (text: string) => Array.from({ length: 32 }, (_, at) => text[(at + Math.floor(at / 8)) % text.length]);

  it("is taken where it may be worth 96 bits, and refused below", () => {
    expect(take(turned("aB3_xK9q").join(""))).toBe("secret");
    refuses(turned("aB3_xK9").join(""));
  });
});

describe("bytes that are no text", () => {
  const few = (different: number) => Buffer.from(Array.from({ length: 64 }, (_, at) => 0x80 + (at % different)));

  it("are taken with twelve different ones and refused with fewer", () => {
    expect(take(few(12))).toBe("secret");
    refuses(few(11));
    refuses(few(1));
    refuses(Buffer.alloc(64));
    expect(() => importKey(createSecretKey(few(11)), { alg: "HS256" })).toThrow(/guess/);
    expect(importKey(createSecretKey(few(12)), { alg: "HS256" }).kind).toBe("secret");
  });

  it("are not judged by the text that they spell", () => {
    for (let round = 0; round < 200; round++) expect(take(randomBytes(32))).toBe("secret");
  });

  it("in a JWK may be zeros alone, as the examples of the RFCs are, but not letters and zeros", () => {
    expect(takeJwk(Buffer.alloc(64))).toBe("secret");
    for (const text of ["ab", "abc", "secret"]) {
      expect(() => takeJwk(Buffer.concat([Buffer.from(text), Buffer.alloc(64)]))).toThrow(/guess/);
    }
  });
});

describe("a word that gives a secret away", () => {
  it.each([
    "secret",
    "passwd",
    "password",
    "thisis",
    "verylong",
    "very-long",
    "very_long",
    "very long",
    "signing",
    "changeme",
    "change-me",
    "change_this",
    "change in",
    "example",
    "insecure",
    "qwerty",
    "letmein",
    "default",
    "tokenkey",
    "token-key",
    "token_key",
    "jwtkey",
    "jwt-key",
    "jwt_token",
    "privatekey",
    "private-key",
    "private_key",
    "development",
    "production",
    "bits-long",
    "bits_long",
    "quickbrown",
    "abcdefgh",
  ])("does so in small letters, in capitals and with capitals in front: %s", (word) => {
    refuses(amidChance(word));
    refuses(amidChance(word.toUpperCase()));
    refuses(amidChance(word.charAt(0).toUpperCase() + word.slice(1)));
  });

  it.each(["ChangeMe", "ChangeThis", "VeryLong", "QuickBrown", "LetMeIn", "JwtKey", "Very_Long", "Token-Key"])(
    "does so with a capital in front of each part: %s",
    (word) => {
      refuses(amidChance(word));
    },
  );

  it.each(["01234567", "12345678"])("may be one of digits: %s", (digits) => {
    refuses(`${between("", "-")}${digits}-Q`);
  });

  it.each(["your", "super", "test"])("is %s where it begins and a sign follows", (word) => {
    for (const text of [`${word}-`, `${word}_`, `${word} `]) {
      refuses(amidChance(`-${text}`));
      refuses(`${text}${randomBytes(20).toString("hex")}`);
    }
    expect(take(amidChance(`x${word}-`))).toBe("secret");
    expect(take(amidChance(`-${word}x`))).toBe("secret");
  });

  it.each([
    "p@ssword",
    "passw0rd",
    "s1gning",
    "s3cret",
    "def4ult",
    "$ecret",
    "5ecret",
    "p@$$w0rd",
    "P4SSW0RD",
    "1n53cur3",
  ])("does so with digits and signs in place of letters: %s", (word) => {
    refuses(amidChance(word));
  });

  it.each(["sEcReT", "pASSword", "seCRET", "eXample", "deFAULt", "sECret", "PassWOrd", "qweRTY", "veRY-loNG"])(
    "does not where the cases are those of chance: %s",
    (word) => {
      expect(take(amidChance(word))).toBe("secret");
    },
  );

  it.each(["secreX", "passwrd", "exampX", "quick-brown", "very+long", "token+key"])("is no other: %s", (word) => {
    expect(take(amidChance(word))).toBe("secret");
  });

  it("does so in hexadecimal and in base64, with and without padding", () => {
    const words = Buffer.from("my favourite colour is Blue, as everybody knows since 1999");
    refuses(Buffer.from(amidChance("password")).toString("base64"));
    refuses(Buffer.from(amidChance("password")).toString("base64url"));
    refuses(Buffer.from(amidChance("password")).toString("hex"));
    expect(take(amidChance("Blue"))).toBe("secret");
    refuses(words.toString("hex"));
    refuses(`${words.toString("hex")}7`);
  });
});

describe("a secret that is itself a key", () => {
  const refusesKey = (secret: string | Uint8Array) => expect(() => take(secret)).toThrow(/itself a key/);
  const rsa = keyOf("RS256").handle;
  const ec = keyOf("ES256").handle;
  const ders = [
    ["an RSA key, PKCS#8", rsa.export({ format: "der", type: "pkcs8" })],
    ["an RSA key, PKCS#1", rsa.export({ format: "der", type: "pkcs1" })],
    ["an EC key, PKCS#8", ec.export({ format: "der", type: "pkcs8" })],
    ["an EC key, SEC1", ec.export({ format: "der", type: "sec1" })],
    ["an Ed25519 key, PKCS#8", keyOf("EdDSA").handle.export({ format: "der", type: "pkcs8" })],
    ["a public RSA key, SPKI", createPublicKey(rsa).export({ format: "der", type: "spki" })],
    ["a public RSA key, PKCS#1", createPublicKey(rsa).export({ format: "der", type: "pkcs1" })],
    ["a public EC key, SPKI", createPublicKey(ec).export({ format: "der", type: "spki" })],
    ["a key that Latchkey has no algorithm for", pairOf("x25519").publicKey.export({ format: "der", type: "spki" })],
  ] as const;

  it.each(ders)("is refused as the bytes of %s", (_name, der) => {
    refusesKey(der);
    expect(() => takeJwk(der)).toThrow(/itself a key/);
  });

  it.each(ders)("is refused as the base64 or hexadecimal of %s, in one line or in many", (_name, der) => {
    const base64 = der.toString("base64");
    for (const text of [base64, der.toString("base64url"), der.toString("hex"), der.toString("hex").toUpperCase()]) {
      refusesKey(text);
      refusesKey(text.replaceAll(/.{64}/g, "$&\r\n"));
      refusesKey(` ${text}\n`);
    }
  });

  it("is refused as PEM whose dashes are gone", () => {
    for (const label of ["PUBLIC KEY", "RSA PRIVATE KEY", "KEY"]) {
      refusesKey(`BEGIN ${label} ${randomBytes(40).toString("base64")}`);
    }
    const pem = exportKey(keyOf("ES256"), { format: "pem" });
    refusesKey(pem.replaceAll("-----", ""));
    expect(createPrivateKey(pem).type).toBe("private");
  });

  it("is refused as a line of SSH, also behind white space, but may hold its words elsewhere", () => {
    const rest = randomBytes(40).toString("base64");
    for (const name of ["ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256"]) {
      refusesKey(`${name} ${rest}`);
      refusesKey(` \n${name} ${rest}`);
      expect(take(`${rest}${name}`)).toBe("secret");
    }
  });
});
