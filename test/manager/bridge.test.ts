import { JwtManager, memoryRefreshStore } from "latchkey/manager";
import { createRevocations, createVerifier, generateKey, type Key } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { SECONDS, tokenOf } from "../tokens/by-hand.js";
import { askRoute, bearer, flaskToken, KEY, managerOf, now } from "./ask-route.js";

const oldKey: Key = generateKey({ alg: "HS256" });
const oldVerifier = createVerifier({ profile: "flask-jwt-extended", keys: [oldKey], now });
const EXPIRED = { iat: SECONDS - 1000, nbf: SECONDS - 1000, exp: SECONDS - 100 };
const oldToken = (claims: Record<string, unknown> = {}) => flaskToken(claims, {}, oldKey);

describe("a bridge", () => {
  it("lets the tokens of the old application in, beside our own", async () => {
    const ask = askRoute(managerOf({ bridge: [oldVerifier] }));
    expect(await ask(bearer(oldToken({ sub: "old" })))).toMatchObject({ status: 200, body: { who: "old" } });
    expect(await ask(bearer(flaskToken()))).toMatchObject({ status: 200, body: { who: "ada" } });
    expect(await askRoute(managerOf())(bearer(oldToken()))).toMatchObject({ status: 401 });
  });

  it("ends at its date", async () => {
    let time = now();
    const until = new Date(time + 1000);
    const jwt = managerOf({ now: () => time, bridge: [{ verifier: oldVerifier, until }] });
    expect((await askRoute(jwt)(bearer(oldToken()))).status).toBe(200);
    time += 1000;
    expect(await askRoute(jwt)(bearer(oldToken()))).toMatchObject({ status: 401, body: { reason: "bad_signature" } });
    expect((await askRoute(jwt)(bearer(await jwt.createAccessToken("ada")))).status).toBe(200);
  });

  it("says of an old token that it has expired, so that the old page refreshes", async () => {
    const ask = askRoute(managerOf({ errors: "flask-jwt-extended", bridge: [oldVerifier] }));
    expect(await ask(bearer(oldToken(EXPIRED)))).toMatchObject({ status: 401, body: { msg: "Token has expired" } });
    expect(await ask(bearer(flaskToken(EXPIRED)))).toMatchObject({ status: 401, body: { msg: "Token has expired" } });
    const stranger = flaskToken({}, {}, generateKey({ alg: "HS256" }));
    expect(await ask(bearer(stranger))).toMatchObject({ status: 422, body: { msg: "Signature verification failed" } });
  });

  it("knows the types of old tokens, and asks the loaders of them too", async () => {
    const jwt = managerOf({ bridge: [oldVerifier], isRevoked: ({ jti }) => jti === "gone" });
    expect((await askRoute(jwt)(bearer(oldToken({ type: "refresh" })))).status).toBe(401);
    expect((await askRoute(jwt, { type: "refresh" })(bearer(oldToken({ type: "refresh" })))).status).toBe(200);
    expect(await askRoute(jwt)(bearer(oldToken({ jti: "gone" })))).toMatchObject({ body: { reason: "revoked" } });
  });

  it("reads the other profiles, with the same secret too", async () => {
    const jwt = managerOf({
      bridge: [
        createVerifier({ profile: "flask-jwt", keys: [KEY], now }),
        createVerifier({ profile: "itsdangerous", keys: [KEY], now }),
      ],
    });
    const flaskJwt = { exp: SECONDS + 290, iat: SECONDS, nbf: SECONDS, identity: 7 };
    expect(await askRoute(jwt)(bearer(tokenOf({ alg: "HS256", typ: "JWT" }, flaskJwt, KEY)))).toMatchObject({
      body: { who: "7" },
    });
    const dangerous = tokenOf({ alg: "HS256", iat: SECONDS, exp: SECONDS + 100 }, { id: 8 }, KEY);
    expect(await askRoute(jwt)(bearer(dangerous))).toMatchObject({ body: { who: "8" } });
    expect(await jwt.decodeToken(dangerous)).toMatchObject({ id: 8, exp: SECONDS + 100 });
    expect((await askRoute(jwt)(bearer(tokenOf({ alg: "HS256" }, { id: 8 }, KEY)))).status).toBe(401);
  });

  it("parses old claims by the schema, so that their type is true", async () => {
    const schema = z.object({ role: z.string().default("guest") });
    const strict = z.object({ role: z.string() });
    const jwt = new JwtManager({ keys: [KEY], now, claims: schema, bridge: [oldVerifier] });
    expect((await jwt.decodeToken(oldToken())).role).toBe("guest");
    expect((await jwt.decodeToken(oldToken({ role: "admin" }))).role).toBe("admin");
    const refusing = new JwtManager({ keys: [KEY], now, claims: strict, bridge: [oldVerifier] });
    await expect(refusing.decodeToken(oldToken())).rejects.toMatchObject({ reason: "claim_invalid", claim: "role" });
  });

  it("leaves revocation to the old verifier too", async () => {
    const revocations = createRevocations({ now });
    const jwt = managerOf({
      bridge: [createVerifier({ profile: "flask-jwt-extended", keys: [oldKey], now, revocations })],
    });
    revocations.add({ token: "old-1" });
    const token = oldToken({ jti: "old-1" });
    expect(await askRoute(jwt)(bearer(token))).toMatchObject({ status: 401, body: { reason: "revoked" } });
    expect(await jwt.decodeToken(token)).toMatchObject({ sub: "ada" });
  });

  it("has nothing to do with our families", async () => {
    const jwt = managerOf({ bridge: [oldVerifier], refreshStore: memoryRefreshStore() });
    const token = oldToken({ sid: "theirs" });
    expect((await askRoute(jwt)(bearer(token))).status).toBe(200);
    const refresh = oldToken({ sid: "theirs", gen: 0, type: "refresh" });
    expect((await askRoute(jwt, { type: "refresh" })(bearer(refresh))).status).toBe(200);
    await expect(jwt.rotateRefreshToken(refresh)).rejects.toMatchObject({ code: "invalid_grant" });
    for (const old of [token, oldToken({ sid: "theirs", fresh: undefined })]) {
      expect((await askRoute(jwt)(bearer(old))).status).toBe(200);
      expect(await jwt.endFamily(old)).toBe(false);
    }
  });

  it("cannot move or end a family of ours, even by its name", async () => {
    const jwt = managerOf({ bridge: [oldVerifier], refreshStore: memoryRefreshStore() });
    const refreshToken = await jwt.createRefreshToken("ada");
    const { sid } = await jwt.decodeToken(refreshToken);
    const forged = oldToken({ sid, gen: 0, type: "refresh" });
    await expect(jwt.rotateRefreshToken(forged)).rejects.toMatchObject({ code: "invalid_grant" });
    expect(await jwt.endFamily(forged)).toBe(false);
    expect((await jwt.rotateRefreshToken(refreshToken)).claims.gen).toBe(0);
  });

  it("goes together with a loader of keys that answers later", async () => {
    const jwt = managerOf({ bridge: [oldVerifier], verifyingKey: async () => KEY });
    expect(await jwt.verify(oldToken({ sub: "old" }))).toMatchObject({ sub: "old" });
    expect(await jwt.verify(flaskToken())).toMatchObject({ sub: "ada" });
  });
});
