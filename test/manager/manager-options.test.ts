import { createSecretKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { AuthError, JwtManager, type JwtManagerOptions, memoryRefreshStore } from "latchkey/manager";
import { createVerifier, exportKey, generateKey, type Key } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { WRONG_USE } from "../tokens/by-hand.js";
import { flaskToken, KEY, managerOf, now, SECRET } from "./ask-route.js";

const headerOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[0] as string, "base64url").toString());

const WRONG: ReadonlyArray<readonly [what: string, options: unknown, message: RegExp]> = [
  ["no object", undefined, /^JwtManager takes an object of options\.$/],
  ["an option that there is not", { secretkey: SECRET }, /^JwtManager has no option "secretkey"\./],
  ["accessSeconds of 0", { accessSeconds: 0 }, /^accessSeconds must be a number of seconds over 0/],
  ["accessSeconds of false", { accessSeconds: false }, /^accessSeconds must/],
  ["accessSeconds without an end", { accessSeconds: Number.POSITIVE_INFINITY }, /^accessSeconds must/],
  ["accessSeconds in a text", { accessSeconds: "15" }, /^accessSeconds must/],
  ["accessSeconds of true", { accessSeconds: true }, /^accessSeconds must/],
  ["accessSeconds of no number", { accessSeconds: Number.NaN }, /^accessSeconds must/],
  ["accessSeconds of two years", { accessSeconds: 63_072_000 }, /^accessSeconds must be a number over 0, and 31622400/],
  ["refreshSeconds of two years", { refreshSeconds: 63_072_000 }, /^refreshSeconds must .* 31622400 at most/],
  ["refreshSeconds of 0", { refreshSeconds: 0 }, /^refreshSeconds must/],
  ["a negative refreshSeconds", { refreshSeconds: -1 }, /^refreshSeconds must/],
  ["a leeway over a minute", { leeway: 61 }, /leeway/],
  ["a leeway in a text", { leeway: "5" }, /leeway/],
  [
    "a profile that is never minted",
    { profile: "itsdangerous" },
    /^profile must be one of flask-jwt-extended, jwt, rfc9068\.$/,
  ],
  ["rfc9068 without its names", { profile: "rfc9068" }, /rfc9068 needs the issuer and the audience/],
  [
    "rfc9068 without a client",
    { profile: "rfc9068", issuer: "me", audience: "api" },
    /needs issuer, audience and clientId/,
  ],
  ["a client in a profile that names none", { clientId: "web" }, /name no client/],
  ["an empty issuer", { issuer: "" }, /^issuer must be a string that is not empty\.$/],
  ["an issuer that is no text", { issuer: { mint: 7 } }, /^issuer\.mint must be a string/],
  ["an issuer of unknown parts", { issuer: { sign: "x" } }, /^issuer has no option "sign"/],
  ["an audience of nobody", { audience: [] }, /^audience must name somebody\.$/],
  ["an audience that is no text", { audience: { verify: [7] } }, /^audience\.verify must be a string/],
  ["an audience of null", { audience: null }, /^audience must be a string/],
  ["notBefore that is no flag", { notBefore: "no" }, /^notBefore must be true or false\.$/],
  ["stringSubject that is no flag", { stringSubject: 0 }, /^stringSubject must be true or false\.$/],
  ["an identity claim that is something else", { identityClaim: "exp" }, /exp cannot be the identity/],
  ["an empty identity claim", { identityClaim: "" }, /^identityClaim must be/],
  ["another identity claim in jwt", { profile: "jwt", identityClaim: "uid" }, /is the claim sub\.$/],
  ["a loose subject in jwt", { profile: "jwt", stringSubject: false }, /sub is always a string\.$/],
  ["no location", { locations: [] }, /^locations must be a list of header, cookie, query, json\.$/],
  ["an unknown location", { locations: ["nowhere"] }, /^locations must/],
  ["locations that are a number", { locations: 7 }, /^locations must/],
  ["locations that are an object", { locations: { header: true } }, /^locations must/],
  ["a header without a name", { header: { name: "" } }, /^header\.name must be letters/],
  ["a header with a colon", { header: { name: "a:b" } }, /^header\.name must be letters/],
  ["a header with an unknown part", { header: { scheme: "JWT" } }, /^header has no option "scheme"/],
  ["a header of null", { header: null }, /^header takes an object/],
  ["no scheme", { header: { schemes: [] } }, /^header\.schemes must name a scheme/],
  ["schemes in a text", { header: { schemes: "JWT" } }, /^header\.schemes must be a list of strings\.$/],
  ["a scheme of two words", { header: { schemes: ["My Token"] } }, /^A scheme of the header must be letters/],
  ["a query without a name", { query: { name: "" } }, /^query\.name must/],
  ["a prefix that is no text", { query: { prefix: 7 } }, /^query\.prefix must be a string\.$/],
  ["an unknown part of query", { query: { key: "t" } }, /^query has no option "key"/],
  ["an empty member of JSON", { json: { access: "" } }, /^json\.access must/],
  ["an unknown part of json", { json: { token: "t" } }, /^json has no option "token"/],
  ["an unknown part of cookies", { cookies: { name: "t" } }, /^cookies has no option "name"/],
  ["an empty cookie name", { cookies: { accessName: "" } }, /^The name of a cookie must/],
  ["a cookie name with a semicolon", { cookies: { accessName: "a;b" } }, /^The cookie "a;b" cannot be set/],
  [
    "two cookies of one name",
    { cookies: { accessName: "t", refreshName: "t" } },
    /^No two cookies may have the same name\.$/,
  ],
  ["a token and a CSRF value of one name", { csrf: { accessCookieName: "access_token_cookie" } }, /^No two cookies/],
  ["a path without a slash", { cookies: { accessPath: "api" } }, /^The path of a cookie must begin with a slash\.$/],
  ["a path with a line break", { cookies: { refreshPath: "/\r\nx" } }, /cannot be set/],
  ["a domain with a semicolon", { cookies: { domain: "a; HttpOnly" } }, /cannot be set/],
  ["a domain that is no text", { cookies: { domain: 7 } }, /^cookies\.domain must/],
  ["secure that is no flag", { cookies: { secure: "no" } }, /^cookies\.secure must be true or false\.$/],
  ["persistent that is no flag", { cookies: { persistent: 1 } }, /^cookies\.persistent must/],
  ["an unknown SameSite", { cookies: { sameSite: "lax" } }, /^cookies\.sameSite must be one of Lax, Strict, None\.$/],
  [
    "SameSite=None in the clear",
    { cookies: { sameSite: "None", secure: false } },
    /^Browsers take cookies with SameSite=None/,
  ],
  ["__Host- with a domain", { cookies: { accessName: "__Host-t", domain: "example.com" } }, /cannot be set/],
  ["__Host- under a path", { cookies: { accessName: "__Host-t", accessPath: "/api" } }, /cannot be set/],
  ["csrf of true", { csrf: true }, /^csrf takes an object/],
  ["an unknown part of csrf", { csrf: { headerName: "X" } }, /^csrf has no option "headerName"/],
  ["methods in a text", { csrf: { methods: "POST" } }, /^csrf\.methods must be a list of strings\.$/],
  ["form that is no flag", { csrf: { form: "yes" } }, /^csrf\.form must/],
  ["inCookies that is no flag", { csrf: { inCookies: "yes" } }, /^csrf\.inCookies must/],
  ["a header name with a space", { csrf: { accessHeaderName: "a b" } }, /^csrf\.accessHeaderName must be letters/],
  ["another header name with a space", { csrf: { refreshHeaderName: "a b" } }, /^csrf\.refreshHeaderName must/],
  ["an empty field", { csrf: { refreshFieldName: "" } }, /^csrf\.refreshFieldName must/],
  ["an origin with a path", { csrf: { origins: ["https://a.example/x"] } }, /^csrf\.origins holds origins/],
  ["an origin that is a host", { csrf: { origins: ["a.example"] } }, /^csrf\.origins holds origins/],
  ["unknown errors", { errors: "flask" }, /^errors must be one of problem, flask-jwt-extended, flask-jwt\.$/],
  ["an empty messageKey", { messageKey: "" }, /^messageKey must/],
  ["claims that are no schema", { claims: { role: "string" } }, /^claims must be a Standard Schema/],
  ["a bridge that is no list", { bridge: createVerifier({ profile: "jwt", keys: [KEY] }) }, /^bridge must be a list/],
  ["a bridge of something else", { bridge: [{}] }, /^bridge must be a list/],
  ["a bridge of nothing", { bridge: [undefined] }, /^bridge must be a list/],
  [
    "a bridge until some day",
    { bridge: [{ verifier: createVerifier({ profile: "jwt", keys: [KEY] }), until: "2030" }] },
    /until/,
  ],
  ...[
    "identityOf",
    "findUser",
    "extraClaims",
    "extraHeaders",
    "isRevoked",
    "accepts",
    "signingKey",
    "verifyingKey",
    "now",
    "warn",
  ].map(
    (name) => [`${name} that is no function`, { [name]: "x" }, new RegExp(`^${name} must be a function\\.$`)] as const,
  ),
  ["a refusal that is no function", { refusals: { expired: "x" } }, /^expired must be a function\.$/],
  ["a refusal that there is not", { refusals: { gone: () => ({ body: 1 }) } }, /^refusals has no option "gone"/],
  ["a store that is none", { refreshStore: {} }, /^refreshStore must have the methods create, find, rotate and end/],
  ["a grace without a store", { graceSeconds: 30 }, /^graceSeconds and idleSeconds are for a refreshStore/],
  [
    "a grace of an hour",
    { refreshStore: memoryRefreshStore(), graceSeconds: 3600 },
    /^graceSeconds must be 0 to 300\.$/,
  ],
  ["a grace in a text", { refreshStore: memoryRefreshStore(), graceSeconds: "30" }, /^graceSeconds must/],
  ["an idle time of 0", { refreshStore: memoryRefreshStore(), idleSeconds: 0 }, /^idleSeconds must/],
];

describe("a manager is not made with", () => {
  it.each(WRONG)("%s", (_what, options, message) => {
    const given = typeof options === "object" && options !== null ? { secret: SECRET, ...options } : options;
    let thrown: unknown;
    try {
      new JwtManager(given as JwtManagerOptions);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toEqual(WRONG_USE);
    expect((thrown as Error).message).toMatch(message);
    expect((thrown as Error).message).not.toContain(SECRET);
  });
});

const pem = (key: Key) => exportKey(key, { format: "pem" }) as string;
const pair = generateKey({ alg: "ES256" });

describe("the keys of a manager", () => {
  it.each<[string, unknown]>([
    ["nothing", {}],
    ["a secret that is missing in the environment", { secret: undefined }],
    ["an empty secret", { secret: "" }],
    ["a secret that is a number", { secret: 12341234 }],
    ["a secret that is null", { secret: null }],
    ["a secret of one's own loader for signing alone", { signingKey: () => SECRET }],
  ])("are not to be had of %s, and it says what to do", (_what, options) => {
    expect(() => new JwtManager(options as JwtManagerOptions)).toThrow(/latchkey secret new/);
  });

  it.each<[string, unknown, RegExp]>([
    ["a short secret", { secret: "super-secret" }, /at least 32 bytes, it has 12\..*latchkey secret new/],
    ["a published secret", { secret: "your-256-bit-secret-your-256-bit-secret" }, /guess.*latchkey secret new/s],
    ["a secret that is a key", { secret: pem(pair.public) }, /is itself a key/],
    ["a secret too short for HS512", { secret: randomBytes(32), algorithm: "HS512" }, /at least 64 bytes/],
    ["a secret for an asymmetric algorithm", { secret: SECRET, algorithm: "RS256" }, /RS256 needs privateKey/],
    ["a secret for one more", { secret: SECRET, algorithms: ["ES256"] }, /ES256 needs privateKey/],
    ["an unknown algorithm", { secret: SECRET, algorithm: "none" }, /^The algorithm must be one of HS256, /],
    ["an unknown one besides", { secret: SECRET, algorithms: ["HS257"] }, /^The algorithm must be one of HS256, /],
    ["algorithms in a text", { secret: SECRET, algorithms: "HS512" }, /^algorithms must be a list/],
    ["two ways at once", { secret: SECRET, keys: [KEY] }, /one way\.$/],
    ["three ways at once", { secret: SECRET, privateKey: pem(pair), keys: [KEY] }, /one way\.$/],
    ["PEM without an algorithm", { privateKey: pem(pair) }, /needs its algorithm/],
    ["PEM of another algorithm", { privateKey: pem(pair), algorithm: "RS256" }, /^privateKey: /],
    [
      "a public key to sign with",
      { privateKey: pem(pair.public), algorithm: "ES256" },
      /^privateKey is a public key\.$/,
    ],
    ["a private key to verify with", { publicKey: pem(pair), algorithm: "ES256" }, /^publicKey is a private key\.$/],
    ["a secret as a private key", { privateKey: KEY }, /^privateKey is a secret key\.$/],
    [
      "halves of two keys",
      { privateKey: pair, publicKey: generateKey({ alg: "ES256" }).public },
      /^publicKey is not the other half of privateKey/,
    ],
    ["an empty list", { keys: [] }, /^keys must be a list of keys/],
    ["secrets in a list", { keys: [SECRET] }, /^keys must be a list of keys/],
    ["an algorithm beside keys", { keys: [KEY], algorithm: "HS256" }, /algorithms of keys are their own/],
  ])("are not made of %s", (_what, options, message) => {
    expect(() => new JwtManager(options as JwtManagerOptions)).toThrow(message);
    expect(() => new JwtManager(options as JwtManagerOptions)).toThrow(TypeError);
  });

  it.each<[string, JwtManagerOptions, string]>([
    ["a secret", { secret: SECRET }, "HS256"],
    ["a secret as bytes", { secret: randomBytes(48), algorithm: "HS384" }, "HS384"],
    ["a private key as PEM", { privateKey: pem(pair), algorithm: "ES256" }, "ES256"],
    ["both halves as PEM", { privateKey: pem(pair), publicKey: pem(pair.public), algorithm: "ES256" }, "ES256"],
    ["a JWK that says its algorithm", { privateKey: exportKey(pair, { format: "jwk" }) }, "ES256"],
    ["a key of latchkey/tokens", { privateKey: generateKey({ alg: "EdDSA" }) }, "EdDSA"],
    [
      "a KeyObject",
      { privateKey: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey, algorithm: "PS256" },
      "PS256",
    ],
    ["a list", { keys: [generateKey({ alg: "ES384" }), pair] }, "ES384"],
  ])("are made of %s, and what they sign they verify", async (_what, options, alg) => {
    const jwt = new JwtManager(options);
    const token = await jwt.createAccessToken("ada");
    expect(headerOf(token)).toMatchObject({ alg, typ: "JWT" });
    expect(await jwt.decodeToken(token)).toMatchObject({ sub: "ada" });
    expect(jwt.verifySync(token)).toMatchObject({ sub: "ada" });
  });

  it("verify alone where there is a public key alone", async () => {
    const token = await new JwtManager({ privateKey: pair }).createAccessToken("ada");
    for (const jwt of [new JwtManager({ publicKey: pair.public }), new JwtManager({ keys: [pair.public] })]) {
      expect(await jwt.decodeToken(token)).toMatchObject({ sub: "ada" });
      await expect(jwt.createAccessToken("ada")).rejects.toThrow(/only verifies/);
    }
  });

  it("accept further algorithms with the same secret, and no others", async () => {
    const jwt = new JwtManager({ secret: SECRET, algorithms: ["HS512"] });
    const other = (algorithm: "HS384" | "HS512") =>
      new JwtManager({ secret: SECRET, algorithm }).createAccessToken("ada");
    expect(await jwt.decodeToken(await jwt.createAccessToken("ada"))).toMatchObject({ sub: "ada" });
    expect(await jwt.decodeToken(await other("HS512"))).toMatchObject({ sub: "ada" });
    await expect(jwt.decodeToken(await other("HS384"))).rejects.toMatchObject({ reason: "algorithm_mismatch" });
    await expect(managerOf().decodeToken(await other("HS512"))).rejects.toMatchObject({ reason: "algorithm_mismatch" });
  });

  it("accept further algorithms with the same key pair", async () => {
    const rsa = generateKey({ alg: "RS256" });
    const jwt = new JwtManager({ privateKey: pem(rsa), algorithm: "RS256", algorithms: ["PS256"] });
    const token = await new JwtManager({ privateKey: pem(rsa), algorithm: "PS256" }).createAccessToken("ada");
    expect(await jwt.decodeToken(token)).toMatchObject({ sub: "ada" });
  });

  it("never take a public key for a secret, whatever else they accept", async () => {
    const rsa = generateKey({ alg: "RS256" });
    const jwt = new JwtManager({ keys: [rsa, KEY] });
    const forged = flaskToken({}, {}, { ...KEY, handle: createSecretKey(Buffer.from(pem(rsa.public))) } as Key);
    await expect(jwt.decodeToken(forged)).rejects.toMatchObject({ reason: "bad_signature" });
  });

  it("of a list are told apart by the kid, and without one each is tried", async () => {
    const [newer, older] = [generateKey({ alg: "HS256" }), generateKey({ alg: "HS256" })];
    const jwt = new JwtManager({ keys: [newer, older], now });
    const token = await jwt.createAccessToken("ada");
    expect(headerOf(token).kid).toBe(newer.kid);
    expect(await jwt.decodeToken(token)).toMatchObject({ sub: "ada" });
    const before = await new JwtManager({ keys: [older], now }).createAccessToken("ada");
    expect(headerOf(before)).not.toHaveProperty("kid");
    expect(await jwt.decodeToken(before)).toMatchObject({ sub: "ada" });
    await expect(jwt.decodeToken(flaskToken({ exp: 1000, iat: 1, nbf: 1 }, {}, older))).rejects.toMatchObject({
      reason: "expired",
    });
    await expect(jwt.decodeToken(flaskToken({}, { kid: "a third one" }, older))).rejects.toMatchObject({
      reason: "key_unknown",
    });
    await expect(jwt.decodeToken(flaskToken())).rejects.toMatchObject({ reason: "bad_signature" });
  });

  it("are found whatever kid a Flask application wrote, where there is one", async () => {
    expect(await managerOf().decodeToken(flaskToken({}, { kid: "theirs" }))).toMatchObject({ sub: "ada" });
  });
});

describe("loaders of keys", () => {
  const keys: Readonly<Record<string, Key>> = {
    ada: generateKey({ alg: "HS256", kid: "of ada" }),
    bob: generateKey({ alg: "ES256", kid: "of bob" }),
  };
  const byKid = (kid: unknown) => Object.values(keys).find((key) => key.kid === kid);

  it.each([
    ["at once", (key: Key | undefined) => key],
    ["later", async (key: Key | undefined) => key],
  ])("sign for an identity and verify by the header, %s", async (_when, give) => {
    const asked: unknown[] = [];
    const jwt = new JwtManager({
      now,
      signingKey: (identity) => give(keys[identity]) as Key,
      verifyingKey: (header) => {
        asked.push(header);
        return give(byKid(header.kid));
      },
    });
    const tokens = [await jwt.createAccessToken("ada"), await jwt.createRefreshToken("bob")];
    expect(tokens.map(headerOf)).toEqual([
      { alg: "HS256", typ: "JWT", kid: "of ada" },
      { alg: "ES256", typ: "JWT", kid: "of bob" },
    ]);
    const claims = await Promise.all([...tokens, ...tokens].map((token) => jwt.decodeToken(token)));
    expect(claims.map(({ sub }) => sub)).toEqual(["ada", "bob", "ada", "bob"]);
    expect(asked).toEqual([...tokens, ...tokens].map(headerOf));
  });

  it("may give a secret as text, of the configured algorithm", async () => {
    const jwt = new JwtManager({ algorithm: "HS512", signingKey: () => SECRET, verifyingKey: async () => SECRET });
    const token = await jwt.createAccessToken("ada");
    expect(headerOf(token).alg).toBe("HS512");
    expect(await jwt.decodeToken(token)).toMatchObject({ sub: "ada" });
  });

  it.each<[string, () => never | Key | undefined | Promise<never>]>([
    ["gives none", () => undefined],
    ["throws", () => JSON.parse("{")],
    ["rejects", () => Promise.reject(new Error("no such key"))],
    ["gives a key that is too weak", () => "short" as never],
  ])("refuse the token where one %s", async (_what, verifyingKey) => {
    const jwt = managerOf({ verifyingKey });
    await expect(jwt.decodeToken(flaskToken())).rejects.toMatchObject({ reason: "key_unknown", check: "key" });
  });

  it("say by an AuthError that no key is to be had at the moment", async () => {
    const ofAnotherCopy = Object.assign(new Error("later"), { name: "AuthError", code: "unavailable" });
    for (const unavailable of [new AuthError("unavailable"), ofAnotherCopy]) {
      const jwt = managerOf({ verifyingKey: () => Promise.reject(unavailable) });
      await expect(jwt.decodeToken(flaskToken())).rejects.toBe(unavailable);
    }
  });

  it("are given no payload, and no header that is none", async () => {
    const jwt = managerOf({ verifyingKey: () => expect.unreachable() });
    for (const junk of [
      "",
      "a",
      "a.b.c",
      "e30.e30.",
      null,
      undefined,
      5,
      {},
      "x".repeat(10_000),
      `${"x".repeat(9000)}.a.b`,
    ])
      await expect(jwt.decodeToken(junk as string)).rejects.toMatchObject({ name: "TokenError" });
  });

  it("that answer later leave nothing to what answers at once", async () => {
    const jwt = managerOf({ verifyingKey: async () => KEY });
    const token = flaskToken();
    expect(await jwt.verify(token)).toMatchObject({ sub: "ada" });
    for (const act of [() => jwt.verifySync(token), () => jwt.csrfToken(token), () => jwt.setAccessCookies(token)])
      expect(act).toThrow(/answers with a promise/);
    const claims = await jwt.decodeToken(token);
    expect(jwt.setAccessCookies(token, { claims })[1]).toMatch(/^csrf_access_token=a%20csrf%20value;/);
  });

  it("sign with a public key nowhere", async () => {
    const jwt = managerOf({ signingKey: () => pair.public });
    await expect(jwt.createAccessToken("ada")).rejects.toThrow(/public key cannot sign/);
  });
});

describe("options that change nothing but themselves", () => {
  it("may come from the environment, and be spread", () => {
    const options = Object.freeze({ secret: process.env.NO_SUCH_SECRET ?? SECRET, claims: z.object({}) });
    expect(() => new JwtManager(options)).not.toThrow();
    expect(Object.keys(options)).toEqual(["secret", "claims"]);
  });
});
