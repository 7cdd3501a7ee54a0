import {
  type AccessTokenOptions,
  JwtManager,
  type JwtManagerOptions,
  type RefreshTokenOptions,
} from "latchkey/manager";
import { createVerifier, type StandardSchema } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { SECONDS, WRONG_USE } from "../tokens/by-hand.js";
import { KEY, managerOf, now, SECRET } from "./ask-route.js";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function written(token: string) {
  const [header, payload] = token.split(".", 2).map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
  return { header, payload };
}

describe("createAccessToken", () => {
  it("writes what Flask-JWT-Extended writes, and nothing else", async () => {
    expect(written(await managerOf().createAccessToken("ada"))).toEqual({
      header: { alg: "HS256", typ: "JWT" },
      payload: {
        fresh: false,
        iat: SECONDS,
        jti: expect.stringMatching(UUID),
        type: "access",
        sub: "ada",
        nbf: SECONDS,
        csrf: expect.stringMatching(UUID),
        exp: SECONDS + 900,
      },
    });
  });

  it("writes another jti and another csrf value each time", async () => {
    const jwt = managerOf();
    const [one, two] = [await jwt.createAccessToken("ada"), await jwt.createAccessToken("ada")].map(written);
    expect(one?.payload.jti).not.toBe(two?.payload.jti);
    expect(one?.payload.csrf).not.toBe(two?.payload.csrf);
  });

  it.each<[string, JwtManagerOptions, AccessTokenOptions, object]>([
    ["freshness", {}, { fresh: true }, { fresh: true }],
    ["freshness for a while", {}, { fresh: 300 }, { fresh: SECONDS + 300 }],
    ["a life of its own", {}, { expiresIn: 60 }, { exp: SECONDS + 60 }],
    ["the life of the manager", { accessSeconds: 120 }, {}, { exp: SECONDS + 120 }],
    ["no nbf", { notBefore: false }, {}, { nbf: undefined }],
    ["no csrf value", { csrf: false }, {}, { csrf: undefined }],
    ["the identity under another name", { identityClaim: "uid" }, {}, { uid: "ada", sub: undefined }],
    ["the issuer", { issuer: "me" }, {}, { iss: "me" }],
    ["the issuer for minting", { issuer: { mint: "me", verify: "you" } }, {}, { iss: "me" }],
    ["no issuer where it is for verifying", { issuer: { verify: "you" } }, {}, { iss: undefined }],
    ["the audiences", { audience: { mint: ["aud-1", "aud-2"], verify: "aud-1" } }, {}, { aud: ["aud-1", "aud-2"] }],
    ["claims of its own", {}, { claims: { role: "admin" } }, { role: "admin" }],
    [
      "claims of its own in place of the usual",
      {},
      { claims: { iss: "me", exp: SECONDS + 5, type: "reset" } },
      {
        iss: "me",
        exp: SECONDS + 5,
        type: "reset",
      },
    ],
    ["claims of the loader", { extraClaims: (user) => ({ of: user }) }, {}, { of: "ada" }],
    [
      "claims of the loader, later",
      { extraClaims: async () => ({ a: 1, b: 1 }) },
      { claims: { b: 2 } },
      { a: 1, b: 2 },
    ],
  ])("writes %s", async (_what, options, own, expected) => {
    const { payload } = written(await managerOf(options).createAccessToken("ada", own));
    for (const [name, value] of Object.entries(expected)) expect(payload[name]).toEqual(value);
  });

  it("writes header members of the loader, those of the call laid over", async () => {
    const jwt = managerOf({ extraHeaders: async (user) => ({ of: user, tenant: "one" }) });
    const { header } = written(await jwt.createAccessToken("ada", { headers: { tenant: "two" } }));
    expect(header).toEqual({ alg: "HS256", typ: "JWT", of: "ada", tenant: "two" });
  });

  it("takes whatever an identity can be made of, and gives it to the other loaders as it is", async () => {
    const users: unknown[] = [];
    const jwt = new JwtManager({
      secret: SECRET,
      identityOf: (user: { readonly id: number }) => String(user.id),
      extraClaims: (user) => {
        users.push(user);
        return { double: user.id * 2 };
      },
    });
    const user = { id: 7 };
    expect(written(await jwt.createAccessToken(user)).payload).toMatchObject({ sub: "7", double: 14 });
    expect(users[0]).toBe(user);
  });

  it.each<[string, unknown, RegExp]>([
    [
      "a number",
      7,
      /^The identity of a token must be a string that is not empty, and is of type number: write String\(id\)\./,
    ],
    ["nothing", undefined, /is of type undefined/],
    ["null", null, /is null/],
    ["an empty text", "", /is empty/],
    ["an object", { id: "7" }, /is of type object\. See identityOf\.$/],
  ])("refuses %s as an identity", async (_what, identity, message) => {
    const jwt = managerOf();
    await expect(jwt.createAccessToken(identity as string)).rejects.toThrow(message);
    await expect(jwt.createRefreshToken(identity as string)).rejects.toThrow(message);
    await expect(managerOf({ identityOf: () => identity as string }).createAccessToken("x")).rejects.toThrow(message);
  });

  it.each<[string, unknown]>([
    ["an option that there is not", { expires: 60 }],
    ["no object", "fresh"],
    ["freshness of 0", { fresh: 0 }],
    ["freshness in a text", { fresh: "yes" }],
    ["a life of 0", { expiresIn: 0 }],
    ["a life that never ends", { expiresIn: false }],
    ["a life without an end", { expiresIn: Number.POSITIVE_INFINITY }],
    ["a life of two years", { expiresIn: 63_072_000 }],
    ["a negative life", { expiresIn: -1 }],
    ["a life in a text", { expiresIn: "15" }],
    ["claims in a list", { claims: ["admin"] }],
    ["claims to be waited for", { claims: Promise.resolve({}) }],
    ["a sub that is a number", { claims: { sub: 7 } }],
    ["an exp of null", { claims: { exp: null } }],
    ["no exp at all", { claims: { exp: undefined } }],
    ["the type of the other kind", { claims: { type: "refresh" } }],
    ["a type that is no text", { claims: { type: 7 } }],
    ["a fresh claim in a text", { claims: { fresh: "yes" } }],
    ["a number that is none", { claims: { n: Number.NaN } }],
    ["a big integer", { claims: { n: 7n } }],
    ["a token that no server takes", { claims: { text: "x".repeat(8192) } }],
    ["headers in a text", { headers: "kid" }],
    ["another algorithm", { headers: { alg: "none" } }],
    ["the kid of another key", { headers: { kid: "another" } }],
    ["an extension", { headers: { crit: ["x"] } }],
  ])("refuses %s", async (_what, options) => {
    await expect(managerOf().createAccessToken("ada", options as AccessTokenOptions)).rejects.toEqual(WRONG_USE);
  });

  it("refuses what loaders should not have given", async () => {
    for (const wrong of [7, "x", [], null])
      for (const name of ["extraClaims", "extraHeaders"])
        await expect(managerOf({ [name]: () => wrong }).createAccessToken("ada")).rejects.toThrow(
          `${name} must be an object.`,
        );
    await expect(
      managerOf({ extraClaims: () => Promise.reject(new Error("away")) }).createAccessToken("ada"),
    ).rejects.toThrow("away");
  });
});

describe("createRefreshToken", () => {
  it("writes a token of the type refresh, which is never fresh", async () => {
    const jwt = managerOf({ extraClaims: () => ({ role: "user" }) });
    expect(written(await jwt.createRefreshToken("ada", { claims: { a: 1 }, headers: { b: 2 } }))).toEqual({
      header: { alg: "HS256", typ: "JWT", b: 2 },
      payload: {
        fresh: false,
        iat: SECONDS,
        jti: expect.stringMatching(UUID),
        type: "refresh",
        sub: "ada",
        nbf: SECONDS,
        csrf: expect.stringMatching(UUID),
        exp: SECONDS + 2_592_000,
        role: "user",
        a: 1,
      },
    });
    const short = managerOf({ refreshSeconds: 60 });
    expect(written(await short.createRefreshToken("ada")).payload.exp).toBe(SECONDS + 60);
    expect(written(await short.createRefreshToken("ada", { expiresIn: 30 })).payload.exp).toBe(SECONDS + 30);
  });

  it.each<[string, unknown]>([
    ["freshness", { fresh: true }],
    ["the type of the other kind", { claims: { type: "access" } }],
    ["a life without an end", { expiresIn: Number.POSITIVE_INFINITY }],
  ])("refuses %s", async (_what, options) => {
    await expect(managerOf().createRefreshToken("ada", options as RefreshTokenOptions)).rejects.toEqual(WRONG_USE);
  });
});

describe("createTokens", () => {
  it("makes both tokens of a log-in", async () => {
    const { accessToken, refreshToken } = await managerOf().createTokens("ada", {
      fresh: true,
      claims: { role: "user" },
    });
    expect(written(accessToken).payload).toMatchObject({ type: "access", fresh: true, role: "user" });
    expect(written(refreshToken).payload).toMatchObject({ type: "refresh", fresh: false, role: "user" });
  });

  it("refuses an option that there is not", async () => {
    await expect(managerOf().createTokens("ada", { expiresIn: 5 } as object)).rejects.toThrow(
      /createTokens has no option "expiresIn"/,
    );
  });
});

const rfc9068: JwtManagerOptions = {
  profile: "rfc9068",
  issuer: "https://me.example",
  audience: "api",
  clientId: "web",
};

describe("the other profiles", () => {
  it("rfc9068 mints access tokens that any verifier of RFC 9068 reads", async () => {
    const token = await managerOf(rfc9068).createAccessToken("ada", { claims: { roles: ["admin"] } });
    expect(written(token)).toEqual({
      header: { alg: "HS256", typ: "at+jwt", kid: KEY.kid },
      payload: {
        iss: "https://me.example",
        aud: "api",
        client_id: "web",
        iat: SECONDS,
        exp: SECONDS + 900,
        jti: expect.stringMatching(UUID),
        sub: "ada",
        roles: ["admin"],
      },
    });
    const verifier = createVerifier({ issuer: "https://me.example", audience: "api", keys: [KEY], now });
    expect(verifier.verifySync(token)).toMatchObject({ sub: "ada" });
  });

  it("rfc9068 mints refresh tokens that no verifier of RFC 9068 reads", async () => {
    const jwt = managerOf(rfc9068);
    const token = await jwt.createRefreshToken("ada");
    expect(written(token)).toMatchObject({ header: { typ: "rt+jwt" }, payload: { type: "refresh" } });
    const verifier = createVerifier({ issuer: "https://me.example", audience: "api", keys: [KEY], now });
    expect(() => verifier.verifySync(token)).toThrow(expect.objectContaining({ reason: "wrong_type" }));
    expect(await jwt.decodeToken(token)).toMatchObject({ sub: "ada", type: "refresh" });
  });

  it.each<[string, AccessTokenOptions["fresh"], object]>([
    ["a log-in", true, { auth_time: SECONDS }],
    ["a log-in for a while", 60, { auth_time: SECONDS, fresh: SECONDS + 60 }],
  ])("tell of %s by auth_time", async (_what, fresh = false, expected) => {
    for (const options of [rfc9068, { profile: "jwt" } as const])
      expect(written(await managerOf(options).createAccessToken("ada", { fresh })).payload).toMatchObject(expected);
  });

  it("jwt mints plain tokens whose type says what they are", async () => {
    const jwt = managerOf({ profile: "jwt" });
    expect(written(await jwt.createAccessToken("ada"))).toEqual({
      header: { alg: "HS256", typ: "JWT", kid: KEY.kid },
      payload: { iat: SECONDS, exp: SECONDS + 900, jti: expect.stringMatching(UUID), type: "access", sub: "ada" },
    });
    expect(written(await jwt.createRefreshToken("ada")).payload.type).toBe("refresh");
  });

  it("write a csrf value where cookies are in play", async () => {
    for (const options of [{ locations: "cookie" }, { csrf: {} }] as const)
      expect(written(await managerOf({ profile: "jwt", ...options }).createAccessToken("ada")).payload.csrf).toMatch(
        UUID,
      );
  });

  it("are strict about one another, with one secret", async () => {
    const [flask, jwt, at] = [managerOf(), managerOf({ profile: "jwt" }), managerOf(rfc9068)];
    await expect(at.decodeToken(await flask.createAccessToken("ada"))).rejects.toMatchObject({ code: "invalid_token" });
    await expect(at.decodeToken(await jwt.createRefreshToken("ada"))).rejects.toMatchObject({ code: "invalid_token" });
    await expect(flask.decodeToken(await at.createAccessToken("ada"))).rejects.toMatchObject({ reason: "wrong_type" });
    await expect(jwt.decodeToken(await at.createRefreshToken("ada"))).rejects.toMatchObject({ reason: "wrong_type" });
  });
});

describe("a schema of the claims", () => {
  const schema = z.object({ role: z.enum(["user", "admin"]), since: z.coerce.date().optional() });

  it("lets no token be minted that it would refuse", async () => {
    const jwt = new JwtManager({ secret: SECRET, claims: schema });
    await expect(jwt.createAccessToken("ada")).rejects.toThrow("The claims do not fit their schema: role.");
    await expect(jwt.createAccessToken("ada", { claims: { role: "root" } })).rejects.toThrow(TypeError);
    await expect(jwt.createRefreshToken("ada")).rejects.toThrow(TypeError);
    const token = await jwt.createAccessToken("ada", { claims: { role: "admin", since: "2026-01-01" } });
    expect(written(token).payload.since).toBe("2026-01-01");
    expect(await jwt.decodeToken(token)).toMatchObject({ sub: "ada", role: "admin", since: new Date("2026-01-01") });
  });

  it("leaves what it was given to the caller", async () => {
    const list = ["user"];
    const jwt = new JwtManager({ secret: SECRET, claims: z.object({ list: z.array(z.string()) }) });
    await jwt.createAccessToken("ada", { claims: { list } });
    expect(Object.isFrozen(list)).toBe(false);
  });

  it("refuses tokens that it does not fit, and says which claim", async () => {
    const jwt = new JwtManager({ secret: SECRET, claims: schema, now });
    const token = await managerOf().createAccessToken("ada", { claims: { role: "root" } });
    await expect(jwt.decodeToken(token)).rejects.toMatchObject({ reason: "claim_invalid", claim: "role" });
  });

  it("parses a token once, and gives claims that nobody can change", async () => {
    let parsed = 0;
    const counting: StandardSchema<{ readonly list: readonly string[] }> = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: () => {
          parsed += 1;
          return { value: { list: ["a"] } };
        },
      },
    };
    const jwt = new JwtManager({ secret: SECRET, claims: counting });
    const token = await jwt.createAccessToken("ada");
    const before = parsed;
    const [one, two] = [await jwt.decodeToken(token), await jwt.decodeToken(token)];
    expect(parsed - before).toBe(1);
    expect(two).toBe(one);
    expect(() => (one.list as string[]).push("b")).toThrow(TypeError);
  });

  it("that is asynchronous is wrong use, that fails refuses", async () => {
    const of = (validate: () => never) =>
      new JwtManager({ secret: SECRET, now, claims: { "~standard": { version: 1, vendor: "test", validate } } });
    const later = of(() => Promise.reject(new Error("late")) as never);
    await expect(later.createAccessToken("ada")).rejects.toThrow("The schema of the claims must be synchronous.");
    await expect(later.decodeToken(await managerOf().createAccessToken("ada"))).rejects.toThrow(TypeError);
    const failing = of(() => {
      throw new Error("unexpected");
    });
    await expect(failing.decodeToken(await managerOf().createAccessToken("ada"))).rejects.toMatchObject({
      reason: "claim_invalid",
    });
  });
});

describe("a token over 1 KB", () => {
  const large = { claims: { text: "x".repeat(900) } };

  it("is told of once a manager", async () => {
    const told: string[] = [];
    const jwt = managerOf({ warn: (message) => told.push(message) });
    await jwt.createAccessToken("ada", { claims: { text: "x".repeat(400) } });
    expect(told).toEqual([]);
    await jwt.createAccessToken("ada", large);
    await jwt.createRefreshToken("ada", large);
    expect(told).toEqual([expect.stringMatching(/^A token of \d{4} characters was minted\..*1 KB\.$/)]);
  });

  it("is a warning of the process where nobody else is told", async () => {
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    await managerOf().createAccessToken("ada", large);
    expect((await warned).message).toMatch(/keep it under 1 KB/);
  });
});
