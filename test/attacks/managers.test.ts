import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { DatabaseSync } from "@photostructure/sqlite";
import { type JwtManagerOptions, memoryRefreshStore, type RefreshStore, sqliteRefreshStore } from "latchkey/manager";
import { describe, expect, it } from "vitest";
import { askRoute, bearer, flaskToken, managerOf } from "../manager/ask-route.js";
import { SECONDS } from "../tokens/by-hand.js";

/** What query builders give: it can be awaited, runs only then, and is no `Promise`. */
function lazily<T>(value: T): Promise<T> {
  const settled = Promise.resolve(value);
  // biome-ignore lint/suspicious/noThenProperty: this is what such a query looks like.
  return { then: settled.then.bind(settled) } as Promise<T>;
}

describe("an answer that is a lazy query of a database", () => {
  it.each<[string, JwtManagerOptions, string]>([
    ["no user", { findUser: () => lazily(undefined) }, "user_unknown"],
    ["a null for the user", { findUser: () => lazily(null) }, "user_unknown"],
    ["a no of the application", { accepts: () => lazily(false) }, "not_accepted"],
    ["a revocation", { isRevoked: () => lazily(true) }, "revoked"],
  ])("is waited for: %s refuses", async (_what, options, reason) => {
    const asked = await askRoute(managerOf(options))(bearer(flaskToken()));
    expect(asked).toMatchObject({ status: 401, body: { reason } });
  });

  it("is waited for, where it lets somebody in", async () => {
    const options = { findUser: () => lazily({ id: 1 }), accepts: () => lazily(true), isRevoked: () => lazily(false) };
    const asked = await askRoute(managerOf(options as unknown as JwtManagerOptions))(bearer(flaskToken()));
    expect(asked.status).toBe(200);
    expect(() => managerOf(options as unknown as JwtManagerOptions).verifySync(flaskToken())).toThrow(/use verify/);
  });

  it("is waited for, where it is a key", async () => {
    const secret = flaskToken().slice(-43);
    const keyed = managerOf({ secret: undefined, algorithm: "HS256", verifyingKey: () => lazily(secret) });
    const minted = await managerOf({ secret }).createAccessToken("ada");
    expect((await askRoute(keyed)(bearer(minted))).status).toBe(200);
    expect((await askRoute(keyed)(bearer(flaskToken()))).status).toBe(401);
  });

  it("is waited for, where it is a family: one that has ended opens nothing", async () => {
    const store = memoryRefreshStore();
    const lazy: RefreshStore = {
      create: (family) => lazily(store.create(family) as undefined),
      find: (id) => lazily(store.find(id) as undefined),
      rotate: (...given) => lazily(store.rotate(...given) as boolean),
      end: (id) => lazily(store.end(id) as undefined),
    };
    const jwt = managerOf({ refreshStore: lazy });
    const { accessToken, refreshToken } = await jwt.createTokens("ada");
    expect((await askRoute(jwt)(bearer(accessToken))).status).toBe(200);
    await jwt.endFamily(refreshToken);
    expect((await askRoute(jwt)(bearer(accessToken))).status).toBe(401);
  });
});

describe("a mistake that would open a route", () => {
  it("is refused: a user that is false", async () => {
    const jwt = managerOf({ findUser: () => false as unknown as undefined });
    expect(await askRoute(jwt)(bearer(flaskToken()))).toMatchObject({ status: 401, body: { reason: "user_unknown" } });
  });

  it("is refused: a list of roles that names none", () => {
    expect(() => askRoute(managerOf(), { roles: [] })).toThrow(/^roles must/);
  });

  it.each([[undefined], [null], [0], [["refresh"]]])(
    "is no access token: a refresh token whose loader says the type %j",
    async (type) => {
      for (const profile of ["flask-jwt-extended", "jwt"] as const) {
        const jwt = managerOf({ profile, extraClaims: () => ({ type }) });
        const minted = await jwt.createRefreshToken("ada").catch((error: Error) => error);
        if (minted instanceof TypeError) continue;
        expect((await askRoute(jwt)(bearer(minted as string))).status).toBe(401);
        expect((await askRoute(jwt, { type: "refresh" })(bearer(minted as string))).status).toBe(200);
      }
    },
  );

  it.each([[undefined], [""]])("is no match: the csrf value %j of a request that has none", async (csrf) => {
    for (const token of [flaskToken(), flaskToken({ csrf: "" })])
      await expect(managerOf().decodeToken(token, { csrf })).rejects.toMatchObject({ code: "csrf", reason: "missing" });
  });

  it.each([
    ["in milliseconds", SECONDS * 1000],
    ["in an hour", SECONDS + 3600],
    ["as a text", String(SECONDS)],
    ["as a list", [SECONDS]],
  ])("is no log-in of late: one %s", async (_what, auth_time) => {
    const asked = await askRoute(managerOf(), { fresh: 300 })(bearer(flaskToken({ auth_time })));
    expect(asked).toMatchObject({ status: 401, body: { reason: "not_fresh" } });
  });

  it("is a log-in of late: one by a clock that is a little ahead", async () => {
    const ahead = flaskToken({ auth_time: SECONDS + 3 });
    expect((await askRoute(managerOf(), { fresh: 300 })(bearer(ahead))).status).toBe(200);
  });

  it.each([[["a"]], [{ $ne: null }], [null], [5], [""]])("is of no family: a token whose sid is %j", async (sid) => {
    const stores = [memoryRefreshStore(), sqliteRefreshStore(new DatabaseSync(":memory:"))];
    for (const refreshStore of stores) {
      const seen: unknown[] = [];
      const find: RefreshStore["find"] = (id) => {
        seen.push(id);
        return refreshStore.find(id);
      };
      const watched: RefreshStore = { ...refreshStore, find };
      const jwt = managerOf({ refreshStore: watched });
      const refresh = flaskToken({ sid, gen: 0, type: "refresh" });
      expect(await askRoute(jwt)(bearer(flaskToken({ sid })))).toMatchObject({ body: { reason: "revoked" } });
      expect((await askRoute(jwt, { type: "refresh" })(bearer(refresh))).status).toBe(401);
      await expect(jwt.rotateRefreshToken(refresh)).rejects.toMatchObject({ code: "invalid_grant" });
      expect(await jwt.endFamily(refresh)).toBe(false);
      expect(seen.filter((id) => typeof id !== "string" || id === "")).toEqual([]);
    }
  });
});

it("a store of families keeps its database, which would be closed where nobody else holds it", async () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const stores = Array.from({ length: 100 }, () => sqliteRefreshStore(new DatabaseSync(":memory:")));
  for (let round = 0; round < 10; round++) {
    collect();
    await nextTurn();
  }
  for (const [index, store] of stores.entries()) {
    const id = String(index);
    store.create({ id, identity: "ada", nonce: "n", generation: 0, rotatedAt: 1, expiresAt: 2 });
    expect(store.find(id)).toMatchObject({ id });
  }
});
