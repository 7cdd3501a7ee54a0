import { createHmac, randomBytes } from "node:crypto";
import {
  anyVerifier,
  createIssuer,
  createRevocations,
  createVerifier,
  explain,
  generateKey,
  type IssuerOptions,
  importKey,
  type ProfileName,
  type VerifierOptions,
} from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { createGuard } from "../../dist/guard/create-guard.js";
import { USUAL_CSRF } from "../../dist/guard/csrf-rules.js";
import { USUAL_PLACES } from "../../dist/guard/places.js";
import type { RouteOptions } from "../../dist/guard/route-options.js";
import { millisecondsOf } from "../../dist/tokens/uuid-v7.js";
import {
  ALGORITHMS,
  AUDIENCE,
  claimsOf,
  factsOf,
  headerOf,
  ISSUER,
  keyOf,
  type Members,
  NOW,
  refusalOf,
  SECONDS,
  segment,
  tokenOf,
  verifierOf,
  WRONG_USE,
} from "./by-hand.js";

const key = keyOf("HS256");
const now = () => NOW;
const PLAIN_HEADER: Members = { alg: "HS256", typ: "JWT" };
const UUID = "0b0ff0f2-6a5c-4d3b-9c2b-0f0e0d0c0b0a";

/** What each original writes of user 42, with nothing configured. */
const EXTENDED: Members = {
  fresh: false,
  iat: SECONDS,
  jti: UUID,
  type: "access",
  sub: "42",
  nbf: SECONDS,
  csrf: UUID,
  exp: SECONDS + 900,
};
const FLASK_JWT: Members = { exp: SECONDS + 300, iat: SECONDS, nbf: SECONDS, identity: 42 };
const DANGEROUS_HEADER: Members = { alg: "HS256", iat: SECONDS, exp: SECONDS + 172_800 };

const extended = (changes: Members = {}) => tokenOf(PLAIN_HEADER, { ...EXTENDED, ...changes }, key);
const flaskJwt = (changes: Members = {}) => tokenOf(PLAIN_HEADER, { ...FLASK_JWT, ...changes }, key);
const dangerous = (payload: unknown = { id: 42 }, header: Members = {}) =>
  tokenOf({ ...DANGEROUS_HEADER, ...header }, payload, key);

/** A verifier of a profile that is told nothing but the key. */
function readerOf(profile: ProfileName, options: Partial<VerifierOptions> = {}) {
  return createVerifier({ profile, keys: [key], now, ...options } as VerifierOptions);
}

function minterOf(options: Partial<IssuerOptions> = {}) {
  return createIssuer({ profile: "flask-jwt-extended", keys: [key], now, ...options } as IssuerOptions);
}

function writtenBy(token: string): { readonly header: Members; readonly claims: Members } {
  const [header = "", claims = ""] = token.split(".");
  const read = (text: string): Members => JSON.parse(Buffer.from(text, "base64url").toString());
  return { header: read(header), claims: read(claims) };
}

describe("an issuer of flask-jwt-extended", () => {
  it("writes the claims that are given, iat, exp in 15 minutes and a jti, and names no key", () => {
    const { header, claims } = writtenBy(minterOf().mint({ sub: "42", type: "access", fresh: true }));
    expect(header).toEqual({ alg: "HS256", typ: "JWT" });
    const { jti, ...rest } = claims;
    expect(rest).toEqual({ sub: "42", type: "access", fresh: true, iat: SECONDS, exp: SECONDS + 900 });
    expect(millisecondsOf(String(jti))).toBe(NOW);
  });

  it("writes issuer and audience where they are configured, and lets claims replace what it would write", () => {
    const issuer = minterOf({ issuer: ISSUER, audience: [AUDIENCE, "b"], accessSeconds: 60 });
    expect(writtenBy(issuer.mint({ sub: "42", jti: "mine", nbf: SECONDS })).claims).toEqual({
      iss: ISSUER,
      aud: [AUDIENCE, "b"],
      iat: SECONDS,
      exp: SECONDS + 60,
      jti: "mine",
      sub: "42",
      nbf: SECONDS,
    });
  });

  it.each(ALGORITHMS)("with a key of %s mints what a verifier of the profile accepts", (alg) => {
    const own = keyOf(alg);
    const token = minterOf({ keys: [own] }).mint({ sub: "42", fresh: SECONDS + 60.5 });
    const { claims, kid, profile } = readerOf("flask-jwt-extended", { keys: [own] }).inspectSync(token);
    expect({ ...claims, kid, profile }).toMatchObject({
      sub: "42",
      fresh: SECONDS + 60.5,
      kid: own.kid,
      profile: "flask-jwt-extended",
    });
  });

  it("writes the identity into the claim that it is told, and then wants a type", () => {
    const issuer = createIssuer({ profile: "flask-jwt-extended", identityClaim: "uid", keys: [key], now });
    const token = issuer.mint({ uid: 42, type: "access" });
    expect(writtenBy(token).claims).not.toHaveProperty("sub");
    expect(readerOf("flask-jwt-extended", { identityClaim: "uid" }).verifySync(token)).toMatchObject({
      uid: 42,
      sub: "42",
    });
    expect(() => issuer.mint({ type: "access" })).toThrow("The claim uid is missing.");
    expect(() => issuer.mint({ uid: "42" })).toThrow("The claim type is missing.");
    expect(() => issuer.mint({ uid: 4.2, type: "access" })).toThrow(
      "The claim uid must be a string that is not empty or a whole number.",
    );
  });

  it("knows by its type whether sub need not be there", () => {
    // @ts-expect-error Without another identity claim sub is wanted.
    expect(() => minterOf().mint({ type: "access" })).toThrow("The claim sub is missing.");
  });

  it.each<[string, Members]>([
    ["a number as sub", { sub: 42 }],
    ["an empty sub", { sub: "" }],
    ["no sub", { sub: undefined }],
    ["no exp", { exp: undefined }],
    ["no iat", { iat: undefined }],
    ["a type that is no string", { type: null }],
    ["a text as fresh", { fresh: "true" }],
    ["an infinite freshness", { fresh: Number.POSITIVE_INFINITY }],
    ["a csrf that is no string", { csrf: 5 }],
    ["a jti that is no string", { jti: 5 }],
    ["a life of over 366 days", { exp: SECONDS + 366 * 86_400 + 1 }],
  ])("does not mint %s", (_name, claims) => {
    expect(() => minterOf().mint({ sub: "42", ...claims } as never)).toThrow(WRONG_USE);
  });

  it("says what a freshness must be", () => {
    const mint = () => minterOf().mint({ sub: "42", fresh: "true" });
    expect(mint).toThrow("The claim fresh must be true, false or a number of seconds since 1970.");
  });

  it("is not made with a client", () => {
    expect(() => minterOf({ clientId: "web" })).toThrow("Tokens of the profile flask-jwt-extended name no client.");
  });
});

describe("the header of a minted token", () => {
  const rfc9068 = createIssuer({ issuer: ISSUER, audience: AUDIENCE, clientId: "web", keys: [key], now });
  const jwt = createIssuer({ profile: "jwt", keys: [key], now });

  it("has the members that mint is given, in every profile that is minted", () => {
    const header = { tenant: "a", list: [1, { b: null }] };
    expect(writtenBy(rfc9068.mint({ sub: "42" }, { header })).header).toEqual({ ...headerOf(key), ...header });
    expect(writtenBy(jwt.mint({ sub: "42" }, { header })).header).toEqual({
      ...headerOf(key, { typ: "JWT" }),
      ...header,
    });
    const token = minterOf().mint({ sub: "42" }, { header });
    expect(readerOf("flask-jwt-extended").inspectSync(token).header).toEqual({ ...PLAIN_HEADER, ...header });
  });

  it("is the usual one again for the next token", () => {
    const issuer = minterOf();
    issuer.mint({ sub: "42" }, { header: { tenant: "a" } });
    expect(writtenBy(issuer.mint({ sub: "42" })).header).toEqual(PLAIN_HEADER);
    expect(writtenBy(issuer.mint({ sub: "42" }, { header: {} })).header).toEqual(PLAIN_HEADER);
  });

  it("may name its own key, and another typ where the profile leaves that open", () => {
    const named = minterOf().mint({ sub: "42" }, { header: { kid: key.kid, alg: "HS256" } });
    expect(readerOf("flask-jwt-extended").inspectSync(named).header).toEqual({ ...PLAIN_HEADER, kid: key.kid });
    for (const issuer of [jwt, minterOf()]) {
      expect(writtenBy(issuer.mint({ sub: "42" }, { header: { typ: "id+jwt" } })).header.typ).toBe("id+jwt");
    }
    const typed = minterOf({ type: "id+jwt" }).mint({ sub: "42" });
    expect(readerOf("flask-jwt-extended", { type: "ID+JWT" }).verifySync(typed).sub).toBe("42");
    expect(factsOf(() => readerOf("flask-jwt-extended").verifySync(typed)).reason).toBe("wrong_type");
    expect(writtenBy(rfc9068.mint({ sub: "42" }, { header: { typ: "at+jwt" } })).header).toEqual(headerOf(key));
  });

  it.each<[string, unknown]>([
    ["another alg", { alg: "HS512" }],
    ["no alg", { alg: undefined }],
    ["an alg of null", { alg: null }],
    ["the kid of another key", { kid: "other" }],
    ["an empty kid", { kid: "" }],
    ["a kid that is no string", { kid: 5 }],
    ["an extension", { crit: ["x"], x: 1 }],
    ["b64", { b64: false }],
    ["a typ that is no string", { typ: 5 }],
    ["an empty typ", { typ: "" }],
    ["an exp", { exp: SECONDS + 60 }],
    ["__proto__", JSON.parse('{"__proto__":{"alg":"none"}}')],
    ["a bigint", { number: 1n }],
    ["half a surrogate pair", { name: "\ud800" }],
    ["17 levels", { deep: JSON.parse(`${"[".repeat(17)}${"]".repeat(17)}`) }],
    ["more than 8192 characters", { filler: "x".repeat(8192) }],
    ["members that write themselves", { toJSON: () => ({ alg: "none" }) }],
    ["null", null],
    ["a list", [1]],
    ["a text", "typ"],
    ["a number", 5],
  ])("is not written with %s", (_name, header) => {
    for (const issuer of [rfc9068, jwt, minterOf()]) {
      expect(() => issuer.mint({ sub: "42" }, { header } as never)).toThrow(WRONG_USE);
    }
  });

  it.each([{ typ: "JWT" }, { typ: undefined }, { kid: undefined }])("of RFC 9068 is not written with %j", (header) => {
    expect(() => rfc9068.mint({ sub: "42" }, { header } as never)).toThrow(WRONG_USE);
  });
});

describe("a verifier of flask-jwt-extended", () => {
  const verifier = readerOf("flask-jwt-extended");

  it("accepts what Flask-JWT-Extended writes, with its claims as they are", () => {
    expect(verifier.verifySync(extended())).toEqual(EXTENDED);
    expect(verifier.inspectSync(extended())).toMatchObject({ profile: "flask-jwt-extended", header: PLAIN_HEADER });
  });

  it.each<[string, string]>([
    ["without typ", tokenOf({ alg: "HS256" }, EXTENDED, key)],
    ["with the typ in another spelling", tokenOf({ ...PLAIN_HEADER, typ: "application/jwt" }, EXTENDED, key)],
    ["that names its key", tokenOf({ ...PLAIN_HEADER, kid: key.kid }, EXTENDED, key)],
    ["of exp and sub alone", tokenOf(PLAIN_HEADER, { sub: "42", exp: SECONDS + 60 }, key)],
    ["that is a refresh token", extended({ type: "refresh" })],
    ["of another type", extended({ type: "reset" })],
    ["of an empty type", extended({ type: "" })],
    ["with an empty csrf", extended({ csrf: "" })],
    ["that is fresh", extended({ fresh: true })],
    ["that is fresh until a moment", extended({ fresh: SECONDS + 0.25 })],
    ["for anybody", extended({ aud: "whoever" })],
    ["of any issuer", extended({ iss: "whoever" })],
    ["that ends within 366 days, without iat", extended({ iat: undefined, exp: SECONDS + 366 * 86_400 })],
    ["that expired four seconds ago", extended({ iat: SECONDS - 60, nbf: SECONDS - 60, exp: SECONDS - 4 })],
  ])("accepts a token %s", (_name, token) => {
    expect(verifier.verifySync(token).sub).toBe("42");
  });

  it.each<[string, Members, object]>([
    ["no exp", { exp: undefined }, { reason: "claim_missing", claim: "exp" }],
    ["no sub", { sub: undefined }, { reason: "claim_missing", claim: "sub" }],
    ["an identity under another name", { sub: undefined, identity: "42" }, { reason: "claim_missing", claim: "sub" }],
    ["a sub that is a number", { sub: 42 }, { reason: "claim_invalid", claim: "sub" }],
    ["a sub that is empty", { sub: "" }, { reason: "claim_invalid", claim: "sub" }],
    ["a type of null", { type: null }, { reason: "claim_invalid", claim: "type" }],
    ["a type that is a list", { type: ["access"] }, { reason: "claim_invalid", claim: "type" }],
    ["a fresh of text", { fresh: "true" }, { reason: "claim_invalid", claim: "fresh" }],
    ["a fresh of null", { fresh: null }, { reason: "claim_invalid", claim: "fresh" }],
    ["a fresh before 1970", { fresh: -1 }, { reason: "claim_invalid", claim: "fresh" }],
    ["a csrf that is a number", { csrf: 5 }, { reason: "claim_invalid", claim: "csrf" }],
    ["a jti that is a number", { jti: 5 }, { reason: "claim_invalid", claim: "jti" }],
    ["an aud that is none", { aud: {} }, { reason: "claim_invalid", claim: "aud" }],
    ["an iss that is none", { iss: 5 }, { reason: "claim_invalid", claim: "iss" }],
    ["an iat of text", { iat: "1" }, { reason: "claim_invalid", claim: "iat" }],
    ["an iat of null", { iat: null }, { reason: "claim_invalid", claim: "iat" }],
    ["an exp of null", { exp: null }, { reason: "claim_invalid", claim: "exp" }],
    ["an exp before iat", { exp: SECONDS, iat: SECONDS + 1, nbf: 0 }, { reason: "claim_invalid", claim: "exp" }],
    ["an exp before nbf, without iat", { iat: undefined, nbf: SECONDS + 4, exp: SECONDS + 3 }, { claim: "nbf" }],
    ["a life of over 366 days", { exp: SECONDS + 366 * 86_400 + 1 }, { reason: "lifetime_too_long" }],
    [
      "a life of over 366 days, without iat",
      { iat: undefined, exp: SECONDS + 366 * 86_400 + 1 },
      { reason: "lifetime_too_long", claim: "exp" },
    ],
  ])("refuses %s", (_name, changes, facts) => {
    expect(factsOf(() => verifier.verifySync(extended(changes)))).toMatchObject(facts);
  });

  it("with audience and issuer wants both, and of several audiences one", () => {
    const named = readerOf("flask-jwt-extended", { issuer: ISSUER, audience: [AUDIENCE, "b"] });
    expect(named.verifySync(extended({ iss: ISSUER, aud: ["x", "b"] })).sub).toBe("42");
    expect(named.verifySync(extended({ iss: ISSUER, aud: AUDIENCE })).sub).toBe("42");
    expect(factsOf(() => named.verifySync(extended({ iss: ISSUER }))).claim).toBe("aud");
    expect(factsOf(() => named.verifySync(extended({ iss: ISSUER, aud: ["x"] }))).reason).toBe("wrong_audience");
    expect(factsOf(() => named.verifySync(extended({ aud: AUDIENCE }))).claim).toBe("iss");
    expect(factsOf(() => named.verifySync(extended({ iss: "x", aud: AUDIENCE }))).reason).toBe("wrong_issuer");
  });

  it("counts a life without iat from now, by a clock that may be broken", () => {
    const endless = extended({ iat: undefined, nbf: undefined });
    const broken = readerOf("flask-jwt-extended", { now: () => Number.NaN });
    refusalOf(() => broken.verifySync(endless));
    expect(factsOf(() => broken.verifySync(endless, { allowExpired: true })).reason).toBe("lifetime_too_long");
    const short = readerOf("flask-jwt-extended", { maxLifetime: 60 });
    expect(factsOf(() => short.verifySync(extended({ iat: undefined, exp: SECONDS + 61 }))).reason).toBe(
      "lifetime_too_long",
    );
    expect(short.verifySync(extended({ iat: undefined, exp: SECONDS + 60 }))).not.toHaveProperty("iat");
  });

  it("takes a session back from tokens that do not say when they were made", () => {
    const revocations = createRevocations({ now });
    const reader = readerOf("flask-jwt-extended", { revocations });
    const token = extended({ iat: undefined, sid: "s", jti: undefined });
    expect(reader.verifySync(token).sub).toBe("42");
    revocations.add({ session: "s", before: 1 });
    expect(factsOf(() => reader.verifySync(token))).toMatchObject({ reason: "revoked", claim: "sid" });
  });

  it.each<[string, unknown, string]>([
    ["a whole number", 42, "42"],
    ["zero", 0, "0"],
    ["a number below zero", -7, "-7"],
    ["a string", "42", "42"],
  ])("with stringSubject false takes %s, and gives its text", (_name, sub, identity) => {
    const open = readerOf("flask-jwt-extended", { stringSubject: false });
    expect(open.verifySync(extended({ sub }))).toEqual({ ...EXTENDED, sub: identity });
  });

  it("with stringSubject false still looks at every other claim", () => {
    const open = readerOf("flask-jwt-extended", { stringSubject: false });
    for (const claim of ["iss", "aud", "jti", "type", "fresh", "csrf", "exp", "iat", "nbf"]) {
      expect(factsOf(() => open.verifySync(extended({ [claim]: null })))).toMatchObject({ claim });
    }
  });

  it.each([{}, [], false, null, 4.2, 2 ** 53, ""])("with stringSubject false takes no %j", (sub) => {
    const open = readerOf("flask-jwt-extended", { stringSubject: false });
    expect(factsOf(() => open.verifySync(extended({ sub })))).toMatchObject({ reason: "claim_invalid", claim: "sub" });
  });

  it("accepts with allowExpired what has expired, also without an iat", () => {
    const old = extended({ iat: undefined, nbf: undefined, exp: SECONDS - 60 });
    expect(factsOf(() => verifier.verifySync(old)).reason).toBe("expired");
    expect(verifier.verifySync(old, { allowExpired: true }).sub).toBe("42");
  });

  describe("whose identity is another claim", () => {
    const other = readerOf("flask-jwt-extended", { identityClaim: "uid" });

    it("gives it as sub, whatever sub is in the token", () => {
      const payload = { ...EXTENDED, sub: undefined, uid: 42 };
      expect(other.verifySync(extended({ sub: undefined, uid: 42 }))).toEqual({ ...payload, sub: "42" });
      expect(other.verifySync(extended({ sub: "root", uid: "42" })).sub).toBe("42");
      const open = readerOf("flask-jwt-extended", { identityClaim: "uid", stringSubject: false });
      expect(open.verifySync(extended({ sub: { name: "root" }, uid: "42" })).sub).toBe("42");
    });

    it.each<[string, Members, object]>([
      ["no such claim", {}, { reason: "claim_missing", claim: "uid" }],
      ["such a claim that is empty", { uid: "" }, { reason: "claim_invalid", claim: "uid" }],
      ["such a claim that is an object", { uid: {} }, { reason: "claim_invalid", claim: "uid" }],
      ["no type", { uid: "42", type: undefined }, { reason: "claim_missing", claim: "type" }],
      ["a sub that is a number", { uid: "42", sub: 42 }, { reason: "claim_invalid", claim: "sub" }],
    ])("refuses %s", (_name, changes, facts) => {
      expect(factsOf(() => other.verifySync(extended(changes)))).toMatchObject(facts);
    });

    it("takes no member that every object has for it", () => {
      const inherited = readerOf("flask-jwt-extended", { identityClaim: "constructor" });
      expect(factsOf(() => inherited.verifySync(extended())).claim).toBe("constructor");
      expect(inherited.verifySync(extended({ constructor: "42" })).sub).toBe("42");
    });
  });

  it("shows a schema the identity as sub, and types what it makes of the claims", () => {
    const seen: unknown[] = [];
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "by hand",
        validate: (claims: unknown) => {
          seen.push((claims as Members).sub);
          return { value: { role: "admin" } };
        },
      },
    };
    const typed = readerOf("flask-jwt", { claims: schema });
    expect(typed.verifySync(flaskJwt())).toEqual({ ...FLASK_JWT, sub: "42", role: "admin" });
    expect(seen).toEqual(["42"]);
  });
});

/**
 * What Flask-JWT-Extended tells apart, by its own messages: each is another reason, claim or part here. Of the first the verifier is asked, of the
 * second the guard.
 */
describe("every refusal of Flask-JWT-Extended", () => {
  const named = readerOf("flask-jwt-extended", { issuer: ISSUER, audience: AUDIENCE });
  const good = { iss: ISSUER, aud: AUDIENCE };
  const token = (changes: Members = {}) => extended({ ...good, ...changes });
  const [header = "", payload = "", signature = ""] = token().split(".");
  const headed = (changes: Members) => tokenOf({ ...PLAIN_HEADER, ...changes }, { ...EXTENDED, ...good }, key);
  const rows: readonly [string, unknown, string][] = [
    ["Token has expired", token({ iat: 1, nbf: 1, exp: 2 }), "expired exp"],
    ["Missing claim: sub", token({ sub: undefined }), "claim_missing sub"],
    ["Not enough segments", `${header}.${payload}`, "wrong_segments"],
    ["Invalid header padding", `a.${payload}.${signature}`, "not_base64url header"],
    ["Invalid header string", `${segment("{")}.${payload}.${signature}`, "not_json header"],
    ["Invalid header string: must be a json object", `${segment([])}.${payload}.${signature}`, "not_an_object header"],
    ["Invalid payload padding", `${header}.a.${signature}`, "not_base64url payload"],
    ["Invalid payload string", tokenOf(PLAIN_HEADER, "{", key), "not_json payload"],
    ["Invalid payload string: must be a json object", tokenOf(PLAIN_HEADER, [], key), "not_an_object payload"],
    ["Invalid crypto padding", `${header}.${payload}.a`, "not_base64url signature"],
    ["Invalid token type", 5, "not_a_string"],
    ["The specified alg value is not allowed", headed({ alg: "none" }), "algorithm_mismatch alg"],
    ["Algorithm not specified", headed({ alg: undefined }), "algorithm_missing alg"],
    ["Signature verification failed", `${header}.${payload}.${segment("x")}`, "bad_signature signature"],
    ["The token is not yet valid (nbf)", token({ nbf: SECONDS + 60 }), "not_yet_valid nbf"],
    ["The token is not yet valid (iat)", token({ iat: SECONDS + 60 }), "issued_in_future iat"],
    ["Expiration Time claim (exp) must be an integer.", token({ exp: "x" }), "claim_invalid exp"],
    ["Not Before claim (nbf) must be an integer.", token({ nbf: "x" }), "claim_invalid nbf"],
    ["Issued At claim (iat) must be an integer.", token({ iat: "x" }), "claim_invalid iat"],
    ['Token is missing the "aud" claim', token({ aud: undefined }), "claim_missing aud"],
    ["Audience doesn't match", token({ aud: "x" }), "wrong_audience aud"],
    ["Invalid claim format in token", token({ aud: 5 }), "claim_invalid aud"],
    ['Token is missing the "iss" claim', token({ iss: undefined }), "claim_missing iss"],
    ["Invalid issuer", token({ iss: "x" }), "wrong_issuer iss"],
    ["Payload Issuer (iss) must be a string", token({ iss: 5 }), "claim_invalid iss"],
    ["Subject must be a string", token({ sub: 5 }), "claim_invalid sub"],
    ["JWT ID must be a string", token({ jti: 5 }), "claim_invalid jti"],
    ["Key ID header parameter must be a string", headed({ kid: 5 }), "claim_invalid kid header"],
    ["Unsupported critical extension: x", headed({ crit: ["x"] }), "critical_extension crit"],
  ];
  const told = (error: object) => {
    const { code, reason, claim, part, expected } = error as Record<string, unknown>;
    const wanted = reason === "wrong_type" ? expected : undefined;
    return [code === "csrf" ? code : undefined, reason, claim, part, wanted].filter((fact) => fact).join(" ");
  };

  it.each(rows)("%s", (_message, given, facts) => {
    expect(told(refusalOf(() => named.verifySync(given as string)))).toBe(facts);
    expect(
      told(explain(given as string, named).find(({ verdict }) => verdict === "failed") ?? {}),
      "explain says the same",
    ).toBe(facts);
  });

  const guard = createGuard({
    ...named,
    protection: {
      places: { ...USUAL_PLACES, locations: ["cookie"] },
      csrf: USUAL_CSRF,
      exemptMethods: [],
      now,
      inspect: named.inspectSync,
      isRevoked: ({ claims }) => claims.jti === "revoked",
      isAccepted: ({ claims }) => claims.deny !== true,
      findUser: ({ claims }) => (claims.sub === "42" ? { name: "Ada" } : undefined),
    },
  });
  const asked: readonly [string, string, RouteOptions & { readonly csrf?: string }, string][] = [
    ["Missing claim: csrf", token({ csrf: undefined }), {}, "claim_missing csrf"],
    ["CSRF double submit tokens do not match", token({ csrf: "other" }), {}, "csrf mismatch"],
    ["Missing CSRF token", token(), { csrf: "" }, "csrf missing"],
    ["Token has been revoked", token({ jti: "revoked" }), {}, "revoked jti"],
    ["Fresh token required", token(), { fresh: true }, "not_fresh fresh"],
    ["Error loading the user 43", token({ sub: "43" }), {}, "user_unknown"],
    ["User claims verification failed", token({ deny: true }), {}, "not_accepted"],
    ["Only non-refresh tokens are allowed", token({ type: "refresh" }), {}, "wrong_type type access"],
    ["Only refresh tokens are allowed", token(), { type: "refresh" }, "wrong_type type refresh"],
  ];

  it.each(asked)("%s", async (_message, given, { csrf = UUID, ...options }, facts) => {
    const header = (name: string) => (name === "x-csrf-token" ? csrf : undefined);
    const refused = guard.authenticate({ method: "POST", header, cookie: () => given }, options);
    expect(told((await refused.catch((error: unknown) => error)) as object)).toBe(facts);
  });

  it("has facts of its own", () => {
    const all = [...rows.map(([, , facts]) => facts), ...asked.map(([, , , facts]) => facts)];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("a verifier of flask-jwt", () => {
  const verifier = readerOf("flask-jwt");

  it("accepts what Flask-JWT writes, and gives the identity as sub", () => {
    expect(verifier.verifySync(flaskJwt())).toEqual({ ...FLASK_JWT, sub: "42" });
    expect(verifier.verifySync(flaskJwt({ identity: "ada" })).sub).toBe("ada");
    expect(verifier.verifySync(flaskJwt({ jti: UUID, role: "admin" }))).toMatchObject({ role: "admin" });
    const other = readerOf("flask-jwt", { identityClaim: "user_id" });
    expect(other.verifySync(flaskJwt({ identity: undefined, user_id: 7 })).sub).toBe("7");
  });

  it.each<[string, Members, object]>([
    ["no identity", { identity: undefined }, { reason: "claim_missing", claim: "identity", check: "claims" }],
    ["an identity of null", { identity: null }, { reason: "claim_invalid", claim: "identity" }],
    ["an identity that is an object", { identity: { id: 1 } }, { reason: "claim_invalid", claim: "identity" }],
    ["an identity that is true", { identity: true }, { reason: "claim_invalid", claim: "identity" }],
    ["an identity that is no whole number", { identity: 0.5 }, { reason: "claim_invalid", claim: "identity" }],
    ["an identity that is too large to be exact", { identity: 2 ** 53 }, { claim: "identity" }],
    ["an identity that is empty", { identity: "" }, { reason: "claim_invalid", claim: "identity" }],
    ["no exp", { exp: undefined }, { reason: "claim_missing", claim: "exp" }],
    ["no iat", { iat: undefined }, { reason: "claim_missing", claim: "iat" }],
    ["no nbf", { nbf: undefined }, { reason: "claim_missing", claim: "nbf" }],
    ["an aud, for others", { aud: AUDIENCE }, { reason: "wrong_audience" }],
    ["a sub", { sub: "42" }, { reason: "wrong_type", check: "payload", claim: "sub", part: "payload" }],
    ["a sub of null", { sub: null }, { reason: "wrong_type", claim: "sub" }],
    ["a type", { type: "refresh" }, { reason: "wrong_type", claim: "type" }],
    ["a freshness", { fresh: false }, { reason: "wrong_type", claim: "fresh" }],
  ])("refuses %s", (_name, changes, facts) => {
    expect(factsOf(() => verifier.verifySync(flaskJwt(changes)))).toMatchObject(facts);
  });
});

describe("a verifier of itsdangerous", () => {
  const verifier = readerOf("itsdangerous");

  it("accepts what its TimedJSONWebSignatureSerializer wrote, with the times of the header", () => {
    const { header, claims, profile } = verifier.inspectSync(dangerous());
    expect(claims).toEqual({ id: 42, sub: "42", iat: SECONDS, exp: SECONDS + 172_800 });
    expect(header).toEqual(DANGEROUS_HEADER);
    expect(profile).toBe("itsdangerous");
    expect(verifier.verifySync(dangerous({ id: "ada", admin: true }))).toMatchObject({ sub: "ada", admin: true });
    const other = readerOf("itsdangerous", { identityClaim: "user" });
    expect(other.verifySync(dangerous({ user: "ada" })).sub).toBe("ada");
  });

  it("reads one that was made by hand, byte by byte", () => {
    // The parts in the order of itsdangerous: iat and exp are added to a header that has alg alone.
    const secret = randomBytes(64).toString("base64url");
    const header = Buffer.from(`{"alg":"HS512","iat":${SECONDS},"exp":${SECONDS + 3600}}`).toString("base64url");
    const payload = Buffer.from('{"id":1}').toString("base64url");
    const mac = createHmac("sha512", secret).update(`${header}.${payload}`).digest("base64url");
    const reader = readerOf("itsdangerous", { keys: [importKey(secret, { alg: "HS512" })] });
    expect(reader.verifySync(`${header}.${payload}.${mac}`)).toEqual({
      id: 1,
      sub: "1",
      iat: SECONDS,
      exp: SECONDS + 3600,
    });
  });

  it.each(["HS256", "HS384", "HS512"] as const)("takes keys of %s", (alg) => {
    const own = keyOf(alg);
    const token = tokenOf({ ...DANGEROUS_HEADER, alg }, { id: 1 }, own);
    expect(readerOf("itsdangerous", { keys: [own] }).verifySync(token).sub).toBe("1");
    expect(readerOf("itsdangerous", { keys: () => own }).verifySync(token).sub).toBe("1");
  });

  it("takes no key that is public on one side", () => {
    for (const alg of ["RS256", "ES256", "EdDSA"] as const) {
      const own = keyOf(alg);
      expect(() => readerOf("itsdangerous", { keys: [own] })).toThrow(WRONG_USE);
      expect(() => verifier.replaceKeys([own])).toThrow(WRONG_USE);
      const token = tokenOf({ ...DANGEROUS_HEADER, alg }, { id: 1 }, own);
      expect(factsOf(() => readerOf("itsdangerous", { keys: () => own }).verifySync(token)).reason).toBe("key_unknown");
    }
  });

  it.each<[string, unknown, Members, object]>([
    [
      "without exp",
      { id: 1 },
      { exp: undefined },
      { reason: "wrong_type", check: "type", claim: "exp", part: "header" },
    ],
    ["without iat", { id: 1 }, { iat: undefined }, { reason: "claim_missing", check: "times", claim: "iat" }],
    ["that has expired", { id: 1 }, { iat: 1, exp: 2 }, { reason: "expired", claim: "exp" }],
    ["with an exp of text", { id: 1 }, { exp: "9999999999" }, { reason: "claim_invalid", claim: "exp" }],
    ["with an exp of null", { id: 1 }, { exp: null }, { reason: "claim_invalid", claim: "exp" }],
    ["with an iat of text", { id: 1 }, { iat: "1" }, { reason: "claim_invalid", claim: "iat" }],
    ["from the future", { id: 1 }, { iat: SECONDS + 60 }, { reason: "issued_in_future" }],
    ["that ends before it begins", { id: 1 }, { iat: SECONDS + 3, exp: SECONDS + 2 }, { reason: "claim_invalid" }],
    ["of over 366 days", { id: 1 }, { exp: SECONDS + 366 * 86_400 + 1 }, { reason: "lifetime_too_long" }],
    ["with a typ", { id: 1 }, { typ: "JWT" }, { reason: "wrong_type", claim: "typ" }],
    ["of another algorithm", { id: 1 }, { alg: "HS512" }, { reason: "algorithm_mismatch" }],
    ["without a signature", { id: 1 }, { alg: "none" }, { reason: "algorithm_mismatch" }],
    ["whose payload is a list", [{ id: 1 }], {}, { reason: "not_an_object", part: "payload" }],
    ["whose payload is a text", '"ada"', {}, { reason: "not_an_object", part: "payload" }],
    ["without an id", { confirm: 1 }, {}, { reason: "claim_missing", claim: "id" }],
    ["with an id that is true", { id: true }, {}, { reason: "claim_invalid", claim: "id" }],
    [
      "with an exp in the payload",
      { id: 1, exp: SECONDS + 60 },
      {},
      { reason: "wrong_type", claim: "exp", part: "payload" },
    ],
    [
      "with an iat in the payload",
      { id: 1, iat: SECONDS },
      {},
      { reason: "wrong_type", claim: "iat", part: "payload" },
    ],
    ["with a sub", { id: 1, sub: "root" }, {}, { reason: "wrong_type", claim: "sub", part: "payload" }],
    ["for others", { id: 1, aud: "x" }, {}, { reason: "wrong_audience" }],
  ])("refuses a token %s", (_name, payload, header, facts) => {
    expect(factsOf(() => verifier.verifySync(dangerous(payload, header)))).toMatchObject(facts);
  });

  it("looks at the expiry of the header again when it knows the token, and lets an expired one pass where it is asked to", () => {
    let time = NOW;
    const reader = readerOf("itsdangerous", { now: () => time });
    const token = dangerous({ id: 1 }, { exp: SECONDS + 60 });
    const claims = reader.verifySync(token);
    expect(reader.verifySync(token)).toBe(claims);
    expect(Object.isFrozen(claims)).toBe(true);
    expect(reader.cached).toBe(1);
    time += 65_000;
    expect(factsOf(() => reader.verifySync(token))).toMatchObject({ reason: "expired", claim: "exp" });
    expect(reader.verifySync(token, { allowExpired: true })).toEqual(claims);
  });

  it("takes back what has a jti or a sid, or the key", () => {
    const revocations = createRevocations();
    const reader = readerOf("itsdangerous", { revocations });
    revocations.add({ token: "t" });
    expect(factsOf(() => reader.verifySync(dangerous({ id: 1, jti: "t" })))).toMatchObject({ claim: "jti" });
    expect(reader.verifySync(dangerous({ id: 1 })).sub).toBe("1");
    revocations.add({ key: key.kid });
    expect(factsOf(() => reader.verifySync(dangerous({ id: 1 })))).toMatchObject({ reason: "revoked", claim: "kid" });
  });
});

/** A verifier of every profile with the same key, and a token that each accepts. */
const READERS = {
  rfc9068: verifierOf(key),
  jwt: readerOf("jwt"),
  "flask-jwt-extended": readerOf("flask-jwt-extended"),
  "flask-jwt-extended by identity": readerOf("flask-jwt-extended", { identityClaim: "identity" }),
  "flask-jwt-extended by id, any sub": readerOf("flask-jwt-extended", { identityClaim: "id", stringSubject: false }),
  "flask-jwt": readerOf("flask-jwt"),
  "flask-jwt by id": readerOf("flask-jwt", { identityClaim: "id" }),
  itsdangerous: readerOf("itsdangerous"),
  "itsdangerous by identity": readerOf("itsdangerous", { identityClaim: "identity" }),
};
type ReaderName = keyof typeof READERS;
const NAMES = Object.keys(READERS) as readonly ReaderName[];

const ACCEPTED: Readonly<Record<ReaderName, string>> = {
  rfc9068: tokenOf(headerOf(key), claimsOf(), key),
  jwt: tokenOf(headerOf(key, { typ: "JWT" }), { sub: "42", iat: SECONDS, exp: SECONDS + 60 }, key),
  "flask-jwt-extended": extended(),
  "flask-jwt-extended by identity": extended({ sub: undefined, identity: "42" }),
  "flask-jwt-extended by id, any sub": extended({ sub: undefined, id: "42" }),
  "flask-jwt": flaskJwt(),
  "flask-jwt by id": flaskJwt({ identity: undefined, id: 42 }),
  itsdangerous: dangerous(),
  "itsdangerous by identity": dangerous({ identity: 42 }),
};

function acceptorsOf(token: string): readonly ReaderName[] {
  return NAMES.filter((name) => {
    try {
      READERS[name].verifySync(token);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether two verifiers may both accept one token: of one profile, or a plain token, which one of Flask-JWT-Extended is too. */
function mayShare(one: ReaderName, other: ReaderName): boolean {
  const [first, second] = [one, other].map((name) => name.split(" ")[0]);
  const isPlain = (profile: string | undefined) => profile === "jwt" || profile === "flask-jwt-extended";
  return first === second || (isPlain(first) && isPlain(second));
}

describe("profiles with one key", () => {
  it.each(NAMES)("%s accepts its own tokens, and every other profile refuses them", (name) => {
    const acceptors = acceptorsOf(ACCEPTED[name]);
    expect(acceptors).toContain(name);
    expect(acceptors.filter((other) => !mayShare(name, other))).toEqual([]);
  });

  it("exclude each other on every hybrid of their headers and claims", () => {
    const typs = [undefined, "JWT", "at+jwt"];
    const claims: readonly Members[] = [
      { sub: "42" },
      { identity: "42" },
      { id: "42" },
      { exp: SECONDS + 60 },
      { iat: SECONDS },
      { nbf: SECONDS },
      { type: "access" },
      { fresh: true },
      { iss: ISSUER, aud: AUDIENCE, client_id: "web", jti: "j" },
    ];
    const accepted = new Set<string>();
    for (const typ of typs) {
      for (const times of [{}, { exp: SECONDS + 60 }, { iat: SECONDS }, { iat: SECONDS, exp: SECONDS + 60 }]) {
        for (let mask = 0; mask < 1 << claims.length; mask++) {
          const payload = Object.assign({}, ...claims.filter((_, index) => mask & (1 << index)));
          const acceptors = acceptorsOf(tokenOf({ alg: "HS256", typ, kid: key.kid, ...times }, payload, key));
          for (const name of acceptors) accepted.add(name);
          const strange = acceptors.some((one) => acceptors.some((other) => !mayShare(one, other)));
          if (strange) expect.fail(`${JSON.stringify({ typ, times, payload })} is accepted by ${acceptors.join(", ")}`);
        }
      }
    }
    expect([...accepted].sort()).toEqual([...NAMES].sort());
  });

  it("tell a refresh token from an access token by its type, where a plain verifier reads it", async () => {
    const guard = createGuard(readerOf("jwt"));
    const ask = (token: string) =>
      guard.authenticate({
        method: "GET",
        header: (name) => (name === "authorization" ? `Bearer ${token}` : undefined),
      });
    expect((await ask(extended())).identity).toBe("42");
    await expect(ask(extended({ type: "refresh" }))).rejects.toMatchObject({ reason: "wrong_type", claim: "type" });
  });

  it("refuse an exp in the header in every profile but itsdangerous, before the signature", () => {
    for (const name of NAMES.filter((each) => !each.startsWith("itsdangerous"))) {
      const [, payload = ""] = ACCEPTED[name].split(".");
      const header = { ...headerOf(key, { typ: name === "rfc9068" ? "at+jwt" : "JWT" }), exp: SECONDS + 60 };
      expect(factsOf(() => READERS[name].verifySync(`${segment(header)}.${payload}.${segment("x")}`))).toEqual({
        reason: "wrong_type",
        check: "type",
        claim: "exp",
        part: "header",
      });
    }
  });
});

describe("options that a profile does not have are a TypeError", () => {
  const NEEDED: Partial<VerifierOptions> = { issuer: ISSUER, audience: AUDIENCE };
  it.each<[string, ProfileName, Record<string, unknown>]>([
    ["another identity in rfc9068", "rfc9068", { identityClaim: "uid" }],
    ["another identity in jwt", "jwt", { identityClaim: "uid" }],
    ["an identity that is no name", "flask-jwt-extended", { identityClaim: 5 }],
    ["an empty identity", "flask-jwt-extended", { identityClaim: "" }],
    ["an identity of null", "flask-jwt-extended", { identityClaim: null }],
    ["exp as the identity", "flask-jwt-extended", { identityClaim: "exp" }],
    ["aud as the identity", "flask-jwt-extended", { identityClaim: "aud" }],
    ["type as the identity", "flask-jwt-extended", { identityClaim: "type" }],
    ["jti as the identity", "itsdangerous", { identityClaim: "jti" }],
    ["sub as the identity of flask-jwt", "flask-jwt", { identityClaim: "sub" }],
    ["sub as the identity of itsdangerous", "itsdangerous", { identityClaim: "sub" }],
    ["a sub that is no string in rfc9068", "rfc9068", { stringSubject: false }],
    ["a sub that is no string in jwt", "jwt", { stringSubject: false }],
    ["a sub that is no string in flask-jwt", "flask-jwt", { stringSubject: false }],
    ["a stringSubject of text", "flask-jwt-extended", { stringSubject: "false" }],
    ["a stringSubject of null", "flask-jwt-extended", { stringSubject: null }],
    ["a type in itsdangerous", "itsdangerous", { type: "JWT" }],
    ["an empty type", "flask-jwt-extended", { type: "" }],
    ["a profile of another spelling", "flask_jwt_extended" as ProfileName, {}],
    ["a profile that every object has", "constructor" as ProfileName, {}],
  ])("%s", (_name, profile, changes) => {
    const options = { ...NEEDED, profile, keys: [key], ...changes } as VerifierOptions;
    expect(() => createVerifier(options)).toThrow(WRONG_USE);
    expect(() => createIssuer({ ...options, clientId: "web" } as IssuerOptions)).toThrow(WRONG_USE);
  });

  it.each<[ProfileName, Record<string, unknown>]>([
    ["rfc9068", { ...NEEDED, identityClaim: "sub", stringSubject: true }],
    ["jwt", { identityClaim: "sub" }],
    ["flask-jwt", { identityClaim: "identity", type: "JWT" }],
    ["itsdangerous", { identityClaim: "id" }],
    ["flask-jwt-extended", { identityClaim: "sub", stringSubject: false }],
  ])("but what is so anyway may be said: %s", (profile, options) => {
    expect(() => createVerifier({ profile, keys: [key], ...options } as VerifierOptions)).not.toThrow();
  });

  it.each(["flask-jwt", "itsdangerous"] as const)(
    "and an issuer of %s, whose tokens are read and never minted",
    (profile) => {
      expect(() => createIssuer({ profile, keys: [key] })).toThrow(
        `Tokens of the profile ${profile} are read, and never minted.`,
      );
    },
  );
});

describe("explain", () => {
  it.each(NAMES)("passes every check of a good token of %s", (name) => {
    const verdicts = explain(ACCEPTED[name], READERS[name]);
    expect(verdicts).toHaveLength(10);
    expect(verdicts.filter(({ verdict }) => verdict !== "passed")).toEqual([]);
  });

  it("tells of each claim for itself where the profile is the right one", () => {
    const failed = (token: string, verifier: ReaderName) =>
      explain(token, READERS[verifier])
        .filter(({ verdict }) => verdict === "failed")
        .map(({ check, reason, claim }) => [check, reason, claim]);
    expect(failed(dangerous({ id: true }, { iat: 1, exp: 2 }), "itsdangerous")).toEqual([
      ["times", "expired", "exp"],
      ["claims", "claim_invalid", "id"],
    ]);
    expect(failed(flaskJwt({ identity: undefined, nbf: undefined }), "flask-jwt")).toEqual([
      ["times", "claim_missing", "nbf"],
      ["claims", "claim_missing", "identity"],
    ]);
    expect(failed(extended({ exp: 5, iat: 1, nbf: 1, sub: 5 }), "flask-jwt-extended")).toEqual([
      ["times", "expired", "exp"],
      ["claims", "claim_invalid", "sub"],
    ]);
  });

  it("stops at the payload of another profile", () => {
    const verdicts = explain(extended(), READERS["flask-jwt"]);
    expect(verdicts.find(({ verdict }) => verdict === "failed")).toEqual({
      check: "payload",
      verdict: "failed",
      reason: "wrong_type",
      message: "The token is of another type.",
      claim: "sub",
      part: "payload",
    });
    expect(verdicts.slice(5).every(({ verdict }) => verdict === "skipped")).toBe(true);
  });
});

describe("a bridge from old tokens to new ones", () => {
  const UNTIL = new Date(NOW + 1000);
  const bridgeAt = (time: number) =>
    anyVerifier(
      [
        READERS["flask-jwt-extended"],
        { verifier: READERS.itsdangerous, until: UNTIL },
        { verifier: READERS["flask-jwt"], until: UNTIL },
      ],
      { now: () => time },
    );

  it("accepts the old ones until its date, and the new ones ever after, with one identity", async () => {
    const before = bridgeAt(UNTIL.getTime() - 1);
    for (const token of [extended(), dangerous(), flaskJwt()]) {
      expect(before.verifySync(token).sub).toBe("42");
      expect(before.recognizes(token)).toBe(true);
      expect(before.explain(token).every(({ verdict }) => verdict === "passed")).toBe(true);
      await expect(before.verify(token)).resolves.toMatchObject({ sub: "42" });
    }
    const after = bridgeAt(UNTIL.getTime());
    expect(after.verifySync(extended()).sub).toBe("42");
    expect(factsOf(() => after.verifySync(dangerous()))).toMatchObject({ reason: "wrong_type", claim: "exp" });
    expect(after.recognizes(dangerous())).toBe(false);
    expect(factsOf(() => after.verifySync(flaskJwt()))).toMatchObject({ reason: "claim_missing", claim: "sub" });
  });

  it("says of an old token what its own verifier says", () => {
    const bridge = bridgeAt(NOW);
    expect(factsOf(() => bridge.verifySync(dangerous({ id: 1 }, { iat: 1, exp: 2 })))).toMatchObject({
      reason: "expired",
    });
    expect(factsOf(() => bridge.verifySync(dangerous({ confirm: 1 })))).toMatchObject({ claim: "id" });
    expect(factsOf(() => bridge.verifySync(flaskJwt({ iat: 1, nbf: 1, exp: 2 })))).toMatchObject({ reason: "expired" });
  });

  it("with other secrets on each side, too", () => {
    const old = generateKey({ alg: "HS512" });
    const mixed = anyVerifier(
      [verifierOf(keyOf("ES256")), { verifier: readerOf("itsdangerous", { keys: [old] }), until: UNTIL }],
      { now },
    );
    expect(mixed.verifySync(tokenOf({ ...DANGEROUS_HEADER, alg: "HS512" }, { id: 7 }, old)).sub).toBe("7");
    expect(mixed.verifySync(tokenOf(headerOf(keyOf("ES256")), claimsOf(), keyOf("ES256"))).sub).toBe("42");
    refusalOf(() => mixed.verifySync(dangerous()));
  });
});
