import { type Algorithm, exportKey, fromJwks, type Jwk, signJws, toJwks, verifyJws } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { ALGORITHMS, keyOf, pairOf, WRONG_USE } from "./by-hand.js";

const es = publicJwkOf("ES256");
const rsa = publicJwkOf("RS256");

/** The JWK of a public half, as others publish it: without `use` and `alg`. */
function publicJwkOf(alg: Algorithm, changes: Jwk = {}): Jwk {
  const { keys } = toJwks([keyOf(alg)]);
  const { use: _use, alg: _alg, ...bare } = keys[0] as Jwk;
  return { ...bare, ...changes };
}

function kidsOf(...keys: readonly Jwk[]): readonly string[] {
  return fromJwks({ keys }).map(({ kid }) => kid);
}

describe("a JWK set that somebody published", () => {
  it("becomes the keys that verify what its owner signs", () => {
    const owners = ALGORITHMS.filter((alg) => !alg.startsWith("HS")).map((alg) => keyOf(alg));
    const keys = fromJwks(JSON.parse(JSON.stringify(toJwks(owners))));
    expect(keys.map(({ kind, kid, alg }) => [kind, kid, alg])).toEqual(
      owners.map(({ kid, alg }) => ["public", kid, alg]),
    );
    for (const owner of owners) expect(verifyJws(signJws("x", owner), keys).key.kid).toBe(owner.kid);
  });

  it("may be empty", () => {
    expect(fromJwks({ keys: [] })).toEqual([]);
  });

  it("needs no algorithm beside a curve that leaves no other", () => {
    expect(fromJwks({ keys: [es, publicJwkOf("EdDSA")] }).map(({ alg }) => alg)).toEqual(["ES256", "EdDSA"]);
  });

  it("gives RSA keys that name no algorithm the one that is asked for, and leaves them out without it", () => {
    const named = publicJwkOf("PS384", { alg: "PS384" });
    expect(kidsOf(rsa, named)).toEqual([named.kid]);
    const keys = fromJwks({ keys: [rsa, named, es] }, { alg: "RS512" });
    expect(keys.map(({ alg }) => alg)).toEqual(["RS512", "PS384", "ES256"]);
  });

  it.each<[string, Jwk]>([
    ["for encryption", { ...es, use: "enc" }],
    ["for a use that is not known here", { ...es, use: "attest" }],
    ["whose operations do not hold verify", { ...es, key_ops: ["encrypt", "wrapKey"] }],
    ["of an algorithm for encryption", { ...rsa, alg: "RSA-OAEP" }],
    ["of an algorithm that is not known here", { ...es, alg: "ES256K" }],
    ["of another curve", pairOf("ec", { namedCurve: "secp256k1" }).publicKey.export({ format: "jwk" }) as Jwk],
    ["of another type", { kty: "AKP", kid: "later", pub: "AAAA" }],
    ["of no type", { kid: "nothing" }],
  ])("is read without a key %s (RFC 7517 section 5)", (_name, other) => {
    expect(kidsOf(other, es)).toEqual([es.kid]);
    expect(fromJwks({ keys: [other, es] }, { alg: "RS256" }).map(({ kid }) => kid)).toEqual([es.kid]);
  });

  it.each<[string, Jwk]>([
    ["for signatures", { use: "sig" }],
    ["whose operations hold verify", { key_ops: ["verify"] }],
    ["with members that are not known here", { x5t: "AAAA", "https://example.com/note": true }],
  ])("is read with a key %s", (_name, changes) => {
    expect(kidsOf({ ...es, ...changes })).toEqual([es.kid]);
  });

  it.each([[undefined], [null], [{}], [{ keys: {} }], [{ keys: "x" }], [[es]], ["x"], [5]])(
    "is an object with an array of keys, and not %j",
    (jwks) => {
      expect(() => fromJwks(jwks as never)).toThrow(/array of keys/);
    },
  );

  it.each([[null], ["x"], [5], [undefined], [true]])("holds objects, and not %j", (key) => {
    expect(() => fromJwks({ keys: [es, key] } as never)).toThrow(/no object/);
  });

  it("that holds a private key or a secret is refused whole: it should never have been published", () => {
    for (const alg of ALGORITHMS) {
      expect(() => fromJwks({ keys: [es, exportKey(keyOf(alg))] }), alg).toThrow(/private key or a secret/);
    }
  });

  it.each<[string, Jwk]>([
    ["is weak", { ...pairOf("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" }), alg: "RS256" }],
    ["is broken", { ...es, y: es.x as string }],
    ["has operations that are no list", { ...es, key_ops: "verify" as never }],
    ["says another algorithm than its curve", { ...es, alg: "ES384" }],
  ])("that holds a key which %s is refused whole", (_name, key) => {
    expect(() => fromJwks({ keys: [es, key] })).toThrow(WRONG_USE);
  });
});
