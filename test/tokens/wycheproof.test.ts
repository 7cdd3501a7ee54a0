import { importKey, TokenError, verifyJws } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { type Jwk, readVectors } from "./read-vectors.js";

interface KeySetVector {
  readonly name: string;
  readonly tcId: number;
  readonly jwks: { readonly keys: readonly Jwk[] };
  readonly jws: string;
  readonly valid: boolean;
}

interface SignatureGroup {
  readonly group: string;
  readonly jwk: Jwk;
  readonly tests: readonly {
    readonly tcId: number;
    readonly name: string;
    readonly jws: string;
    readonly valid: boolean;
  }[];
}

const keySets = readVectors<KeySetVector>("wycheproof-jwk.json");
const signatures = readVectors<SignatureGroup>("wycheproof-jws.json").flatMap(({ group, jwk, tests }) =>
  tests.map((test) => ({ ...test, jwk, name: `${group}: ${test.name}` })),
);

/** Pairs each vector with the words that name it in a report. */
function titled<Vector extends { readonly tcId: number; readonly name: string }>(vectors: readonly Vector[]) {
  return vectors.map((vector) => [`${vector.tcId}, ${vector.name}`, vector] as const);
}

function payloadOf(jws: string): Buffer {
  return Buffer.from(jws.split(".")[1] ?? "", "base64url");
}

function expectAccepted(jws: string, jwks: readonly Jwk[]): void {
  const keys = jwks.map((jwk) => importKey(jwk));
  expect(Buffer.from(verifyJws(jws, keys).payload)).toEqual(payloadOf(jws));
}

/** Imports the keys; `undefined` where one of them is refused, which only a TypeError may do. */
function importAll(jwks: readonly Jwk[]): ReturnType<typeof importKey>[] | undefined {
  try {
    return jwks.map((jwk) => importKey(jwk));
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return undefined;
  }
}

/** What verifying throws; acceptance is a failure. */
function refusalOf(jws: string, keys: ReturnType<typeof importKey>[]): unknown {
  try {
    verifyJws(jws, keys);
  } catch (error) {
    return error;
  }
  throw new Error("accepted");
}

describe("Wycheproof: key sets", () => {
  it.each(titled(keySets.filter((vector) => vector.valid)))("%s: is accepted", (_title, { jws, jwks }) => {
    expectAccepted(jws, jwks.keys);
  });

  it.each(titled(keySets.filter((vector) => !vector.valid)))(
    "%s: is refused with the key, the key set or the token",
    (_title, { jws, jwks }) => {
      const keys = importAll(jwks.keys);
      if (keys === undefined) return;
      const refusal = refusalOf(jws, keys);
      expect(refusal instanceof TypeError || refusal instanceof TokenError, String(refusal)).toBe(true);
    },
  );
});

describe("Wycheproof: signatures", () => {
  it.each(titled(signatures.filter((vector) => vector.valid)))("%s: is accepted", (_title, { jws, jwk }) => {
    expectAccepted(jws, [jwk]);
  });

  it.each(titled(signatures.filter((vector) => !vector.valid)))(
    "%s: is refused with the key or the token",
    (_title, { jws, jwk }) => {
      const keys = importAll([jwk]);
      if (keys !== undefined) expect(refusalOf(jws, keys)).toBeInstanceOf(TokenError);
    },
  );

  it("only the keys of another use are refused as keys", () => {
    const refused = signatures.filter(({ jwk }) => importAll([jwk]) === undefined).map(({ tcId }) => tcId);
    expect(refused).toEqual([353, 354, 355, 356]);
  });
});
