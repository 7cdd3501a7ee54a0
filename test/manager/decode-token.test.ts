import { describe, expect, it } from "vitest";
import { SECONDS } from "../tokens/by-hand.js";
import { flaskToken, KEY, managerOf } from "./ask-route.js";

const EXPIRED = { iat: SECONDS - 1000, nbf: SECONDS - 1000, exp: SECONDS - 100 };

describe("decodeToken", () => {
  it("reads tokens of either type, and of types of one's own", async () => {
    const jwt = managerOf();
    expect(await jwt.decodeToken(await jwt.createAccessToken("ada"))).toMatchObject({ sub: "ada", type: "access" });
    expect(await jwt.decodeToken(await jwt.createRefreshToken("ada"))).toMatchObject({ sub: "ada", type: "refresh" });
    expect(await jwt.decodeToken(flaskToken({ type: "app" }))).toMatchObject({ type: "app" });
  });

  it("takes for granted what Flask-JWT-Extended does of a token that does not say it", async () => {
    const claims = await managerOf().decodeToken(flaskToken({ type: undefined, fresh: undefined, jti: undefined }));
    expect(claims).toMatchObject({ type: "access", fresh: false });
    expect(claims.jti).toBeUndefined();
    const plain = await managerOf({ profile: "jwt" }).decodeToken(flaskToken({ type: undefined, fresh: undefined }));
    expect(plain).not.toHaveProperty("type");
  });

  it("asks neither revocation, nor the own check, nor the user", async () => {
    const jwt = managerOf({ isRevoked: () => true, accepts: () => false, findUser: () => undefined });
    expect(await jwt.decodeToken(flaskToken())).toMatchObject({ sub: "ada" });
  });

  it("compares a csrf value", async () => {
    const jwt = managerOf();
    expect(await jwt.decodeToken(flaskToken(), { csrf: "a csrf value" })).toMatchObject({ sub: "ada" });
    for (const csrf of ["another", "a csrf value "])
      await expect(jwt.decodeToken(flaskToken(), { csrf })).rejects.toMatchObject({ code: "csrf", reason: "mismatch" });
    await expect(jwt.decodeToken(flaskToken({ csrf: undefined }), { csrf: "x" })).rejects.toMatchObject({
      reason: "claim_missing",
      claim: "csrf",
    });
  });

  it("lets an expired token pass where it is told to, and nothing else", async () => {
    const jwt = managerOf();
    const allowed = { allowExpired: true };
    await expect(jwt.decodeToken(flaskToken(EXPIRED))).rejects.toMatchObject({ reason: "expired" });
    expect(await jwt.decodeToken(flaskToken(EXPIRED), allowed)).toMatchObject({ sub: "ada" });
    await expect(jwt.decodeToken(flaskToken({ nbf: SECONDS + 100 }), allowed)).rejects.toMatchObject({
      reason: "not_yet_valid",
    });
    await expect(jwt.decodeToken(`${flaskToken(EXPIRED)}A`, allowed)).rejects.toMatchObject({ name: "TokenError" });
  });

  it("refuses options that there are not", async () => {
    await expect(managerOf().decodeToken(flaskToken(), { expired: true } as object)).rejects.toThrow(
      /no option "expired"/,
    );
  });

  it("knows a leeway of five seconds, or the one that is given", async () => {
    const late = (seconds: number) => flaskToken({ ...EXPIRED, exp: SECONDS - seconds });
    expect(await managerOf().decodeToken(late(4))).toMatchObject({ sub: "ada" });
    await expect(managerOf().decodeToken(late(5))).rejects.toMatchObject({ reason: "expired" });
    await expect(managerOf({ leeway: 0 }).decodeToken(late(0))).rejects.toMatchObject({ reason: "expired" });
    expect(await managerOf({ leeway: 60 }).decodeToken(late(59))).toMatchObject({ sub: "ada" });
    const early = flaskToken({ nbf: SECONDS + 10 });
    await expect(managerOf().decodeToken(early)).rejects.toMatchObject({ reason: "not_yet_valid" });
    expect(await managerOf({ leeway: 10 }).decodeToken(early)).toMatchObject({ sub: "ada" });
  });

  it.each<[string, object, object, boolean]>([
    ["an audience that nobody wants", {}, { aud: "api" }, true],
    ["one of two audiences", { audience: "api" }, { aud: ["shop", "api"] }, true],
    ["one of two that are wanted", { audience: ["a", "b"] }, { aud: "b" }, true],
    ["no audience where one is written", { audience: { mint: "api" } }, {}, true],
    ["another audience", { audience: { verify: "api" } }, { aud: "shop" }, false],
    ["an issuer that nobody wants", {}, { iss: "you" }, true],
    ["the issuer", { issuer: { verify: "you" } }, { iss: "you" }, true],
    ["another issuer", { issuer: "me" }, { iss: "you" }, false],
    ["no issuer where one is written", { issuer: { mint: "me" } }, {}, true],
  ])("with %s decides as the original does", async (_what, options, claims, good) => {
    const decoded = managerOf(options).decodeToken(flaskToken(claims as Record<string, unknown>));
    if (good) expect(await decoded).toMatchObject({ sub: "ada" });
    else await expect(decoded).rejects.toMatchObject({ code: "invalid_token" });
  });

  it.each([123, {}, [], false, null, "", undefined])("refuses %j as a sub", async (sub) => {
    await expect(managerOf().decodeToken(flaskToken({ sub }))).rejects.toMatchObject({ claim: "sub" });
  });

  it("takes a number for a sub where that is allowed, and gives its text", async () => {
    expect(await managerOf({ stringSubject: false }).decodeToken(flaskToken({ sub: 123 }))).toMatchObject({
      sub: "123",
    });
  });

  it("finds the identity under another name, and gives it as sub too", async () => {
    const jwt = managerOf({ identityClaim: "uid" });
    expect(await jwt.decodeToken(await jwt.createAccessToken("ada"))).toMatchObject({ uid: "ada", sub: "ada" });
  });

  it.each([null, undefined, 5, {}, [], "", ".", "..", "a.b.c", "a.b.c.d.e", "\u0000", "x".repeat(100_000)])(
    "refuses %j with a TokenError",
    async (junk) => {
      const jwt = managerOf();
      await expect(jwt.decodeToken(junk as string)).rejects.toMatchObject({ name: "TokenError" });
      await expect(jwt.jti(junk as string)).rejects.toMatchObject({ name: "TokenError" });
      expect(() => jwt.csrfToken(junk as string)).toThrow(expect.objectContaining({ name: "TokenError" }));
      expect(() => jwt.verifySync(junk as string)).toThrow(expect.objectContaining({ name: "TokenError" }));
      await expect(jwt.verify(junk as string)).rejects.toMatchObject({ name: "TokenError" });
    },
  );
});

describe("jti, csrfToken and unverifiedHeader", () => {
  it("read what their names say", async () => {
    const jwt = managerOf();
    expect(await jwt.jti(flaskToken())).toBe("4c1f5a70-0000-4000-8000-000000000001");
    expect(await jwt.jti(flaskToken({ jti: undefined }))).toBeUndefined();
    expect(jwt.csrfToken(flaskToken())).toBe("a csrf value");
    expect(jwt.unverifiedHeader(flaskToken({}, { tenant: "one" }))).toEqual({
      alg: "HS256",
      typ: "JWT",
      tenant: "one",
    });
  });

  it("believe no token that is not good, but for its header", async () => {
    const jwt = managerOf();
    const forged = `${flaskToken().slice(0, -6)}AAAAAA`;
    await expect(jwt.jti(forged)).rejects.toMatchObject({ reason: "bad_signature" });
    await expect(jwt.jti(flaskToken(EXPIRED))).rejects.toMatchObject({ reason: "expired" });
    expect(() => jwt.csrfToken(forged)).toThrow(expect.objectContaining({ reason: "bad_signature" }));
    expect(jwt.unverifiedHeader(forged)).toMatchObject({ alg: "HS256" });
  });

  it("say where there is nothing to read", () => {
    const jwt = managerOf();
    expect(() => jwt.csrfToken(flaskToken({ csrf: undefined }))).toThrow("This token has no csrf claim.");
    for (const junk of ["", "abc", "{}.a.b", undefined, 7, null])
      expect(() => jwt.unverifiedHeader(junk as string)).toThrow(expect.objectContaining({ name: "TokenError" }));
  });
});

describe("verify and verifySync", () => {
  it("check what a route without options checks", async () => {
    const token = flaskToken();
    for (const [options, reason] of [
      [{ isRevoked: () => true }, "revoked"],
      [{ accepts: () => false }, "not_accepted"],
      [{ findUser: () => null as never }, "user_unknown"],
    ] as const) {
      const jwt = managerOf(options);
      expect(() => jwt.verifySync(token)).toThrow(expect.objectContaining({ reason }));
      await expect(jwt.verify(token)).rejects.toMatchObject({ reason });
    }
    expect(() => managerOf().verifySync(flaskToken({ type: "refresh" }))).toThrow(
      expect.objectContaining({ reason: "wrong_type" }),
    );
  });

  it("wait for loaders that answer later, or say that they would have to", async () => {
    const jwt = managerOf({ isRevoked: async () => false });
    expect(await jwt.verify(flaskToken())).toMatchObject({ sub: "ada" });
    expect(() => jwt.verifySync(flaskToken())).toThrow(/answers with a promise.*use verify/);
    expect(jwt.verifySync(flaskToken(), { skipRevocation: true })).toMatchObject({ sub: "ada" });
    const failing = managerOf({ isRevoked: () => Promise.reject(new Error("away")) });
    expect(() => failing.verifySync(flaskToken())).toThrow(TypeError);
  });

  it("let pass what they are told to", () => {
    const jwt = managerOf({ isRevoked: () => true });
    expect(jwt.verifySync(flaskToken(), { skipRevocation: true })).toMatchObject({ sub: "ada" });
    const expired = flaskToken(EXPIRED);
    expect(managerOf().verifySync(expired, { allowExpired: true })).toMatchObject({ sub: "ada" });
    expect(managerOf().inspectSync(flaskToken())).toMatchObject({
      header: { alg: "HS256" },
      profile: "flask-jwt-extended",
      kid: KEY.kid,
    });
  });
});
