import { randomBytes } from "node:crypto";
import {
  type Algorithm,
  createRevocations,
  createVerifier,
  generateKey,
  type Header,
  importKey,
  type Key,
  signJws,
  type VerifierOptions,
} from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import {
  ALGORITHMS,
  AUDIENCE,
  claimsOf,
  factsOf,
  goodToken,
  headerOf,
  ISSUER,
  JTI,
  keyOf,
  type Members,
  NOW,
  refusalOf,
  SECONDS,
  sealed,
  segment,
  signatureOf,
  tokenOf,
  verifierOf,
  WRONG_USE,
} from "./by-hand.js";

const key = keyOf("ES256");
const verifier = verifierOf(key);
const text = JSON.stringify(claimsOf());
const header = JSON.stringify(headerOf(key));

const withClaims = (changes: Members) => goodToken(key, changes);
const withHeader = (changes: Members) => tokenOf(headerOf(key, changes), claimsOf(), key);
const withText = (payload: string) => tokenOf(headerOf(key), payload, key);

/** A token of exactly so many characters. */
function tokenOfLength(length: number): string {
  for (let size = 1; size < length; size++) {
    const token = withClaims({ filler: "x".repeat(size) });
    if (token.length === length) return token;
    if (token.length > length) return tokenOfLengthByHeader(length, size - 4);
  }
  throw new Error("unreachable");
}

function tokenOfLengthByHeader(length: number, size: number): string {
  for (let shift = 0; shift < 8; shift++) {
    for (let extra = 0; extra < 8; extra++) {
      const token = tokenOf(
        headerOf(key, { x: "y".repeat(extra) }),
        claimsOf({ filler: "x".repeat(size - shift * 8) }),
        key,
      );
      if (token.length === length) return token;
    }
  }
  for (let extra = 0; extra < 200; extra++) {
    const token = tokenOf(headerOf(key, { x: "y".repeat(extra) }), claimsOf({ filler: "x".repeat(size - 60) }), key);
    if (token.length === length) return token;
  }
  throw new Error("unreachable");
}

describe("a verifier of the profile rfc9068 accepts a token", () => {
  it.each(ALGORITHMS)("of %s, and gives back what it holds", (alg) => {
    const own = keyOf(alg);
    const token = goodToken(own, { roles: ["editor"], scope: "read write", amr: ["pwd"], auth_time: SECONDS - 10 });
    const inspection = verifierOf(own).inspectSync(token);
    expect(inspection).toEqual({
      header: headerOf(own),
      claims: claimsOf({ roles: ["editor"], scope: "read write", amr: ["pwd"], auth_time: SECONDS - 10 }),
      kid: own.kid,
      profile: "rfc9068",
    });
  });

  it.each<[string, string]>([
    ["of no extras", withClaims({})],
    ["with a list of one audience", withClaims({ aud: [AUDIENCE] })],
    ["with the first auth_time that there is", withClaims({ auth_time: 0 })],
    ["with the last auth_time that there is", withClaims({ auth_time: 253_402_300_799 })],
    ["with an empty scope", withClaims({ scope: "" })],
    ["with empty lists", withClaims({ amr: [], roles: [] })],
    [
      "that is valid just before it expires",
      withClaims({ iat: SECONDS - 100, nbf: SECONDS - 2.001, exp: SECONDS - 2 }),
    ],
    ["that lived for a millisecond", withClaims({ iat: SECONDS - 0.001, exp: SECONDS })],
    ["with a list of audiences, ours the last", withClaims({ aud: ["a", "b", "https://c.example/", AUDIENCE] })],
    ["with one audience named twice", withClaims({ aud: [AUDIENCE, AUDIENCE] })],
    ["with fractional times", withClaims({ exp: SECONDS + 0.5, iat: SECONDS - 1.25, nbf: SECONDS - 0.001 })],
    ["with an exponent in exp", withText(text.replace(/"exp":\d+/, `"exp":${SECONDS / 1e9}e9`))],
    ["with a capital exponent and a sign", withText(text.replace(/"exp":\d+/, `"exp":${SECONDS / 1e9}E+9`))],
    ["with a fraction of zeros", withText(text.replace(/"iat":\d+/, `"iat":${SECONDS - 1}.000`))],
    ["with white space everywhere", withText(` \t\r\n${JSON.stringify(claimsOf(), null, "\t")}\r\n `)],
    [
      "with white space in the header",
      sealed(segment(`\n${JSON.stringify(headerOf(key), null, 2)} `), segment(text), key),
    ],
    [
      "with escapes in strings",
      withText(text.replace('"42"', '"\\u0034\\u0032"').replace("https://auth", "https:\\/\\/auth")),
    ],
    ["with escapes in names", withText(text.replace('"sub"', '"\\u0073ub"').replace('"exp"', '"e\\u0078p"'))],
    [
      "with escapes in the header",
      tokenOf(header.replace('"alg"', '"\\u0061lg"').replace("ES256", "\\u0045S256"), text, key),
    ],
    [
      "with the members in another order",
      withText(JSON.stringify(Object.fromEntries(Object.entries(claimsOf()).reverse()))),
    ],
    [
      "with the header in another order",
      tokenOf(Object.fromEntries(Object.entries(headerOf(key)).reverse()), text, key),
    ],
    [
      "with unknown claims of every type",
      withClaims({ a: null, b: true, c: 1.5, d: "x", e: [1, [2]], f: { g: { h: [] } }, "": "" }),
    ],
    ["with unknown header members", withHeader({ x: 1, y: { z: [true] }, cty: "application/json" })],
    [
      "with header members that could carry a key",
      withHeader({
        jku: "https://evil.example/jwks.json",
        x5u: "https://evil.example/",
        x5t: "AAAA",
        jwk: { kty: "oct", k: "AAAA" },
        x5c: ["AAAA"],
      }),
    ],
    ["with typ in capitals", withHeader({ typ: "AT+JWT" })],
    ["with typ in mixed case", withHeader({ typ: "at+JWT" })],
    ["with application/ before typ", withHeader({ typ: "application/at+jwt" })],
    ["with Application/ in mixed case", withHeader({ typ: "Application/AT+jwt" })],
    ["with nbf now", withClaims({ nbf: SECONDS })],
    ["with nbf in the past, before iat", withClaims({ nbf: 0 })],
    ["with nbf -0", withText(text.replace("{", '{"nbf":-0,'))],
    ["with nbf within the leeway", withClaims({ nbf: SECONDS + 5 })],
    ["with iat within the leeway", withClaims({ iat: SECONDS + 5 })],
    ["with iat now", withClaims({ iat: SECONDS })],
    ["expired within the leeway", withClaims({ exp: SECONDS - 4 })],
    ["that lives for a day", withClaims({ iat: SECONDS, exp: SECONDS + 86_400 })],
    ["with Unicode in its claims", withClaims({ sub: "Zoë \u{1F511} 日本語 \u202e", name: "\u0000\u001f\u007f" })],
    ["with null, numbers and lists beside an escape", withClaims({ x: [null, 1, true, { y: null }], z: 'a "quote"' })],
    ["with a surrogate pair as two escapes", withText(text.replace('"42"', '"\\ud83d\\udd11"'))],
    ["with the replacement character", withClaims({ sub: "\ufffd" })],
    [
      "with claims named like members of Object.prototype",
      withClaims({ constructor: "x", toString: 1, hasOwnProperty: { prototype: { admin: true } }, valueOf: null }),
    ],
    ["with quotes, colons and brackets in strings", withClaims({ x: '":{[}],"', 'a":"b': "\\", "\\": '\\"' })],
    ["with equal names in different objects", withClaims({ a: { a: { a: 1 } }, b: [{ a: 1 }, { a: 1 }] })],
    ["with names that differ in case", withText(text.replace("{", '{"Sub":"root","EXP":1,"sUb":2,'))],
    ["with names that differ after normalization", withText(text.replace("{", '{"\u00e9":1,"e\u0301":2,'))],
    [
      "with numbers that JSON allows",
      withText(text.replace("{", '{"x":[-0,0.0,1e-400,1E2,123456789012345678901234567890,1.7976931348623157e308],')),
    ],
    ["16 levels deep in lists", withText(text.replace("{", `{"x":${"[".repeat(15)}${"]".repeat(15)},`))],
    ["16 levels deep in objects", withText(text.replace("{", `{"x":${'{"a":'.repeat(15)}1${"}".repeat(15)},`))],
    [
      "with a header 16 levels deep",
      tokenOf(header.replace("{", `{"x":${"[".repeat(15)}${"]".repeat(15)},`), text, key),
    ],
    ["with a thousand shallow lists", withClaims({ x: Array.from({ length: 1000 }, () => []) })],
    ["of 8000 characters", tokenOfLength(8000)],
    ["of 8192 characters", tokenOfLength(8192)],
    ["whose jti is no UUID", withClaims({ jti: "1" })],
    ["with an empty scope and no roles", withClaims({ scope: "", roles: [], amr: [] })],
    ["whose roles are strange texts", withClaims({ roles: ["", " ", "admin\n"] })],
    ["without sid", withClaims({ sid: undefined })],
    ["whose session is spelled in another way", withClaims({ sid: "Ω" })],
  ])("%s", (_name, token) => {
    const claims = verifier.verifySync(token);
    expect(claims).toEqual(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()));
    expect(verifier.verifySync(`${token}`)).toEqual(claims);
    expect(verifier.recognizes(token)).toBe(true);
    expect(verifier.explain(token).every(({ verdict }) => verdict === "passed")).toBe(true);
  });
});

const jwt = verifierOf(key, { profile: "jwt" });
const bare = createVerifier({ profile: "jwt", keys: [key], now: () => NOW });
const plain = { sub: "42", iat: SECONDS, exp: SECONDS + 60 };

describe.each(["HS256", "HS384", "HS512"] as const)("a verifier with a secret for %s", (alg) => {
  it("checks the HMAC of node:crypto for secrets of every length around the blocks of the hash", () => {
    const least = Number(alg.slice(2)) / 8;
    for (const size of [32, 33, 48, 63, 64, 65, 100, 127, 128, 129, 200, 1000].filter((length) => length >= least)) {
      const own = importKey(randomBytes(size), { alg });
      const token = goodToken(own);
      expect(verifierOf(own).verifySync(token).sub).toBe("42");
      const longer = importKey(Buffer.concat([own.handle.export(), Buffer.from([1])]), { alg, kid: own.kid });
      expect(factsOf(() => verifierOf(longer).verifySync(token)).reason).toBe("bad_signature");
      expect(signJws("x", own).split(".")[2]).toBe(
        signatureOf(signJws("x", own).split(".").slice(0, 2).join("."), alg, own.handle).toString("base64url"),
      );
    }
  });
});

describe("a verifier of the profile jwt accepts a token", () => {
  it.each<[string, string]>([
    ["of type JWT", withHeader({ typ: "JWT" })],
    ["of type jwt in any case", withHeader({ typ: "jWt" })],
    ["of type application/jwt", withHeader({ typ: "application/JWT" })],
    ["of no type", withHeader({ typ: undefined })],
    ["of no kid, where one key fits", withHeader({ typ: "JWT", kid: undefined })],
    [
      "without jti and client_id",
      tokenOf(headerOf(key, { typ: "JWT" }), claimsOf({ jti: undefined, client_id: undefined }), key),
    ],
    [
      "whose client_id and roles are of other shapes",
      tokenOf(headerOf(key, { typ: "JWT" }), claimsOf({ client_id: 5, roles: "admin", scope: ["a"], sid: 1 }), key),
    ],
    [
      "that lives for 366 days",
      tokenOf(headerOf(key, { typ: "JWT" }), claimsOf({ iat: SECONDS, exp: SECONDS + 366 * 86_400 }), key),
    ],
  ])("%s", (_name, token) => {
    expect(jwt.inspectSync(token)).toMatchObject({ kid: key.kid, profile: "jwt", claims: { sub: "42" } });
  });

  it.each(["exp", "iat", "sub"])("but not without %s", (claim) => {
    const token = tokenOf({ alg: "ES256" }, { ...plain, [claim]: undefined }, key);
    expect(factsOf(() => bare.verifySync(token))).toMatchObject({ reason: "claim_missing", claim });
  });

  it("with nothing but sub, iat and exp, where no issuer and no audience are wanted", () => {
    expect(bare.verifySync(tokenOf({ alg: "ES256" }, plain, key))).toEqual(plain);
    expect(bare.verifySync(tokenOf({ alg: "ES256" }, { ...plain, iss: "anybody" }, key)).iss).toBe("anybody");
  });

  it("without a kid, where it is the only key of its algorithm", () => {
    const many = createVerifier({ profile: "jwt", keys: [keyOf("EdDSA"), key, keyOf("RS256")], now: () => NOW });
    expect(many.inspectSync(tokenOf({ alg: "ES256" }, plain, key)).kid).toBe(key.kid);
    expect(many.inspectSync(tokenOf({ alg: "RS256" }, plain, keyOf("RS256"))).kid).toBe(keyOf("RS256").kid);
    expect(factsOf(() => many.verifySync(tokenOf({ alg: "ES384" }, plain, keyOf("ES384"))))).toMatchObject({
      reason: "algorithm_mismatch",
    });
  });

  it("of another type, where that one is wanted, and then of no other", () => {
    const other = createVerifier({ profile: "jwt", type: "application/Refresh+JWT", keys: [key], now: () => NOW });
    for (const typ of ["refresh+jwt", "REFRESH+jwt", "application/refresh+jwt"])
      expect(other.verifySync(tokenOf({ alg: "ES256", typ }, plain, key)).sub).toBe("42");
    for (const typ of [undefined, "JWT", "at+jwt", ""])
      expect(factsOf(() => other.verifySync(tokenOf({ alg: "ES256", typ }, plain, key)))).toEqual({
        reason: "wrong_type",
        check: "type",
        claim: "typ",
      });
  });
});

type Facts = { reason: string; check: string; claim?: string; part?: string };

describe("a verifier refuses a token with its reason, check, claim and part", () => {
  const other = keyOf("ES256", "other");
  const [first = "", second = "", third = ""] = withClaims({}).split(".");
  it.each<[string, unknown, Facts]>([
    ["that is no string", 5, { reason: "not_a_string", check: "shape" }],
    ["that is too large", "x".repeat(8193), { reason: "too_large", check: "shape" }],
    ["of one segment", "a", { reason: "wrong_segments", check: "shape" }],
    ["of four segments", `${first}.${second}.${third}.`, { reason: "wrong_segments", check: "shape" }],
    ["without a header", `.${second}.${third}`, { reason: "not_json", check: "shape", part: "header" }],
    ["without a payload", tokenOf(headerOf(key), "", key), { reason: "not_json", check: "payload", part: "payload" }],
    ["without a signature", `${first}.${second}.`, { reason: "bad_signature", check: "signature", part: "signature" }],
    ["of two segments", "a.b", { reason: "wrong_segments", check: "shape" }],
    ["that is encrypted", "a.b.c.d.e", { reason: "encrypted", check: "shape" }],
    [
      "whose header is no base64url",
      `!${first}.${second}.${third}`,
      { reason: "not_base64url", check: "shape", part: "header" },
    ],
    ["of which nothing is base64url", "a.b.c", { reason: "not_base64url", check: "shape", part: "header" }],
    [
      "whose payload is no base64url",
      `${first}.!${second}.${third}`,
      { reason: "not_base64url", check: "shape", part: "payload" },
    ],
    [
      "whose signature is no base64url",
      `${first}.${second}.!${third}`,
      { reason: "not_base64url", check: "shape", part: "signature" },
    ],
    [
      "whose header is no UTF-8",
      tokenOf(Buffer.from([0xff]), text, key),
      { reason: "not_utf8", check: "shape", part: "header" },
    ],
    ["whose header is no JSON", tokenOf("x", text, key), { reason: "not_json", check: "shape", part: "header" }],
    [
      "whose header is no object",
      tokenOf("[]", text, key),
      { reason: "not_an_object", check: "shape", part: "header" },
    ],
    [
      "whose header says a thing twice",
      tokenOf('{"alg":"ES256","alg":"ES256"}', text, key),
      { reason: "duplicate_member", check: "shape", part: "header" },
    ],
    [
      "whose header holds __proto__",
      tokenOf('{"__proto__":1}', text, key),
      { reason: "unsafe_member", check: "shape", part: "header" },
    ],
    [
      "whose header is too deep",
      tokenOf("[".repeat(17), text, key),
      { reason: "too_deep", check: "shape", part: "header" },
    ],
    ["with crit", withHeader({ crit: ["exp"] }), { reason: "critical_extension", check: "key", claim: "crit" }],
    ["with b64", withHeader({ b64: false }), { reason: "critical_extension", check: "key", claim: "b64" }],
    ["without alg", withHeader({ alg: undefined }), { reason: "algorithm_missing", check: "key", claim: "alg" }],
    [
      "whose alg is a list",
      withHeader({ alg: ["ES256"] }),
      { reason: "claim_invalid", check: "key", claim: "alg", part: "header" },
    ],
    ["of another alg", withHeader({ alg: "ES384" }), { reason: "algorithm_mismatch", check: "key", claim: "alg" }],
    ["without kid", withHeader({ kid: undefined }), { reason: "key_id_missing", check: "key", claim: "kid" }],
    [
      "whose kid is a number",
      withHeader({ kid: 1 }),
      { reason: "claim_invalid", check: "key", claim: "kid", part: "header" },
    ],
    ["whose kid is unknown", withHeader({ kid: "x" }), { reason: "key_unknown", check: "key", claim: "kid" }],
    ["without typ", withHeader({ typ: undefined }), { reason: "wrong_type", check: "type", claim: "typ" }],
    ["of another typ", withHeader({ typ: "JWT" }), { reason: "wrong_type", check: "type", claim: "typ" }],
    [
      "whose typ is a number",
      withHeader({ typ: 1 }),
      { reason: "claim_invalid", check: "shape", claim: "typ", part: "header" },
    ],
    [
      "signed by another key",
      tokenOf(headerOf(key), claimsOf(), other),
      { reason: "bad_signature", check: "signature", part: "signature" },
    ],
    [
      "whose payload is no UTF-8",
      tokenOf(headerOf(key), Buffer.from([0xff]), key),
      { reason: "not_utf8", check: "payload", part: "payload" },
    ],
    ["whose payload is no JSON", withText("x"), { reason: "not_json", check: "payload", part: "payload" }],
    ["whose payload ends in a string", withText('{"a'), { reason: "not_json", check: "payload", part: "payload" }],
    ["whose payload ends in an escape", withText('{"a\\'), { reason: "not_json", check: "payload", part: "payload" }],
    ["whose payload is null", withText("null"), { reason: "not_an_object", check: "payload", part: "payload" }],
    ["whose payload is a number", withText("5"), { reason: "not_an_object", check: "payload", part: "payload" }],
    ["whose payload is a text", withText('"x"'), { reason: "not_an_object", check: "payload", part: "payload" }],
    ...[
      '{"a":1e999}',
      '{"a":[{"b":-1e999}]}',
      '{"a":"\\ud800"}',
      '{"\\ud800":1}',
      '{"a":[1,null,{"b":["\\udc00"]}]}',
    ].map((unsafe): [string, string, Facts] => [
      `that holds ${unsafe}`,
      withText(unsafe),
      { reason: "unsafe_member", check: "payload", part: "payload" },
    ]),
    ["whose payload is no object", withText("[]"), { reason: "not_an_object", check: "payload", part: "payload" }],
    [
      "that says a thing twice",
      withText('{"a":1,"a":1}'),
      { reason: "duplicate_member", check: "payload", part: "payload" },
    ],
    [
      "that holds __proto__",
      withText('{"__proto__":1}'),
      { reason: "unsafe_member", check: "payload", part: "payload" },
    ],
    ["that is too deep", withText("[".repeat(17)), { reason: "too_deep", check: "payload", part: "payload" }],
    ["without exp", withClaims({ exp: undefined }), { reason: "claim_missing", check: "times", claim: "exp" }],
    ["without iat", withClaims({ iat: undefined }), { reason: "claim_missing", check: "times", claim: "iat" }],
    ["whose exp is a text", withClaims({ exp: "1" }), { reason: "claim_invalid", check: "times", claim: "exp" }],
    ["whose nbf is null", withClaims({ nbf: null }), { reason: "claim_invalid", check: "times", claim: "nbf" }],
    ["that has expired", withClaims({ exp: SECONDS - 6 }), { reason: "expired", check: "times", claim: "exp" }],
    [
      "that is not valid yet",
      withClaims({ nbf: SECONDS + 6 }),
      { reason: "not_yet_valid", check: "times", claim: "nbf" },
    ],
    [
      "that comes from the future",
      withClaims({ iat: SECONDS + 6 }),
      { reason: "issued_in_future", check: "times", claim: "iat" },
    ],
    [
      "that is valid no sooner than it expires",
      withClaims({ iat: SECONDS - 100, nbf: SECONDS - 2, exp: SECONDS - 2 }),
      { reason: "claim_invalid", check: "times", claim: "nbf" },
    ],
    [
      "that expires no later than it was made",
      withClaims({ iat: SECONDS - 2, exp: SECONDS - 2 }),
      { reason: "claim_invalid", check: "times", claim: "exp" },
    ],
    [
      "that has lived for too long",
      withClaims({ iat: SECONDS - 86_000, exp: SECONDS + 500 }),
      { reason: "lifetime_too_long", check: "times", claim: "exp" },
    ],
    [
      "that lives for too long",
      withClaims({ exp: SECONDS + 90_000 }),
      { reason: "lifetime_too_long", check: "times", claim: "exp" },
    ],
    ["without iss", withClaims({ iss: undefined }), { reason: "claim_missing", check: "issuer", claim: "iss" }],
    ["whose iss is a list", withClaims({ iss: [ISSUER] }), { reason: "claim_invalid", check: "issuer", claim: "iss" }],
    [
      "of another issuer",
      withClaims({ iss: "https://evil.example" }),
      { reason: "wrong_issuer", check: "issuer", claim: "iss" },
    ],
    ["without aud", withClaims({ aud: undefined }), { reason: "claim_missing", check: "audience", claim: "aud" }],
    ["for nobody", withClaims({ aud: [] }), { reason: "claim_invalid", check: "audience", claim: "aud" }],
    [
      "for another audience (CVE-2025-62610)",
      withClaims({ aud: "other" }),
      { reason: "wrong_audience", check: "audience", claim: "aud" },
    ],
    ["without sub", withClaims({ sub: undefined }), { reason: "claim_missing", check: "claims", claim: "sub" }],
    [
      "without client_id",
      withClaims({ client_id: undefined }),
      { reason: "claim_missing", check: "claims", claim: "client_id" },
    ],
    ["without jti", withClaims({ jti: undefined }), { reason: "claim_missing", check: "claims", claim: "jti" }],
    ...["sub", "jti", "client_id", "sid"].flatMap((claim) =>
      [5, "", null, ["x"]].map((value): [string, string, Facts] => [
        `whose ${claim} is ${JSON.stringify(value)}`,
        withClaims({ [claim]: value }),
        { reason: "claim_invalid", check: "claims", claim },
      ]),
    ),
    ...[-1, 253_402_300_800, "1", null].map((value): [string, string, Facts] => [
      `whose auth_time is ${JSON.stringify(value)}`,
      withClaims({ auth_time: value }),
      { reason: "claim_invalid", check: "claims", claim: "auth_time" },
    ]),
    ...["amr", "roles"].flatMap((claim) =>
      ["x", 5, null, ["x", 5], [null]].map((value): [string, string, Facts] => [
        `whose ${claim} are ${JSON.stringify(value)}`,
        withClaims({ [claim]: value }),
        { reason: "claim_invalid", check: "claims", claim },
      ]),
    ),
    [
      "whose scope is a list",
      withClaims({ scope: ["x"] }),
      { reason: "claim_invalid", check: "claims", claim: "scope" },
    ],
    [
      "for a name and a number",
      withClaims({ aud: [AUDIENCE, 5] }),
      { reason: "claim_invalid", check: "audience", claim: "aud" },
    ],
    [
      "for a name and an empty one",
      withClaims({ aud: [AUDIENCE, ""] }),
      { reason: "claim_invalid", check: "audience", claim: "aud" },
    ],
    ["whose iss is empty", withClaims({ iss: "" }), { reason: "claim_invalid", check: "issuer", claim: "iss" }],
    ["whose sub is a number", withClaims({ sub: 42 }), { reason: "claim_invalid", check: "claims", claim: "sub" }],
    [
      "whose roles are a text",
      withClaims({ roles: "admin" }),
      { reason: "claim_invalid", check: "claims", claim: "roles" },
    ],
  ])("%s", (_name, token, facts) => {
    expect(factsOf(() => verifier.verifySync(token as string))).toEqual(facts);
    const failed = verifier.explain(token as string).filter(({ verdict }) => verdict === "failed");
    expect(failed[0]).toMatchObject(facts);
  });

  it("by a promise where it is asked for one", async () => {
    await expect(verifier.verify(withClaims({}))).resolves.toMatchObject({ sub: "42" });
    await expect(verifier.verify(withClaims({ sub: 1 }))).rejects.toMatchObject({
      name: "TokenError",
      code: "invalid_token",
      reason: "claim_invalid",
    });
    await expect(verifier.verify(null as never)).rejects.toMatchObject({ name: "TokenError", reason: "not_a_string" });
  });

  it("and checks the signature before anything of the payload (CVE-2024-51744)", () => {
    for (const payload of [
      "x",
      "[]",
      '{"a":1,"a":1}',
      "[".repeat(100),
      JSON.stringify(claimsOf({ exp: 1, iss: 5, aud: [] })),
    ]) {
      expect(factsOf(() => verifier.verifySync(tokenOf(headerOf(key), payload, other))).reason).toBe("bad_signature");
    }
  });

  it("in the order times, issuer, audience, claims", () => {
    const wrong: Record<string, unknown> = { exp: 1, iat: 0, iss: "x", aud: "x", sub: 1 };
    const reasons = [];
    for (const [name, value] of Object.entries({
      exp: SECONDS + 60,
      iat: SECONDS,
      iss: ISSUER,
      aud: AUDIENCE,
      sub: "42",
    })) {
      reasons.push(refusalOf(() => verifier.verifySync(withClaims(wrong))).check);
      wrong[name] = value;
    }
    expect(reasons).toEqual(["times", "times", "issuer", "audience", "claims"]);
    expect(verifier.verifySync(withClaims(wrong)).sub).toBe("42");
  });

  it.each<[string, unknown, unknown, unknown]>([
    ["a number", 5, undefined, "number"],
    ["too many characters", "x".repeat(8193), 8192, 8193],
    ["two segments", "a.b", 3, 2],
    ["seven segments", "a.b.c.d.e.f.g", 3, 6],
    ["an exp that is a text", withClaims({ exp: "soon" }), "time", "soon"],
    ["an exp that has passed", withClaims({ exp: SECONDS - 6 }), SECONDS - 5, SECONDS - 6],
    ["an nbf to come", withClaims({ nbf: SECONDS + 6 }), SECONDS + 5, SECONDS + 6],
    ["an iat to come", withClaims({ iat: SECONDS + 6 }), SECONDS + 5, SECONDS + 6],
    ["a long life", withClaims({ iat: SECONDS, exp: SECONDS + 86_401 }), 86_400, 86_401],
    ["an iss that is a number", withClaims({ iss: 5 }), "text", 5],
    ["no iss", withClaims({ iss: undefined }), ISSUER, undefined],
    ["an aud that is a number", withClaims({ aud: 5 }), "text or texts", 5],
    ["no aud", withClaims({ aud: undefined }), [AUDIENCE], undefined],
    ["another aud", withClaims({ aud: "other" }), [AUDIENCE], "other"],
    ["a sub that is empty", withClaims({ sub: "" }), "text", ""],
    ["an auth_time that is a text", withClaims({ auth_time: "x" }), "time", "x"],
    ["roles that are a text", withClaims({ roles: "x" }), "texts", "x"],
    ["a scope that is a number", withClaims({ scope: 5 }), "string", 5],
  ])("and tells of %s what was expected and what was found", (_name, token, expected, actual) => {
    const refusal = refusalOf(() => verifier.verifySync(token as string));
    expect([refusal.expected, refusal.actual]).toEqual([expected, actual]);
  });

  it("and tells what was expected and what it found, cut short", () => {
    expect(refusalOf(() => verifier.verifySync(withClaims({ iss: "https://evil.example" })))).toMatchObject({
      expected: ISSUER,
      actual: "https://evil.example",
    });
    const long = refusalOf(() => verifier.verifySync(withHeader({ kid: "x".repeat(4000) })));
    expect(String(long.actual).length).toBeLessThan(70);
    expect(refusalOf(() => verifier.verifySync(withClaims({ sub: { a: 1 } }))).actual).toBe("an object");
    expect(refusalOf(() => verifier.verifySync(withClaims({ sub: [1, 2] }))).actual).toBe("an array of 2");
    expect(
      String(
        refusalOf(() => verifier.verifySync(withHeader({ kid: `${"x".repeat(63)}\u{1F511}tail` }))).actual,
      ).isWellFormed(),
    ).toBe(true);
  });
});

describe("the edges of time", () => {
  const at = (seconds: number, leeway: number, claims: Members) => () =>
    verifierOf(key, { leeway, now: () => seconds * 1000 }).verifySync(withClaims(claims)).sub;
  const times = { iat: SECONDS, exp: SECONDS + 100 };

  it.each([0, 1, 5, 60])(
    "with a leeway of %i: exp is the first moment at which a token is refused (RFC 7519 section 4.1.4)",
    (leeway) => {
      const end = SECONDS + 100 + leeway;
      expect(at(end - 0.001, leeway, times)()).toBe("42");
      expect(factsOf(at(end, leeway, times)).reason).toBe("expired");
      expect(factsOf(at(end + 0.001, leeway, times)).reason).toBe("expired");
    },
  );

  it.each([0, 1, 5, 60])(
    "with a leeway of %i: nbf is the first moment at which it is accepted (RFC 7519 section 4.1.5)",
    (leeway) => {
      const nbf = { ...times, nbf: SECONDS + 80 };
      expect(at(SECONDS + 80 - leeway, leeway, nbf)()).toBe("42");
      expect(factsOf(at(SECONDS + 80 - leeway - 0.001, leeway, nbf))).toMatchObject({
        claim: "nbf",
        reason: "not_yet_valid",
      });
    },
  );

  it.each([0, 1, 5, 60])("with a leeway of %i: iat may not be later than now", (leeway) => {
    expect(at(SECONDS - leeway, leeway, times)()).toBe("42");
    expect(factsOf(at(SECONDS - leeway - 0.001, leeway, times)).reason).toBe("issued_in_future");
  });

  it("of the longest life is inclusive, and the leeway does not lengthen it", () => {
    const short = (exp: number) => () =>
      verifierOf(key, { maxLifetime: 600, leeway: 60 }).verifySync(withClaims({ iat: SECONDS, exp: SECONDS + exp }))
        .sub;
    expect(short(600)()).toBe("42");
    expect(factsOf(short(600.001)).reason).toBe("lifetime_too_long");
    const long = verifierOf(key, { maxLifetime: 10 * 366 * 86_400 });
    expect(long.verifySync(withClaims({ exp: SECONDS + 9 * 366 * 86_400 })).sub).toBe("42");
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY], [undefined], ["now"]])(
    "a clock that answers %s refuses every token, cached or not",
    (answer) => {
      let time: unknown = NOW;
      const broken = verifierOf(key, { now: () => time as number });
      expect(broken.verifySync(withClaims({})).sub).toBe("42");
      time = answer;
      expect(factsOf(() => broken.verifySync(withClaims({}))).check).toBe("times");
      expect(factsOf(() => broken.verifySync(withClaims({ nbf: SECONDS }))).check).toBe("times");
      expect(
        factsOf(() => verifierOf(key, { cache: false, now: () => answer as number }).verifySync(withClaims({}))).check,
      ).toBe("times");
    },
  );
});

describe("options that would check too little are a TypeError", () => {
  const good: VerifierOptions = { issuer: ISSUER, audience: AUDIENCE, keys: [key] };
  it.each<[string, Record<string, unknown>]>([
    ["no issuer in rfc9068", { issuer: undefined }],
    ["no audience in rfc9068", { audience: undefined }],
    ["an empty issuer", { issuer: "" }],
    ["a list of issuers", { issuer: [ISSUER] }],
    ["a RegExp as the issuer", { issuer: /auth/ }],
    ["null as the issuer", { issuer: null }],
    ["an empty audience", { audience: "" }],
    ["no audiences", { audience: [] }],
    ["an empty text among the audiences", { audience: [AUDIENCE, ""] }],
    ["a number among the audiences", { audience: [1] }],
    ["a RegExp as the audience (CVE-2026-35040)", { audience: /todo/ }],
    ["a RegExp among the audiences (CVE-2026-35041)", { audience: [/todo/] }],
    ["a set of audiences", { audience: new Set([AUDIENCE]) }],
    ["an unknown profile", { profile: "jws" }],
    ["a profile of Object.prototype", { profile: "constructor" }],
    ["a type in rfc9068", { type: "at+jwt" }],
    ["an empty type", { profile: "jwt", type: "" }],
    ["a type that is no text", { profile: "jwt", type: 5 }],
    ["a leeway below 0", { leeway: -1 }],
    ["a leeway over 60", { leeway: 60.5 }],
    ["an infinite leeway (fast-jwt 640)", { leeway: Number.POSITIVE_INFINITY }],
    ["a leeway that is no number", { leeway: Number.NaN }],
    ["a leeway that is a text", { leeway: "5" }],
    ["a leeway that is a list", { leeway: [5] }],
    ["a leeway that is true", { leeway: true }],
    ["a longest life of 0", { maxLifetime: 0 }],
    ["a longest life below 0", { maxLifetime: -1 }],
    ["an infinite longest life", { maxLifetime: Number.POSITIVE_INFINITY }],
    ["a longest life that is no number", { maxLifetime: Number.NaN }],
    ["a longest life that is a text", { maxLifetime: "600" }],
    ["a required claim without a name", { requiredClaims: [""] }],
    ["a required claim that is no text", { requiredClaims: [5] }],
    ["required claims that are one text", { requiredClaims: "jti" }],
    ["no entries in the cache", { cache: { entries: 0 } }],
    ["half an entry in the cache", { cache: { entries: 1.5 } }],
    ["an infinite cache", { cache: { bytes: Number.POSITIVE_INFINITY } }],
    ["a clock that is no function", { now: NOW }],
    ["a schema that is none", { claims: { parse: () => ({}) } }],
    ["revocations that are none", { revocations: new Map() }],
  ])("%s", (_name, changes) => {
    expect(() => createVerifier({ ...good, ...changes } as VerifierOptions)).toThrow(WRONG_USE);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["an issuer that is empty", { issuer: "" }, "The issuer must be a string that is not empty."],
    ["an audience that is a number", { audience: [5] }, "The audience must be a string that is not empty."],
    [
      "a required claim of no name",
      { requiredClaims: [""] },
      "The name of a required claim must be a string that is not empty.",
    ],
    [
      "no such profile",
      { profile: "jws" },
      "The profile must be one of rfc9068, jwt, flask-jwt-extended, flask-jwt, itsdangerous.",
    ],
    ["a type", { type: "JWT" }, "The type of the profile rfc9068 is at+jwt."],
    ["a type that is empty", { profile: "jwt", type: "" }, "The type must be a string that is not empty."],
    ["a type that is a number", { profile: "jwt", type: 5 }, "The type must be a string that is not empty."],
    ["a schema that is a text", { claims: "x" }, "The schema of the claims must be a Standard Schema."],
    [
      "a bound that is misspelt",
      { cache: { entry: 5 } },
      'The cache has no option "entry". The options are entries, bytes.',
    ],
    ["an option that is misspelt", { leaway: 5 }, 'createVerifier has no option "leaway".'],
  ])("which says what is wrong with %s", (_name, changes, sentence) => {
    expect(() => createVerifier({ ...good, ...changes } as VerifierOptions)).toThrow(sentence);
  });

  it("while true is the cache that there is without a word", () => {
    const own = verifierOf(key, { cache: true });
    own.verifySync(withClaims({}));
    expect(own.cached).toBe(1);
  });

  it("while an audience list that is changed afterwards changes nothing", () => {
    const audience = [AUDIENCE];
    const own = verifierOf(key, { audience });
    audience[0] = "other";
    audience.push("evil");
    expect(own.verifySync(withClaims({})).sub).toBe("42");
    expect(factsOf(() => own.verifySync(withClaims({ aud: "evil" }))).reason).toBe("wrong_audience");
  });
});

describe("audiences and issuers", () => {
  it("of several wanted, one suffices", () => {
    const own = verifierOf(key, { audience: ["a", "b"] });
    expect(own.verifySync(withClaims({ aud: "b" })).aud).toBe("b");
    expect(own.verifySync(withClaims({ aud: ["c", "a"] })).aud).toEqual(["c", "a"]);
    expect(factsOf(() => own.verifySync(withClaims({ aud: ["c", "ab", "a b"] }))).reason).toBe("wrong_audience");
  });

  it("in the profile jwt a token for somebody is refused by a verifier without a name (RFC 7519 section 4.1.3)", () => {
    expect(factsOf(() => bare.verifySync(tokenOf({ alg: "ES256" }, { ...plain, aud: "somebody" }, key))).reason).toBe(
      "wrong_audience",
    );
    const named = createVerifier({ profile: "jwt", audience: "a", issuer: "i", keys: [key], now: () => NOW });
    expect(factsOf(() => named.verifySync(tokenOf({ alg: "ES256" }, { ...plain, iss: "i" }, key)))).toMatchObject({
      reason: "claim_missing",
      claim: "aud",
    });
    expect(factsOf(() => named.verifySync(tokenOf({ alg: "ES256" }, { ...plain, aud: "a" }, key)))).toMatchObject({
      reason: "claim_missing",
      claim: "iss",
    });
  });
});

describe("required claims", () => {
  it("are missed where they are not there, and null is there", () => {
    const own = verifierOf(key, { requiredClaims: ["tenant", "nbf"] });
    expect(factsOf(() => own.verifySync(withClaims({ nbf: 0 })))).toEqual({
      reason: "claim_missing",
      check: "claims",
      claim: "tenant",
    });
    expect(factsOf(() => own.verifySync(withClaims({ tenant: "a" })))).toEqual({
      reason: "claim_missing",
      check: "times",
      claim: "nbf",
    });
    expect(own.verifySync(withClaims({ tenant: null, nbf: 0 })).tenant).toBeNull();
  });

  it("of the profile jwt may be iss and aud although no value of them is wanted", () => {
    const own = createVerifier({ profile: "jwt", requiredClaims: ["iss"], keys: [key], now: () => NOW });
    expect(factsOf(() => own.verifySync(tokenOf({ alg: "ES256" }, plain, key)))).toMatchObject({
      reason: "claim_missing",
      claim: "iss",
    });
    const for_ = createVerifier({ profile: "jwt", requiredClaims: ["aud"], keys: [key], now: () => NOW });
    expect(factsOf(() => for_.verifySync(tokenOf({ alg: "ES256" }, plain, key)))).toMatchObject({
      reason: "claim_missing",
      claim: "aud",
    });
  });

  it.each(["constructor", "toString", "valueOf", "hasOwnProperty"])(
    "called %s are not found on Object.prototype",
    (name) => {
      const own = verifierOf(key, { requiredClaims: [name] });
      expect(factsOf(() => own.verifySync(withClaims({})))).toMatchObject({ reason: "claim_missing", claim: name });
      expect(own.verifySync(withClaims({ [name]: "x" })).sub).toBe("42");
    },
  );
});

type Validate = NonNullable<VerifierOptions["claims"]>["~standard"]["validate"];

function schemaOf(validate: Validate, options: Partial<VerifierOptions> = {}) {
  return verifierOf(key, { claims: { "~standard": { version: 1, vendor: "by hand", validate } }, ...options });
}

describe("a schema of the claims", () => {
  it("sees claims that passed every check, and what it makes of them is laid over them", () => {
    const own = schemaOf((value) => ({ value: { tenant: Number((value as { tenant: string }).tenant) } }));
    expect(own.verifySync(withClaims({ tenant: "7" }))).toEqual(claimsOf({ tenant: 7 }));
    let asked = 0;
    const counting = schemaOf((value) => {
      asked++;
      return { value };
    });
    refusalOf(() => counting.verifySync(withClaims({ exp: 1 })));
    refusalOf(() => counting.verifySync(withClaims({ sub: 1 })));
    expect(asked).toBe(0);
  });

  it.each<[string, Parameters<typeof issuesOf>[0], string]>([
    ["a path of names", ["tenant", "id"], "tenant"],
    ["a path of segments", [{ key: "roles" }, { key: 0 }], "roles"],
    ["a path of a number", [3], "3"],
    ["an empty path", [], "claims"],
    ["no path", undefined, "claims"],
  ])("refuses with the claim of %s", (_name, path, claim) => {
    expect(factsOf(() => schemaOf(() => issuesOf(path)).verifySync(withClaims({})))).toEqual({
      reason: "claim_invalid",
      check: "claims",
      claim,
    });
  });

  it("refuses where the list of issues is empty but there", () => {
    expect(factsOf(() => schemaOf(() => ({ issues: [] })).verifySync(withClaims({}))).reason).toBe("claim_invalid");
  });

  it("that throws has refused, and what it threw is the cause", () => {
    const thrown = new RangeError("no such tenant");
    const own = schemaOf(() => {
      throw thrown;
    });
    const refusal = refusalOf(() => own.verifySync(withClaims({})));
    expect(refusal).toMatchObject({ reason: "claim_invalid", check: "claims", claim: "claims", cause: thrown });
  });

  it("must be synchronous: a promise is a TypeError, a promise of another library too", () => {
    expect(() => schemaOf(async (value) => ({ value })).verifySync(withClaims({}))).toThrow(WRONG_USE);
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library
    const thenable = { then: (done?: (result: unknown) => void) => done?.({ issues: [{ message: "no" }] }) };
    expect(() => schemaOf(() => thenable as never).verifySync(withClaims({}))).toThrow(WRONG_USE);
  });

  it("does not decide whether a token has expired, also when the token comes from the cache", () => {
    let time = NOW;
    const own = schemaOf((value) => ({ value: { exp: (value as { exp: number }).exp * 1000 } }), { now: () => time });
    const token = withClaims({});
    expect(own.verifySync(token).exp).toBe((SECONDS + 590) * 1000);
    time += 700_000;
    expect(factsOf(() => own.verifySync(token)).reason).toBe("expired");
  });

  it("may make members that are not there, functions and nothing at all", () => {
    const made = { none: undefined, nothing: null, act: () => {}, list: [undefined] };
    const own = schemaOf(() => ({ value: made }));
    const token = withClaims({});
    expect(own.verifySync(token)).toMatchObject(made);
    expect(own.verifySync(token)).toMatchObject(made);
    expect(Object.isFrozen(made.list)).toBe(true);
    expect(Object.isFrozen(made.act)).toBe(false);
  });

  it("may make a Date of exp, and the token is accepted again from the cache", () => {
    const own = schemaOf((value) => ({ value: { exp: new Date((value as { exp: number }).exp * 1000) } }));
    const token = withClaims({});
    for (let round = 0; round < 3; round++) expect(own.verifySync(token).exp).toEqual(new Date((SECONDS + 590) * 1000));
  });

  it("does not decide which token or session a token is of, cached or not", () => {
    const asked: unknown[] = [];
    const revocations: NonNullable<VerifierOptions["revocations"]> = {
      find: ({ jti, sid }) => {
        asked.push(jti, sid);
        return undefined;
      },
    };
    const own = schemaOf(() => ({ value: { jti: "another", sid: "another" } }), { revocations });
    const token = withClaims({});
    own.verifySync(token);
    own.verifySync(token);
    expect(asked).toEqual([JTI, "session-1", JTI, "session-1"]);
  });

  it.each<[string, unknown]>([
    ["bytes", new Uint8Array(3)],
    ["a Map", new Map([[1, 2]])],
    ["a Date", new Date(0)],
    ["a cycle", cycle()],
  ])("may make %s of a claim", (_name, made) => {
    expect(schemaOf(() => ({ value: { made } })).verifySync(withClaims({})).made).toBe(made);
  });

  it("makes claims that are frozen to their depth where they are remembered", () => {
    const own = schemaOf(() => ({ value: { role: { rights: ["read"] } } }));
    const { role } = own.verifySync(withClaims({})) as { role?: { rights: string[] } };
    expect(Object.isFrozen(role)).toBe(true);
    expect(() => role?.rights.push("write")).toThrow(TypeError);
  });
});

function cycle(): object {
  const ring: Record<string, unknown> = {};
  ring.self = ring;
  return ring;
}

function issuesOf(path: ReadonlyArray<PropertyKey | { key: PropertyKey }> | undefined) {
  return { issues: [{ message: "no", ...(path !== undefined && { path }) }] };
}

describe("allowExpired", () => {
  it.each([
    ["when it began", { iat: SECONDS - 9000, exp: SECONDS - 9000 }],
    ["before it began", { iat: SECONDS, exp: SECONDS - 9000 }],
    ["before it held", { iat: SECONDS - 10_000, nbf: SECONDS, exp: SECONDS - 9000 }],
  ])("takes a token that ended %s for an expired one", (_when, times) => {
    expect(factsOf(() => verifier.verifySync(withClaims(times))).reason).toBe("expired");
    expect(verifier.verifySync(withClaims(times), { allowExpired: true }).sub).toBe("42");
  });

  it("lets an expired token pass, and nothing else", () => {
    const expired = { iat: SECONDS - 10_000, exp: SECONDS - 9000 };
    refusalOf(() => verifier.verifySync(withClaims(expired)));
    expect(verifier.verifySync(withClaims(expired), { allowExpired: true }).sub).toBe("42");
    const faults: Array<[Members, string]> = [
      [{ nbf: SECONDS + 60 }, "not_yet_valid"],
      [{ iat: SECONDS + 60, exp: SECONDS + 120 }, "issued_in_future"],
      [{ exp: undefined }, "claim_missing"],
      [{ exp: "1" }, "claim_invalid"],
      [{ iat: 0 }, "lifetime_too_long"],
      [{ iss: "x" }, "wrong_issuer"],
      [{ aud: "x" }, "wrong_audience"],
      [{ sub: 1 }, "claim_invalid"],
    ];
    for (const [changes, reason] of faults) {
      expect(
        factsOf(() => verifier.verifySync(withClaims({ ...expired, ...changes }), { allowExpired: true })).reason,
      ).toBe(reason);
    }
    const forged = tokenOf(headerOf(key), claimsOf(expired), keyOf("ES256", "other"));
    expect(factsOf(() => verifier.verifySync(forged, { allowExpired: true })).reason).toBe("bad_signature");
    const taken = verifierOf(key, { revocations: { find: () => "session" } });
    expect(factsOf(() => taken.verifySync(withClaims(expired), { allowExpired: true }))).toEqual({
      reason: "revoked",
      check: "revocation",
      claim: "sid",
    });
  });
});

describe("skipRevocation", () => {
  const NAMED = { sid: "s" };

  function taken(options: Partial<VerifierOptions> = {}) {
    const revocations = createRevocations({ now: () => NOW });
    revocations.add({ session: "s" });
    return verifierOf(key, { revocations, ...options });
  }

  it.each<[string, Partial<VerifierOptions>]>([
    ["with a cache", {}],
    ["without one", { cache: false }],
  ])("lets a token pass that was taken back, in every way of asking, %s", async (_name, options) => {
    const own = taken(options);
    const token = withClaims(NAMED);
    for (let time = 0; time < 2; time++) {
      expect(own.verifySync(token, { skipRevocation: true }).sub).toBe("42");
      expect(own.inspectSync(token, { skipRevocation: true }).kid).toBe(key.kid);
      await expect(own.verify(token, { skipRevocation: true })).resolves.toMatchObject({ sub: "42" });
      expect(factsOf(() => own.verifySync(token))).toEqual({ reason: "revoked", check: "revocation", claim: "sid" });
      expect(factsOf(() => own.verifySync(token, { skipRevocation: false })).reason).toBe("revoked");
      expect(factsOf(() => own.verifySync(token, { allowExpired: true })).reason).toBe("revoked");
    }
  });

  it("lets nothing else pass", () => {
    const own = taken();
    const faults: Array<[Members, string]> = [
      [{ iat: SECONDS - 10_000, exp: SECONDS - 9000 }, "expired"],
      [{ nbf: SECONDS + 60 }, "not_yet_valid"],
      [{ iss: "x" }, "wrong_issuer"],
      [{ aud: "x" }, "wrong_audience"],
      [{ sub: 1 }, "claim_invalid"],
    ];
    for (const [changes, reason] of faults) {
      const token = withClaims({ ...NAMED, ...changes });
      expect(factsOf(() => own.verifySync(token, { skipRevocation: true })).reason).toBe(reason);
    }
    const forged = tokenOf(headerOf(key), claimsOf(NAMED), keyOf("ES256", "other"));
    expect(factsOf(() => own.verifySync(forged, { skipRevocation: true })).reason).toBe("bad_signature");
  });

  it("goes together with allowExpired", () => {
    const expired = withClaims({ ...NAMED, iat: SECONDS - 10_000, exp: SECONDS - 9000 });
    expect(taken().verifySync(expired, { allowExpired: true, skipRevocation: true }).sub).toBe("42");
    expect(taken().verifySync(expired, { allowExpired: true, skipRevocation: true })).toMatchObject(NAMED);
  });

  it("still refuses a remembered token that has expired meanwhile", () => {
    let time = NOW;
    const own = taken({ now: () => time });
    const token = withClaims(NAMED);
    expect(own.verifySync(token, { skipRevocation: true }).sub).toBe("42");
    time += 600_000;
    expect(factsOf(() => own.verifySync(token, { skipRevocation: true })).reason).toBe("expired");
  });
});

describe("a key that a function chooses", () => {
  it("is chosen by the header alone, which is frozen (CVE-2025-65945)", () => {
    const seen: Header[] = [];
    const own = verifierOf(key, {
      keys: (...given) => {
        expect(given).toHaveLength(1);
        seen.push(given[0]);
        return key;
      },
    });
    expect(own.verifySync(withHeader({ x: 1 })).sub).toBe("42");
    expect(seen).toEqual([headerOf(key, { x: 1 })]);
    expect(Object.isFrozen(seen[0])).toBe(true);
  });

  it("may be private or public", () => {
    expect(verifierOf(key, { keys: () => key }).verifySync(withClaims({})).sub).toBe("42");
    expect(
      verifierOf(key, { keys: () => (key.kind === "private" ? key.public : key) }).verifySync(withClaims({})).sub,
    ).toBe("42");
  });

  it.each([
    [undefined],
    [null],
    [""],
    [0],
    [false],
    ["secret"],
    [Buffer.alloc(0)],
    [Buffer.from("secret")],
    [{}],
    [[]],
    [[key]],
    [key.handle],
    [Promise.resolve(key)],
    [{ ...key, kid: undefined }],
    [{ ...key, handle: undefined }],
    [{ ...key, kind: "secret" }],
  ])("is unknown where it is %o (CVE-2026-44351, CVE-2026-45363)", (answer) => {
    const own = verifierOf(key, { keys: () => answer as Key | undefined });
    expect(factsOf(() => own.verifySync(withClaims({})))).toEqual({
      reason: "key_unknown",
      check: "key",
      claim: "kid",
    });
    expect(own.recognizes(withClaims({}))).toBe(false);
  });

  it.each<[string, unknown]>([
    ["a key of no algorithm", { ...key, alg: "none" }],
    ["a JWK that nobody imported", { kty: "oct", k: "AAAA", kid: "x", alg: "HS256" }],
    ["an object that only looks like a key", { kind: "secret", kid: "x", alg: "HS256", handle: { type: "secret" } }],
  ])("is unknown where it is %s", (_name, answer) => {
    const hs = tokenOf(headerOf(key, { alg: "HS256" }), claimsOf(), keyOf("HS256"));
    for (const token of [withClaims({}), hs])
      expect(refusalOf(() => verifierOf(key, { keys: () => answer as Key }).verifySync(token)).check).toBe("key");
  });

  it.each(ALGORITHMS.filter((alg) => alg !== "ES256"))("is refused where it is of %s", (alg: Algorithm) => {
    const own = verifierOf(key, { keys: () => keyOf(alg) });
    expect(factsOf(() => own.verifySync(withClaims({})))).toEqual({
      reason: "algorithm_mismatch",
      check: "key",
      claim: "alg",
    });
  });

  it("is unknown where the function throws, and the refusal keeps the cause for the log", () => {
    const closed = new RangeError("the key store is closed");
    const own = verifierOf(key, {
      keys: () => {
        throw closed;
      },
    });
    const refusal = refusalOf(() => own.verifySync(withClaims({})));
    expect(refusal).toMatchObject({ reason: "key_unknown", check: "key", claim: "kid" });
    expect(refusal.cause).toBe(closed);
    expect(JSON.stringify(refusal)).not.toContain("closed");
  });
});

describe("profiles that share a key exclude each other", () => {
  it("jwt and rfc9068 by their types", () => {
    const access = withClaims({});
    const session = withHeader({ typ: "JWT" });
    const untyped = withHeader({ typ: undefined });
    expect(verifier.verifySync(access).sub).toBe("42");
    for (const token of [session, untyped]) expect(factsOf(() => verifier.verifySync(token)).reason).toBe("wrong_type");
    for (const token of [session, untyped]) expect(jwt.verifySync(token).sub).toBe("42");
    expect(factsOf(() => jwt.verifySync(access)).reason).toBe("wrong_type");
    const id = verifierOf(key, { profile: "jwt", type: "id+jwt" });
    for (const token of [access, session, untyped])
      expect(factsOf(() => id.verifySync(token)).reason).toBe("wrong_type");
  });
});

describe("keys of a verifier", () => {
  it("are asked by kid, and without one only where no doubt is left", () => {
    const second = generateKey({ alg: "ES256" });
    const two = verifierOf(key, { profile: "jwt", keys: [key, second] });
    expect(two.inspectSync(tokenOf(headerOf(second, { typ: "JWT" }), claimsOf(), second)).kid).toBe(second.kid);
    expect(factsOf(() => two.verifySync(withHeader({ typ: "JWT", kid: undefined })))).toEqual({
      reason: "key_id_missing",
      check: "key",
      claim: "kid",
    });
  });

  it("are not changed by a change of the list", () => {
    const keys = [key];
    const own = verifierOf(key, { keys });
    keys.length = 0;
    expect(own.verifySync(withClaims({})).sub).toBe("42");
  });

  it("are replaced also where nothing is remembered", () => {
    const own = verifierOf(key, { cache: false });
    own.replaceKeys([keyOf("ES256", "other")]);
    expect(factsOf(() => own.verifySync(withClaims({}))).reason).toBe("key_unknown");
    expect(own.cached).toBe(0);
  });

  it("are recognized by a header, of a token that is not too long", () => {
    const token = withClaims({});
    expect(verifier.recognizes(token)).toBe(true);
    expect(verifier.recognizes(`${token}${"x".repeat(8192 - token.length)}`)).toBe(true);
    expect(verifier.recognizes(`${token}${"x".repeat(8193 - token.length)}`)).toBe(false);
    for (const junk of ["", "x", ".", `.${token}`, 5, null, undefined, {}, [token]])
      expect(verifier.recognizes(junk as string)).toBe(false);
  });

  it("that are replaced by none stay", () => {
    const own = verifierOf(key);
    expect(() => own.replaceKeys([])).toThrow(WRONG_USE);
    expect(() => own.replaceKeys([undefined as never])).toThrow(WRONG_USE);
    expect(own.verifySync(withClaims({})).sub).toBe("42");
  });
});
