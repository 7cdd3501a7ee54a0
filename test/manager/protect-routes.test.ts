import type { Location, RouteOptions } from "latchkey/manager";
import { describe, expect, it } from "vitest";
import { SECONDS } from "../tokens/by-hand.js";
import { type Asked, askRoute, bearer, flaskToken, inputOf, managerOf, now } from "./ask-route.js";

const EXPIRED = { iat: SECONDS - 1000, nbf: SECONDS - 1000, exp: SECONDS - 100 };
const ALL: readonly Location[] = ["header", "cookie", "query", "json"];
const inJson = (body: unknown, type = "application/json"): Asked => ({
  method: "POST",
  headers: { "content-type": type },
  body: JSON.stringify(body),
});

describe("a protected route", () => {
  it.each<[string, Asked, Location]>([
    ["the header", bearer(flaskToken()), "header"],
    ["the cookie", { headers: { cookie: `a=b; access_token_cookie=${flaskToken()}` } }, "cookie"],
    ["the query", { query: `?jwt=${flaskToken()}` }, "query"],
    ["JSON", inJson({ access_token: flaskToken() }), "json"],
    ["JSON with a charset", inJson({ access_token: flaskToken() }, "application/json; charset=UTF-8"), "json"],
  ])("finds the token in %s, and tells where", async (_what, asked, where) => {
    expect(await askRoute(managerOf({ locations: ALL }))(asked)).toMatchObject({
      status: 200,
      body: { who: "ada", where },
    });
    const others = ALL.filter((location) => location !== where);
    expect(await askRoute(managerOf({ locations: others }))(asked)).toMatchObject({ status: 401 });
    expect(await askRoute(managerOf({ locations: ALL }), { locations: others })(asked)).toMatchObject({ status: 401 });
    expect(await askRoute(managerOf({ locations: others }), { locations: where })(asked)).toMatchObject({
      status: 200,
    });
  });

  it("lets the first place decide, whatever a later one holds", async () => {
    const both = { headers: { authorization: "Bearer a.b.c", cookie: `access_token_cookie=${flaskToken()}` } };
    expect(await askRoute(managerOf({ locations: ["cookie", "header"] }))(both)).toMatchObject({ status: 200 });
    expect(await askRoute(managerOf({ locations: ["header", "cookie"] }))(both)).toMatchObject({ status: 401 });
  });

  it.each<[string, object, Asked, RouteOptions]>([
    [
      "a header",
      { header: { name: "X-Token", schemes: ["JWT"] } },
      { headers: { "x-token": `JWT ${flaskToken()}` } },
      {},
    ],
    ["a header that is the token", { header: { schemes: [""] } }, { headers: { authorization: flaskToken() } }, {}],
    [
      "a query",
      { locations: "query", query: { name: "t", prefix: "Bearer " } },
      { query: `?t=Bearer%20${flaskToken()}` },
      {},
    ],
    ["a member", { locations: "json", json: { access: "a" } }, inJson({ a: flaskToken() }), {}],
    [
      "the refresh member",
      { locations: "json", json: { access: "a", refresh: "r" } },
      inJson({ r: flaskToken({ type: "refresh" }) }),
      { type: "refresh" },
    ],
    [
      "a cookie",
      { locations: "cookie", cookies: { accessName: "acc" } },
      { headers: { cookie: `acc=${flaskToken()}` } },
      {},
    ],
    [
      "the refresh cookie",
      { locations: "cookie", cookies: { refreshName: "ref" } },
      { headers: { cookie: `ref=${flaskToken({ type: "refresh" })}` } },
      { type: "refresh" },
    ],
  ])("finds it under another name: %s", async (_what, options, asked, route) => {
    expect(await askRoute(managerOf(options), route)(asked)).toMatchObject({ status: 200 });
    expect(await askRoute(managerOf({ locations: ALL }), route)(asked)).not.toMatchObject({ status: 200 });
  });

  it.each([
    ["in any case", `bEARER ${flaskToken()}`],
    ["behind another one", `Basic YTpi, Bearer ${flaskToken()}`],
    ["before another one", `Bearer ${flaskToken()}, Basic YTpi`],
    ["with commas around it", `, Bearer ${flaskToken()}, ,`],
  ])("reads a scheme %s", async (_what, authorization) => {
    expect(await askRoute(managerOf())({ headers: { authorization } })).toMatchObject({ status: 200 });
  });

  it.each<[string, RouteOptions, object, number]>([
    ["an access token where one is wanted", {}, {}, 200],
    ["a refresh token there", {}, { type: "refresh" }, 401],
    ["a token without a type there", {}, { type: undefined }, 200],
    ["a token of a type of one's own there", {}, { type: "app" }, 401],
    ["a token whose type is null there", {}, { type: null }, 401],
    ["a refresh token where one is wanted", { type: "refresh" }, { type: "refresh" }, 200],
    ["an access token there", { type: "refresh" }, {}, 401],
    ["a token without a type there", { type: "refresh" }, { type: undefined }, 401],
    ["a refresh token where any will do", { type: "any" }, { type: "refresh" }, 200],
    ["a token of one's own there", { type: "any" }, { type: "app" }, 200],
    ["a fresh token where one is wanted", { fresh: true }, { fresh: true }, 200],
    ["a stale one there", { fresh: true }, {}, 401],
    ["one that is fresh for a while there", { fresh: true }, { fresh: SECONDS + 1.5 }, 200],
    ["one that was", { fresh: true }, { fresh: SECONDS - 1 }, 401],
    ["a refresh token there", { fresh: true }, { fresh: true, type: "refresh" }, 401],
    ["an expired token on an optional route", { optional: true }, EXPIRED, 401],
    ["an expired token where bad ones count as none", { optional: "lenient" }, EXPIRED, 200],
  ])("answers %s with %j and %j by %i", async (_what, route, claims, status) => {
    const ask = askRoute(managerOf(), route);
    expect((await ask(bearer(flaskToken(claims as Record<string, unknown>)))).status).toBe(status);
  });

  it.each(["", "Basic YTpi", "Foo 1, Baz 2"])("lets nobody through on an optional route: %j", async (authorization) => {
    const ask = askRoute(managerOf(), { optional: true });
    expect(await ask({ headers: { authorization } })).toMatchObject({ status: 200, body: "nobody" });
  });

  it.each(["Bearer", "Bearer xxx", "Foo 1, Bearer 2, Baz, 3", "Bearer ,,0"])(
    "does not take a bad token for none: %j",
    async (authorization) => {
      const ask = askRoute(managerOf(), { optional: true });
      expect(await ask({ headers: { authorization } })).toMatchObject({ status: 401, body: { code: "invalid_token" } });
    },
  );

  it("looks for no token of OPTIONS, whatever it wants", async () => {
    for (const route of [{}, { type: "refresh" }, { fresh: true }, { roles: ["admin"] }] as const)
      expect(await askRoute(managerOf(), route)({ method: "OPTIONS" })).toMatchObject({ status: 200, body: "nobody" });
  });

  it("knows the tokens of rfc9068 and jwt apart by their type", async () => {
    for (const options of [
      { profile: "jwt" },
      { profile: "rfc9068", issuer: "me", audience: "api", clientId: "web" },
    ] as const) {
      const jwt = managerOf(options);
      const [access, refresh] = [
        await jwt.createAccessToken("ada", { fresh: true }),
        await jwt.createRefreshToken("ada"),
      ];
      const statusOf = async (route: RouteOptions, token: string) => (await askRoute(jwt, route)(bearer(token))).status;
      expect(await statusOf({ fresh: true }, access)).toBe(200);
      expect(await statusOf({}, refresh)).toBe(401);
      expect(await statusOf({ type: "refresh" }, refresh)).toBe(200);
      expect(await statusOf({ type: "refresh" }, access)).toBe(401);
      expect(await statusOf({ type: "any" }, refresh)).toBe(200);
      expect(await statusOf({ fresh: true }, await jwt.createAccessToken("ada"))).toBe(401);
    }
  });
});

describe("the loaders of a route", () => {
  it("are asked in their order, each once, with claims and header", async () => {
    const asked: unknown[] = [];
    const noting =
      <T>(name: string, answer: T) =>
      (claims: unknown, header: unknown) => {
        asked.push([name, claims, header]);
        return answer;
      };
    const jwt = managerOf({
      isRevoked: noting("isRevoked", false),
      accepts: noting("accepts", true),
      findUser: noting("findUser", undefined),
    });
    await askRoute(jwt)(bearer(flaskToken()));
    const given = [expect.objectContaining({ sub: "ada" }), { alg: "HS256", typ: "JWT" }];
    expect(asked).toEqual([
      ["isRevoked", ...given],
      ["accepts", ...given],
      ["findUser", ...given],
    ]);
  });

  it("are not asked once one of them refused, nor for a token that is not good", async () => {
    const unasked = () => expect.unreachable();
    const token = flaskToken();
    const statusOf = async (options: object, given = token, route: RouteOptions = {}) =>
      (await askRoute(managerOf({ errors: "flask-jwt-extended", ...options }), route)(bearer(given))).status;
    expect(await statusOf({ isRevoked: () => true, accepts: unasked, findUser: unasked })).toBe(401);
    expect(await statusOf({ accepts: () => false, findUser: unasked })).toBe(400);
    const none = { isRevoked: unasked, accepts: unasked, findUser: unasked };
    expect(await statusOf(none, "a.b.c")).toBe(422);
    expect(await statusOf(none, flaskToken(EXPIRED))).toBe(401);
    expect(await statusOf(none, flaskToken({ type: "refresh" }))).toBe(422);
    expect(await statusOf(none, token, { fresh: true })).toBe(401);
  });

  it("skip revocation where the route says so", async () => {
    const jwt = managerOf({ isRevoked: () => true });
    expect(await askRoute(jwt)(bearer(flaskToken()))).toMatchObject({ status: 401, body: { reason: "revoked" } });
    expect(await askRoute(jwt, { skipRevocation: true })(bearer(flaskToken()))).toMatchObject({ status: 200 });
  });

  it("are asked for refresh tokens too", async () => {
    const revoked = new Set(["r-1"]);
    const jwt = managerOf({ isRevoked: async ({ jti }) => revoked.has(jti as string) });
    const ask = askRoute(jwt, { type: "refresh" });
    expect((await ask(bearer(flaskToken({ type: "refresh", jti: "r-1" })))).status).toBe(401);
    expect((await ask(bearer(flaskToken({ type: "refresh", jti: "r-2" })))).status).toBe(200);
  });

  it("refuse what is not plainly accepted, and no more than is plainly revoked", async () => {
    expect((await askRoute(managerOf({ accepts: () => undefined as never }))(bearer(flaskToken()))).status).toBe(401);
    expect((await askRoute(managerOf({ isRevoked: () => undefined as never }))(bearer(flaskToken()))).status).toBe(200);
  });

  it("that fail are a fault of the application, not a refusal", async () => {
    const away = new Error("away");
    const atOnce = () => {
      throw away;
    };
    for (const name of ["isRevoked", "accepts", "findUser"])
      for (const failing of [() => Promise.reject(away), atOnce])
        await expect(askRoute(managerOf({ [name]: failing }))(bearer(flaskToken()))).rejects.toBe(away);
  });

  it("are not asked for nobody", async () => {
    const jwt = managerOf({ findUser: () => expect.unreachable() });
    expect(await askRoute(jwt, { optional: true })()).toMatchObject({ body: "nobody" });
  });
});

describe("authenticate", () => {
  it("asks without a framework, and rejects with what refuses", async () => {
    const jwt = managerOf();
    const input = inputOf({ authorization: `Bearer ${flaskToken()}` });
    expect(await jwt.authenticate(input)).toMatchObject({ identity: "ada", location: "header" });
    expect(await jwt.authenticate(inputOf({}), { optional: true })).toBeUndefined();
    expect(await jwt.authenticate(inputOf({}, "OPTIONS"), {})).toBeUndefined();
    await expect(jwt.authenticate(inputOf({}))).rejects.toMatchObject({ code: "token_required" });
    await expect(jwt.authenticate(input, { type: "refresh" })).rejects.toMatchObject({ reason: "wrong_type" });
    await expect(jwt.authenticate(input, { locations: "nowhere" as Location })).rejects.toThrow(TypeError);
  });
});

describe("authOf and findAuth", () => {
  it("say that a guard is missing where none let the request through", () => {
    const jwt = managerOf();
    expect(() => jwt.authOf({})).toThrow(/passed no requireToken/);
    expect(() => jwt.findAuth(new Request("https://a.example"))).toThrow(TypeError);
  });
});

describe("the clock", () => {
  it("is asked for every check, also of a token that is remembered", async () => {
    let time = now();
    const jwt = managerOf({ now: () => time });
    const token = await jwt.createAccessToken("ada", { fresh: 60 });
    const fresh = askRoute(jwt, { fresh: true });
    expect((await fresh(bearer(token))).status).toBe(200);
    time += 61_000;
    expect(await fresh(bearer(token))).toMatchObject({ body: { reason: "not_fresh" } });
    time += 900_000;
    expect(await askRoute(jwt)(bearer(token))).toMatchObject({ body: { reason: "expired" } });
  });
});
