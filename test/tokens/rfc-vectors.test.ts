import { createHmac, createPrivateKey, sign } from "node:crypto";
import { importKey, signJws, TokenError, thumbprint, toJwks, verifyJws } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { type Algorithm, type Jwk, readVectors } from "./read-vectors.js";

interface Signed {
  readonly section: string;
  readonly name: string;
  readonly alg: Algorithm;
  readonly jwk: Jwk;
  readonly token: string;
  readonly payload: string;
}

interface Example extends Signed {
  readonly rfc: string;
  readonly valid: boolean;
  readonly detached?: true;
}

interface Thumbprinted {
  readonly section: string;
  readonly jwk: Jwk;
  readonly thumbprint: string;
}

const PRIVATE_MEMBERS = new Set(["d", "p", "q", "dp", "dq", "qi"]);

const examples = ["7515", "7520"].flatMap((rfc) =>
  readVectors<Omit<Example, "rfc">>(`rfc${rfc}.json`).map((example): Example => ({ rfc, ...example })),
);
const ed25519 = readVectors<Partial<Signed & Thumbprinted> & { section: string; jwk: Jwk; public?: object }>(
  "rfc8037.json",
);

const titled = (list: readonly Example[]) =>
  list.map((example) => [`RFC ${example.rfc}, ${example.section}, ${example.name}`, example] as const);
const valid = titled(examples.filter((example) => example.valid));
const refused = titled(examples.filter((example) => !example.valid));
const detached = titled(examples.filter((example) => example.detached));

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function publicHalf(jwk: Jwk): Jwk {
  return JSON.parse(JSON.stringify(jwk, (member, value) => (PRIVATE_MEMBERS.has(member) ? undefined : value)));
}

function verifyExample(example: Signed, token = example.token): Uint8Array {
  return verifyJws(token, [importKey(publicHalf(example.jwk), { alg: example.alg })]).payload;
}

function exampleOf(rfc: string, section: string): Example {
  const found = examples.find((example) => example.rfc === rfc && example.section === section);
  if (found === undefined) throw new Error(`RFC ${rfc} has no section ${section} here`);
  return found;
}

function sectionOf8037(section: string): (typeof ed25519)[number] {
  const found = ed25519.find((vector) => vector.section === section);
  if (found === undefined) throw new Error(`RFC 8037 has no section ${section} here`);
  return found;
}

const signed8037 = ["A.4", "A.5"].map((section) => [section, sectionOf8037(section) as Signed] as const);

describe("the examples of RFC 7515 and RFC 7520", () => {
  it.each(valid)(
    "%s: verifies with the public half of the key and gives the payload, byte for byte",
    (_title, example) => {
      expect(Buffer.from(verifyExample(example))).toEqual(Buffer.from(bytesOf(example.payload)));
    },
  );

  it.each(valid)("%s: gives the header that was signed", (_title, example) => {
    const { header } = verifyJws(example.token, [importKey(publicHalf(example.jwk), { alg: example.alg })]);
    const signed = JSON.parse(Buffer.from(example.token.split(".")[0] ?? "", "base64url").toString("utf8"));
    expect({ ...header }).toEqual(signed);
  });

  it.each(refused)("%s: is refused", (_title, example) => {
    expect(() => verifyExample(example)).toThrow(TokenError);
  });

  it.each(detached)("%s: verifies once the payload is put back", (_title, example) => {
    const [header, , signature] = example.token.split(".");
    const payload = Buffer.from(example.payload, "utf8").toString("base64url");
    const whole = verifyExample(example, `${header}.${payload}.${signature}`);
    expect(Buffer.from(whole).toString("utf8")).toBe(example.payload);
  });

  it("an unsecured token is refused with every kind of key", () => {
    const { token } = exampleOf("7515", "A.5");
    for (const { jwk, alg } of examples) {
      expect(() => verifyJws(token, [importKey(publicHalf(jwk), { alg })])).toThrow(TokenError);
    }
  });

  it("a token of one example is refused with the key of another of the same type", () => {
    const { token } = exampleOf("7515", "A.2");
    const { jwk } = exampleOf("7520", "4.1");
    expect(() => verifyJws(token, [importKey(publicHalf(jwk), { alg: "RS256" })])).toThrow(TokenError);
  });

  it("a token is refused with its own key under another algorithm", () => {
    const { token, jwk } = exampleOf("7515", "A.2");
    expect(() => verifyJws(token, [importKey(publicHalf(jwk), { alg: "PS256" })])).toThrow(TokenError);
  });
});

describe("signing the examples again", () => {
  it.each(["4.1", "4.4"])("RFC 7520, %s: gives the very same token", (section) => {
    const { jwk, alg, payload, token } = exampleOf("7520", section);
    expect(signJws(bytesOf(payload), importKey(jwk, { alg }))).toBe(token);
  });

  it("the key of RFC 7515, A.1, makes the HMAC that node:crypto makes", () => {
    const { jwk, alg, payload } = exampleOf("7515", "A.1");
    const [header, body, signature] = signJws(bytesOf(payload), importKey(jwk, { alg })).split(".");
    const secret = Buffer.from(String((jwk as { k?: unknown }).k), "base64url");
    expect(signature).toBe(createHmac("sha256", secret).update(`${header}.${body}`).digest("base64url"));
  });

  it.each([
    ["RFC 7515, A.2", "sha256", exampleOf("7515", "A.2")],
    ["RFC 8037, A.4", null, sectionOf8037("A.4") as Signed],
  ] as const)("the key of %s makes the signature that node:crypto makes", (_title, digest, { jwk, alg, payload }) => {
    const [header, body, signature] = signJws(bytesOf(payload), importKey(jwk, { alg })).split(".");
    const key = createPrivateKey({ key: { ...jwk }, format: "jwk" });
    expect(signature).toBe(sign(digest, Buffer.from(`${header}.${body}`), key).toString("base64url"));
  });

  it.each(valid)("%s: what the private key signs, its public half verifies", (_title, { jwk, alg, payload }) => {
    const token = signJws(bytesOf(payload), importKey(jwk, { alg }));
    const { payload: verified } = verifyJws(token, [importKey(publicHalf(jwk), { alg })]);
    expect(Buffer.from(verified).toString("utf8")).toBe(payload);
  });
});

describe("the Ed25519 key of RFC 8037", () => {
  it.each(signed8037)("%s: verifies with the public key and gives the payload", (_section, vector) => {
    expect(Buffer.from(verifyExample(vector)).toString("utf8")).toBe(vector.payload);
  });

  it("is published without its private half", () => {
    const { jwk, public: published } = sectionOf8037("A.1");
    const [only, ...others] = toJwks([importKey(jwk, { alg: "EdDSA" })]).keys;
    expect(only).toMatchObject({ ...published });
    expect(only).not.toHaveProperty("d");
    expect(others).toEqual([]);
  });

  it("has the thumbprint of A.3, and that is its kid where it has no other, the private key's too", () => {
    const { jwk, thumbprint: expected } = sectionOf8037("A.3");
    const whole = sectionOf8037("A.1").jwk;
    expect(thumbprint(jwk)).toBe(expected);
    expect(thumbprint(whole)).toBe(expected);
    expect(importKey(jwk, { alg: "EdDSA" }).kid).toBe(expected);
    expect(importKey(whole, { alg: "EdDSA" }).kid).toBe(expected);
  });
});

describe("the RSA key of RFC 7638", () => {
  const [vector] = readVectors<Thumbprinted>("rfc7638.json");
  if (vector === undefined) throw new Error("no vector");

  it("has the thumbprint of section 3.1", () => {
    expect(thumbprint(vector.jwk)).toBe(vector.thumbprint);
  });

  it("keeps the kid that it has", () => {
    expect(importKey(vector.jwk).kid).toBe("2011-04-29");
  });
});
