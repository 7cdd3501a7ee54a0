import { DatabaseSync } from "@photostructure/sqlite";
import {
  isAuthError,
  JwtManager,
  type JwtManagerOptions,
  memoryRefreshStore,
  type RefreshStore,
  sqliteRefreshStore,
} from "latchkey/manager";
import { generateKey } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { NOW, SECONDS, tokenOf } from "../tokens/by-hand.js";
import { askRoute, bearer, flaskToken, inputOf, KEY, managerOf, SECRET } from "./ask-route.js";

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function payloadOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] as string, "base64url").toString());
}

/** A store that takes its time for everything, as one on another machine does. */
function slowStore(): RefreshStore {
  const store = memoryRefreshStore();
  const soon = () => new Promise((resolve) => setImmediate(resolve));
  return {
    create: (family) => soon().then(() => store.create(family)),
    find: (id) => soon().then(() => store.find(id)),
    rotate: (...given) => soon().then(() => store.rotate(...given)),
    end: (id) => soon().then(() => store.end(id)),
  };
}

const STORES: ReadonlyArray<readonly [string, () => RefreshStore]> = [
  ["in memory", memoryRefreshStore],
  ["in SQLite", () => sqliteRefreshStore(new DatabaseSync(":memory:"))],
  ["far away", slowStore],
];

/** A rotating manager and its clock. */
function rotating(options: JwtManagerOptions = {}) {
  const clock = { ms: NOW };
  const jwt = managerOf({ refreshStore: memoryRefreshStore(), now: () => clock.ms, ...options });
  return { jwt, clock };
}

describe.each(STORES)("refresh tokens %s", (_where, makeStore) => {
  const start = (options: JwtManagerOptions = {}) => rotating({ refreshStore: makeStore(), ...options });

  it("are the first of a family, whose id all of its tokens carry", async () => {
    const { jwt } = start();
    const { accessToken, refreshToken } = await jwt.createTokens("ada", { fresh: true });
    const claims = payloadOf(refreshToken);
    expect(claims).toEqual({
      fresh: false,
      type: "refresh",
      sub: "ada",
      iat: SECONDS,
      nbf: SECONDS,
      exp: SECONDS + 2_592_000,
      jti: expect.stringMatching(UUID_7),
      csrf: expect.stringMatching(/^[\w-]{20,}$/),
      sid: expect.stringMatching(UUID_7),
      gen: 0,
    });
    expect(payloadOf(accessToken)).toMatchObject({ type: "access", fresh: true, sid: claims.sid, exp: SECONDS + 900 });
    expect(payloadOf(accessToken)).not.toHaveProperty("gen");
    expect(payloadOf(await jwt.createRefreshToken("ada")).sid).not.toBe(claims.sid);
    expect(payloadOf(await jwt.createAccessToken("ada"))).not.toHaveProperty("sid");
  });

  it("rotate: each gives its successor, and access tokens that are not fresh", async () => {
    const { jwt, clock } = start();
    let { refreshToken } = await jwt.createTokens("ada", { fresh: true });
    const { sid, exp } = payloadOf(refreshToken);
    for (let generation = 1; generation <= 3; generation++) {
      clock.ms += 100_000;
      const rotated = await jwt.rotateRefreshToken(refreshToken);
      expect(rotated).toMatchObject({ identity: "ada", claims: { type: "refresh", gen: generation - 1 } });
      expect(payloadOf(rotated.refreshToken)).toMatchObject({
        sid,
        exp,
        gen: generation,
        iat: clock.ms / 1000,
        nbf: clock.ms / 1000,
      });
      expect(payloadOf(rotated.accessToken)).toMatchObject({ sid, type: "access", fresh: false, sub: "ada" });
      expect((await askRoute(jwt)(bearer(rotated.accessToken))).status).toBe(200);
      expect((await askRoute(jwt, { type: "refresh" })(bearer(rotated.refreshToken))).status).toBe(200);
      refreshToken = rotated.refreshToken;
    }
  });

  it("give one successor, and the same one, to a hundred who ask at once", async () => {
    const { jwt } = start();
    const { refreshToken } = await jwt.createTokens("ada");
    const all = await Promise.all(Array.from({ length: 100 }, () => jwt.rotateRefreshToken(refreshToken)));
    expect(new Set(all.map((rotated) => rotated.refreshToken)).size).toBe(1);
    expect(payloadOf(all[0]?.refreshToken as string).gen).toBe(1);
    expect(new Set(all.map((rotated) => payloadOf(rotated.accessToken).jti)).size).toBe(100);
    expect(payloadOf((await jwt.rotateRefreshToken(all[0]?.refreshToken as string)).refreshToken).gen).toBe(2);
  });

  it("are answered again within the grace, and end their family after it", async () => {
    const { jwt, clock } = start({ graceSeconds: 10 });
    const { accessToken, refreshToken } = await jwt.createTokens("ada");
    const first = await jwt.rotateRefreshToken(refreshToken);
    clock.ms += 9999;
    const again = await jwt.rotateRefreshToken(refreshToken);
    expect(again.refreshToken).toBe(first.refreshToken);
    clock.ms += 1;
    const refusal = await jwt.rotateRefreshToken(refreshToken).catch((thrown: unknown) => thrown);
    expect(isAuthError(refusal) && refusal.code).toBe("invalid_grant");
    for (const token of [first.refreshToken, refreshToken])
      await expect(jwt.rotateRefreshToken(token)).rejects.toMatchObject({ code: "invalid_grant" });
    for (const token of [accessToken, first.accessToken, again.accessToken])
      expect(await askRoute(jwt)(bearer(token))).toMatchObject({ status: 401, body: { reason: "revoked" } });
  });

  it("older than the direct predecessor end their family at once", async () => {
    const { jwt } = start();
    const { refreshToken } = await jwt.createTokens("ada");
    const second = await jwt.rotateRefreshToken(refreshToken);
    const third = await jwt.rotateRefreshToken(second.refreshToken);
    await expect(jwt.rotateRefreshToken(refreshToken)).rejects.toMatchObject({ code: "invalid_grant" });
    await expect(jwt.rotateRefreshToken(third.refreshToken)).rejects.toMatchObject({ code: "invalid_grant" });
  });

  it("end with their family, and leave the other families alone", async () => {
    const { jwt } = start();
    const [one, two] = [await jwt.createTokens("ada"), await jwt.createTokens("ada")];
    expect(await jwt.endFamily(one.accessToken)).toBe(true);
    expect(await askRoute(jwt)(bearer(one.accessToken))).toMatchObject({ status: 401, body: { reason: "revoked" } });
    expect(await askRoute(jwt, { type: "refresh" })(bearer(one.refreshToken))).toMatchObject({
      body: { reason: "revoked" },
    });
    expect((await askRoute(jwt, { skipRevocation: true })(bearer(one.accessToken))).status).toBe(200);
    await expect(jwt.rotateRefreshToken(one.refreshToken)).rejects.toMatchObject({ code: "invalid_grant" });
    expect((await askRoute(jwt)(bearer(two.accessToken))).status).toBe(200);
    expect(await jwt.endFamily(one.accessToken)).toBe(true);
    expect(await jwt.endFamily(two.refreshToken)).toBe(true);
    await expect(jwt.verify(two.accessToken)).rejects.toMatchObject({ reason: "revoked" });
  });
});

describe("a family", () => {
  it("never outlives its absolute end, however often it is rotated", async () => {
    const { jwt, clock } = rotating({ refreshSeconds: 1000 });
    let { refreshToken } = await jwt.createTokens("ada");
    clock.ms += 900_000;
    const rotated = await jwt.rotateRefreshToken(refreshToken);
    refreshToken = rotated.refreshToken;
    expect(payloadOf(refreshToken).exp).toBe(SECONDS + 1000);
    expect(payloadOf(rotated.accessToken).exp).toBe(SECONDS + 1000);
    clock.ms = NOW + 999_000;
    await expect(jwt.rotateRefreshToken(refreshToken)).rejects.toMatchObject({ reason: "expired" });
    clock.ms = NOW + 1_003_000;
    // Within the leeway of the token itself.
    await expect(jwt.rotateRefreshToken(refreshToken)).rejects.toMatchObject({ reason: "expired" });
    clock.ms = NOW + 1_100_000;
    await expect(jwt.rotateRefreshToken(refreshToken)).rejects.toMatchObject({ reason: "expired" });
  });

  it("has a life of its own where one is given", async () => {
    const { jwt } = rotating();
    expect(payloadOf(await jwt.createRefreshToken("ada", { expiresIn: 60 })).exp).toBe(SECONDS + 60);
  });

  it("ends where it lies unused", async () => {
    const { jwt, clock } = rotating({ idleSeconds: 100, refreshSeconds: 250 });
    const { refreshToken } = await jwt.createTokens("ada");
    expect(payloadOf(refreshToken).exp).toBe(SECONDS + 100);
    clock.ms += 90_000;
    const second = (await jwt.rotateRefreshToken(refreshToken)).refreshToken;
    expect(payloadOf(second).exp).toBe(SECONDS + 190);
    clock.ms += 90_000;
    const third = (await jwt.rotateRefreshToken(second)).refreshToken;
    expect(payloadOf(third).exp).toBe(SECONDS + 250);
    clock.ms += 80_000;
    await expect(jwt.rotateRefreshToken(third)).rejects.toMatchObject({ reason: "expired" });
  });

  it("ends where the clock was set back: what was used is not known any more", async () => {
    const { jwt, clock } = rotating();
    const { refreshToken } = await jwt.createTokens("ada");
    await jwt.rotateRefreshToken(refreshToken);
    clock.ms -= 1000;
    await expect(jwt.rotateRefreshToken(refreshToken)).rejects.toMatchObject({ code: "invalid_grant" });
  });

  it("has no grace where none is wanted", async () => {
    const { jwt } = rotating({ graceSeconds: 0 });
    const { refreshToken } = await jwt.createTokens("ada");
    await jwt.rotateRefreshToken(refreshToken);
    await expect(jwt.rotateRefreshToken(refreshToken)).rejects.toMatchObject({ code: "invalid_grant" });
  });

  it("is not believed where a token says a generation that was never made", async () => {
    const { jwt } = rotating();
    const { refreshToken } = await jwt.createTokens("ada");
    const { sid } = payloadOf(refreshToken);
    for (const gen of [1, 7, -1, 0.5, "0", null, undefined, Number.MAX_SAFE_INTEGER]) {
      const forged = flaskToken({ type: "refresh", sid, gen });
      await expect(jwt.rotateRefreshToken(forged)).rejects.toMatchObject({ code: "invalid_grant" });
      expect(await askRoute(jwt, { type: "refresh" })(bearer(forged))).toMatchObject({ status: 401 });
    }
    expect(payloadOf((await jwt.rotateRefreshToken(refreshToken)).refreshToken).gen).toBe(1);
  });

  it("ends on any route where a refresh token of the past is used", async () => {
    const { jwt, clock } = rotating();
    const { refreshToken } = await jwt.createTokens("ada");
    const { accessToken } = await jwt.rotateRefreshToken(refreshToken);
    const ask = askRoute(jwt, { type: "refresh" });
    expect((await ask(bearer(refreshToken))).status).toBe(200);
    clock.ms += 31_000;
    expect(await ask(bearer(refreshToken))).toMatchObject({ status: 401, body: { reason: "revoked" } });
    expect((await askRoute(jwt)(bearer(accessToken))).status).toBe(401);
  });

  it("is the user's: claims are those of now, not those of the log-in", async () => {
    const roles = new Map([["ada", "admin"]]);
    const { jwt } = rotating({ extraClaims: (identity) => (roles.has(identity) ? { role: roles.get(identity) } : {}) });
    const { accessToken, refreshToken } = await jwt.createTokens("ada");
    expect(payloadOf(accessToken).role).toBe("admin");
    roles.clear();
    const rotated = await jwt.rotateRefreshToken(refreshToken, {
      claims: { own: 1 },
      headers: { h: 2 },
      expiresIn: 60,
    });
    expect(payloadOf(rotated.accessToken)).not.toHaveProperty("role");
    expect(payloadOf(rotated.accessToken)).toMatchObject({ own: 1, exp: SECONDS + 60 });
    expect(jwt.unverifiedHeader(rotated.accessToken)).toMatchObject({ h: 2 });
  });

  it("hands the user that is found to the loaders where an identity is made of one", async () => {
    const users = new Map([["7", { id: 7, role: "admin" }]]);
    const jwt = new JwtManager({
      secret: SECRET,
      refreshStore: memoryRefreshStore(),
      identityOf: (user: { readonly id: number; readonly role: string }) => String(user.id),
      extraClaims: ({ role }) => ({ role }),
      findUser: ({ sub }) => users.get(sub),
    });
    const { refreshToken } = await jwt.createTokens({ id: 7, role: "user" });
    const rotated = await jwt.rotateRefreshToken(refreshToken);
    expect(payloadOf(rotated.accessToken)).toMatchObject({ sub: "7", role: "admin" });
    users.clear();
    await expect(jwt.rotateRefreshToken(rotated.refreshToken)).rejects.toMatchObject({ reason: "user_unknown" });
  });

  it("carries its own claims on where nobody can be asked for them", async () => {
    const jwt = new JwtManager({
      secret: SECRET,
      refreshStore: memoryRefreshStore(),
      identityOf: (user: { readonly id: string }) => user.id,
      extraClaims: () => ({ never: "asked again" }),
      issuer: "me",
    });
    const { refreshToken } = await jwt.createTokens({ id: "ada" }, { claims: { tenant: "one" }, headers: { h: 1 } });
    const rotated = await jwt.rotateRefreshToken(refreshToken, { claims: { own: 1 } });
    expect(payloadOf(rotated.accessToken)).toMatchObject({
      sub: "ada",
      tenant: "one",
      iss: "me",
      own: 1,
      type: "access",
    });
    expect(payloadOf(rotated.refreshToken)).toMatchObject({ tenant: "one", gen: 1 });
    expect(jwt.unverifiedHeader(rotated.refreshToken)).toMatchObject({ h: 1 });
  });

  it("asks the application first, so that whoever is refused has not used up the token", async () => {
    let isRevoked = true;
    const { jwt } = rotating({ isRevoked: () => isRevoked });
    const refreshToken = await jwt.createRefreshToken("ada");
    await expect(jwt.rotateRefreshToken(refreshToken)).rejects.toMatchObject({ reason: "revoked" });
    isRevoked = false;
    expect(payloadOf((await jwt.rotateRefreshToken(refreshToken)).refreshToken).gen).toBe(1);
  });

  it("loses nothing where the claims cannot be had", async () => {
    let isAway = false;
    const { jwt } = rotating({ extraClaims: () => (isAway ? Promise.reject(new Error("away")) : {}) });
    const refreshToken = await jwt.createRefreshToken("ada");
    isAway = true;
    await expect(jwt.rotateRefreshToken(refreshToken)).rejects.toThrow("away");
    isAway = false;
    const large = { claims: { text: "x".repeat(9000) } };
    await expect(jwt.rotateRefreshToken(refreshToken, large)).rejects.toThrow(TypeError);
    expect(payloadOf((await jwt.rotateRefreshToken(refreshToken)).refreshToken).gen).toBe(1);
  });

  it("is begun in no store where its tokens cannot be made", async () => {
    const created: unknown[] = [];
    const store = memoryRefreshStore();
    const refreshStore = { ...store, create: (family: never) => void created.push(family) };
    const jwt = new JwtManager({ secret: SECRET, refreshStore, claims: z.object({ role: z.string() }) });
    await expect(jwt.createTokens("ada")).rejects.toThrow(TypeError);
    await expect(jwt.createRefreshToken("ada", { claims: { role: 7 } })).rejects.toThrow(TypeError);
    expect(created).toEqual([]);
  });

  it("keeps what a schema made of the claims out of the next token", async () => {
    const jwt = new JwtManager({
      secret: SECRET,
      refreshStore: memoryRefreshStore(),
      claims: z.object({ since: z.coerce.date(), role: z.string().default("guest") }),
    });
    const first = await jwt.createRefreshToken("ada", { claims: { since: "2026-01-01" } });
    const { refreshToken, claims } = await jwt.rotateRefreshToken(first, { claims: { since: "2026-01-01" } });
    expect(claims.since).toEqual(new Date("2026-01-01"));
    expect(payloadOf(refreshToken).since).toBe("2026-01-01");
    expect(payloadOf(refreshToken)).not.toHaveProperty("role");
  });

  it.each<[string, JwtManagerOptions]>([
    ["rfc9068", { profile: "rfc9068", issuer: "me", audience: "api", clientId: "web" }],
    ["jwt", { profile: "jwt" }],
    ["another identity claim", { identityClaim: "uid" }],
    ["no csrf and no nbf", { csrf: false, notBefore: false }],
  ])("rotates with %s", async (_what, options) => {
    const { jwt } = rotating(options);
    const { refreshToken } = await jwt.createTokens("ada");
    const one = await jwt.rotateRefreshToken(refreshToken);
    expect((await jwt.rotateRefreshToken(refreshToken)).refreshToken).toBe(one.refreshToken);
    expect(Object.keys(payloadOf(one.refreshToken)).sort()).toEqual(Object.keys(payloadOf(refreshToken)).sort());
    expect((await askRoute(jwt)(bearer(one.accessToken))).status).toBe(200);
    await expect(jwt.rotateRefreshToken(one.accessToken)).rejects.toMatchObject({ reason: "wrong_type" });
  });

  it("gives the same jti and csrf value where signatures differ each time", async () => {
    const jwt = new JwtManager({ privateKey: generateKey({ alg: "ES256" }), refreshStore: memoryRefreshStore() });
    const refreshToken = await jwt.createRefreshToken("ada");
    const [one, two] = [await jwt.rotateRefreshToken(refreshToken), await jwt.rotateRefreshToken(refreshToken)];
    expect(one.refreshToken).not.toBe(two.refreshToken);
    expect(payloadOf(one.refreshToken)).toEqual(payloadOf(two.refreshToken));
  });

  it("gives every generation other values, and no two families the same", async () => {
    const { jwt } = rotating();
    const [first, other] = [await jwt.createRefreshToken("ada"), await jwt.createRefreshToken("ada")];
    const second = (await jwt.rotateRefreshToken(first)).refreshToken;
    const third = (await jwt.rotateRefreshToken(second)).refreshToken;
    const tokens = [first, other, second, third].map(payloadOf);
    expect(new Set(tokens.map(({ jti }) => jti)).size).toBe(4);
    expect(new Set(tokens.map(({ csrf }) => csrf)).size).toBe(4);
  });
});

describe("rotateRefreshToken and endFamily", () => {
  it("take what a guard left with the request, cookies and CSRF checked", async () => {
    const { jwt } = rotating({ locations: "cookie" });
    const { refreshToken } = await jwt.createTokens("ada");
    const auth = await jwt.authenticate(
      {
        method: "POST",
        header: (name) => (name === "x-csrf-token" ? jwt.csrfToken(refreshToken) : undefined),
        cookie: () => refreshToken,
      },
      { type: "refresh" },
    );
    const rotated = await jwt.rotateRefreshToken(auth as never);
    expect(payloadOf(rotated.refreshToken).gen).toBe(1);
    expect((await jwt.rotateRefreshToken(refreshToken)).refreshToken).toBe(rotated.refreshToken);
    expect(await jwt.endFamily(auth as never)).toBe(true);
  });

  it("believe no object that looks like it: a body can hold one", async () => {
    const { jwt } = rotating();
    const claims = payloadOf(await jwt.createRefreshToken("ada"));
    for (const forged of [
      { claims, header: { alg: "HS256", typ: "JWT" }, identity: "ada", user: null, location: "json" },
      { claims },
      {},
      [],
      null,
      undefined,
      7,
    ]) {
      await expect(jwt.rotateRefreshToken(forged as never)).rejects.toMatchObject({ reason: "not_a_string" });
      await expect(jwt.endFamily(forged as never)).rejects.toMatchObject({ reason: "not_a_string" });
    }
  });

  it("take no access token for a refresh token, whatever it says of itself", async () => {
    const { jwt } = rotating({ profile: "rfc9068", issuer: "me", audience: "api", clientId: "web" });
    // As long as an access token may live.
    const refreshToken = await jwt.createRefreshToken("ada", { expiresIn: 3600 });
    const hybrid = tokenOf({ alg: "HS256", typ: "at+jwt", kid: KEY.kid }, payloadOf(refreshToken), KEY);
    const input = inputOf({ authorization: `Bearer ${hybrid}` });
    const auth = await jwt.authenticate(input, { type: "any", skipRevocation: true });
    for (const presented of [hybrid, auth as never])
      await expect(jwt.rotateRefreshToken(presented)).rejects.toMatchObject({ reason: "wrong_type" });
    const other = tokenOf(jwt.unverifiedHeader(refreshToken), { ...payloadOf(refreshToken), type: "access" }, KEY);
    await expect(jwt.authenticate(inputOf({ authorization: `Bearer ${other}` }))).rejects.toMatchObject({
      reason: "wrong_type",
    });
  });

  it("refuse what is no good token", async () => {
    const { jwt } = rotating();
    for (const junk of ["", "a.b.c", flaskToken({ type: "refresh" }, {}, generateKey({ alg: "HS256" }))]) {
      await expect(jwt.rotateRefreshToken(junk)).rejects.toMatchObject({ name: "TokenError" });
      await expect(jwt.endFamily(junk)).rejects.toMatchObject({ name: "TokenError" });
    }
    await expect(jwt.rotateRefreshToken(flaskToken())).rejects.toMatchObject({ reason: "wrong_type" });
  });

  it("know the tokens that belong to no family", async () => {
    const { jwt } = rotating();
    const plain = await managerOf().createRefreshToken("ada");
    await expect(jwt.rotateRefreshToken(plain)).rejects.toMatchObject({ code: "invalid_grant" });
    expect(await jwt.endFamily(plain)).toBe(false);
    expect((await askRoute(jwt)(bearer(flaskToken()))).status).toBe(200);
  });

  it("log out with an expired token too", async () => {
    const { jwt, clock } = rotating();
    const { accessToken, refreshToken } = await jwt.createTokens("ada");
    clock.ms += 1_000_000;
    expect(await jwt.endFamily(accessToken)).toBe(true);
    await expect(jwt.rotateRefreshToken(refreshToken)).rejects.toMatchObject({ code: "invalid_grant" });
  });

  it("need a store", async () => {
    const jwt = managerOf();
    await expect(jwt.rotateRefreshToken("x")).rejects.toThrow(/rotate with a refreshStore/);
    await expect(jwt.endFamily("x")).rejects.toThrow(TypeError);
  });

  it("are answered in the words of the mode", async () => {
    const { jwt } = rotating({ errors: "flask-jwt-extended" });
    const error = await jwt.rotateRefreshToken(await managerOf().createRefreshToken("ada")).catch((thrown) => thrown);
    expect(await jwt.refusalOf(error)).toMatchObject({ status: 401, body: { msg: "Token has been revoked" } });
    const usual = await rotating().jwt.refusalOf(error);
    expect(usual).toMatchObject({ status: 401, body: { code: "invalid_grant" } });
  });

  it("say of a store that answers nonsense what is wrong with it", async () => {
    const store = memoryRefreshStore();
    const { jwt } = rotating({ refreshStore: { ...store, rotate: () => false } });
    const refreshToken = await jwt.createRefreshToken("ada");
    await expect(jwt.rotateRefreshToken(refreshToken)).rejects.toThrow(/refresh store/);
  });

  it("hand on that a store is away", async () => {
    const store = memoryRefreshStore();
    let isAway = false;
    const find: RefreshStore["find"] = (id) => (isAway ? Promise.reject(new Error("away")) : store.find(id));
    const { jwt } = rotating({ refreshStore: { ...store, find } });
    const { accessToken, refreshToken } = await jwt.createTokens("ada");
    isAway = true;
    await expect(jwt.rotateRefreshToken(refreshToken)).rejects.toThrow("away");
    await expect(askRoute(jwt)(bearer(accessToken))).rejects.toThrow("away");
    isAway = false;
    expect(payloadOf((await jwt.rotateRefreshToken(refreshToken)).refreshToken).gen).toBe(1);
  });

  it("let nobody write the claims of a family", async () => {
    const { jwt } = rotating();
    for (const claims of [{ sid: "mine" }, { gen: 7 }]) {
      await expect(jwt.createAccessToken("ada", { claims })).rejects.toThrow(/is the family's/);
      await expect(jwt.createRefreshToken("ada", { claims })).rejects.toThrow(/is the family's/);
      await expect(jwt.createTokens("ada", { claims })).rejects.toThrow(/is the family's/);
      const refreshToken = await jwt.createRefreshToken("ada");
      await expect(jwt.rotateRefreshToken(refreshToken, { claims })).rejects.toThrow(/is the family's/);
    }
    await expect(
      jwt.rotateRefreshToken(await jwt.createRefreshToken("ada"), { fresh: true } as object),
    ).rejects.toThrow(/no option "fresh"/);
    expect(payloadOf(await managerOf().createAccessToken("ada", { claims: { sid: "mine" } })).sid).toBe("mine");
  });
});

describe("sqliteRefreshStore", () => {
  it("outlives the process that began a family, and is shared by several managers", async () => {
    const database = new DatabaseSync(":memory:");
    const manager = () => new JwtManager({ keys: [KEY], refreshStore: sqliteRefreshStore(database) });
    const refreshToken = await manager().createRefreshToken("ada");
    const all = await Promise.all([manager(), manager(), manager()].map((jwt) => jwt.rotateRefreshToken(refreshToken)));
    expect(new Set(all.map((rotated) => rotated.refreshToken)).size).toBe(1);
    const rows = database.prepare("SELECT identity, generation FROM latchkey_refresh_families").all();
    expect(rows).toEqual([{ identity: "ada", generation: 1 }]);
    database.prepare("DELETE FROM latchkey_refresh_families WHERE identity = ?").run("ada");
    await expect(manager().rotateRefreshToken(refreshToken)).rejects.toMatchObject({ code: "invalid_grant" });
  });

  it("drops the families that have ended long ago", async () => {
    const database = new DatabaseSync(":memory:");
    const { jwt, clock } = rotating({ refreshStore: sqliteRefreshStore(database), refreshSeconds: 100 });
    await jwt.createRefreshToken("ada");
    clock.ms += 160_001;
    await jwt.createRefreshToken("bob");
    const rows = database.prepare("SELECT identity FROM latchkey_refresh_families").all();
    expect(rows).toEqual([{ identity: "bob" }]);
  });

  it("reads a database that gives big integers", async () => {
    const database = new DatabaseSync(":memory:");
    const big = {
      prepare: (sql: string) => {
        const statement = database.prepare(sql);
        statement.setReadBigInts(true);
        return statement;
      },
    };
    const { jwt } = rotating({ refreshStore: sqliteRefreshStore(big as never) });
    const { refreshToken } = await jwt.createTokens("ada");
    expect(payloadOf((await jwt.rotateRefreshToken(refreshToken)).refreshToken)).toMatchObject({ gen: 1 });
  });

  it("needs an open database", () => {
    for (const wrong of [undefined, null, {}, "app.db"])
      expect(() => sqliteRefreshStore(wrong as never)).toThrow(TypeError);
  });
});

describe("memoryRefreshStore", () => {
  it("does not grow with families that have ended", async () => {
    const store = memoryRefreshStore();
    const family = (index: number, at: number) => ({
      id: `family ${index}`,
      identity: "ada",
      nonce: "n",
      generation: 0,
      rotatedAt: at,
      expiresAt: at + 1000,
    });
    for (let index = 0; index < 5000; index++) await store.create(family(index, index * 1000));
    const kept = Array.from({ length: 5000 }, (_, index) => store.find(`family ${index}`)).filter(
      (found) => found !== undefined,
    );
    expect(kept.length).toBeLessThan(2000);
    expect(store.find("family 4999")).toBeDefined();
  });

  it("moves a family once from a generation", async () => {
    const store = memoryRefreshStore();
    await store.create({ id: "f", identity: "ada", nonce: "n", generation: 0, rotatedAt: 1, expiresAt: 9 });
    expect([
      store.rotate("f", 0, 2),
      store.rotate("f", 0, 3),
      store.rotate("f", 5, 3),
      store.rotate("g", 0, 3),
    ]).toEqual([true, false, false, false]);
    expect(store.find("f")).toMatchObject({ generation: 1, rotatedAt: 2 });
  });
});
