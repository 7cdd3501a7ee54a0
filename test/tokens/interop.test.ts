import { createPublicKey } from "node:crypto";
import { createVerifier as createFastVerifier, createSigner } from "fast-jwt";
import {
  CompactSign,
  calculateJwkThumbprint,
  compactVerify,
  createLocalJWKSet,
  exportJWK,
  importJWK,
  importPKCS8,
  importSPKI,
  jwtVerify,
  SignJWT,
} from "jose";
import jsonwebtoken from "jsonwebtoken";
import {
  type Algorithm,
  createIssuer,
  exportKey,
  importKey,
  type Key,
  signJws,
  toJwks,
  verifyJws,
} from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { ALGORITHMS, AUDIENCE, claimsOf, headerOf, ISSUER, keyOf, NOW, SECONDS, verifierOf } from "./by-hand.js";

const EXPECTED = { issuer: ISSUER, audience: AUDIENCE };

function publicHandle(key: Key) {
  return key.kind === "secret" ? key.handle : createPublicKey(key.handle);
}

function mint(key: Key): string {
  return createIssuer({ ...EXPECTED, clientId: "web", keys: [key], now: () => NOW }).mint({
    sub: "42",
    roles: ["editor"],
    name: "Zoë \u{1F511}",
  });
}

describe.each(ALGORITHMS)("%s and jose", (alg) => {
  const key = keyOf(alg);

  it("jose verifies what Latchkey mints", async () => {
    const { payload, protectedHeader } = await jwtVerify(mint(key), publicHandle(key), {
      ...EXPECTED,
      algorithms: [alg],
      typ: "at+jwt",
      currentDate: new Date(NOW),
    });
    expect(payload).toMatchObject({ sub: "42", roles: ["editor"], name: "Zoë \u{1F511}", exp: SECONDS + 600 });
    expect(protectedHeader).toEqual({ alg, typ: "at+jwt", kid: key.kid });
  });

  it("Latchkey verifies what jose signs", async () => {
    const token = await new SignJWT(claimsOf()).setProtectedHeader(headerOf(key) as { alg: string }).sign(key.handle);
    expect(verifierOf(key).verifySync(token)).toEqual(claimsOf());
  });

  it("compact JWS of any bytes pass both ways", async () => {
    const bytes = new Uint8Array([0, 255, 128, 10]);
    expect(new Uint8Array((await compactVerify(signJws(bytes, key), publicHandle(key))).payload)).toEqual(bytes);
    const token = await new CompactSign(bytes).setProtectedHeader({ alg, kid: key.kid }).sign(key.handle);
    expect(new Uint8Array(verifyJws(token, [key]).payload)).toEqual(bytes);
  });

  it("keys pass both ways as JWK, with the same thumbprint", async () => {
    const jwk = exportKey(key);
    const theirs = await importJWK(jwk, alg);
    expect(
      (await jwtVerify(mint(key), key.kind === "secret" ? theirs : publicHandle(key), { currentDate: new Date(NOW) }))
        .payload.sub,
    ).toBe("42");
    expect(await calculateJwkThumbprint(await exportJWK(publicHandle(key)))).toBe(key.kid);
    expect(importKey(await exportJWK(key.handle), { alg }).kid).toBe(key.kid);
  });
});

describe.each(ALGORITHMS.filter((alg) => !alg.startsWith("HS")))("public keys of %s and jose", (alg) => {
  const key = keyOf(alg);

  it("a published key set is enough for jose, and PEM passes both ways", async () => {
    const set = createLocalJWKSet(toJwks([keyOf("EdDSA", "aside"), key]) as Parameters<typeof createLocalJWKSet>[0]);
    expect((await jwtVerify(mint(key), set, { currentDate: new Date(NOW) })).payload.sub).toBe("42");
    await importPKCS8(exportKey(key, { format: "pem" }), alg);
    const half = key.kind === "private" ? key.public : key;
    expect(
      (
        await jwtVerify(mint(key), await importSPKI(exportKey(half, { format: "pem" }), alg), {
          currentDate: new Date(NOW),
        })
      ).payload.sub,
    ).toBe("42");
  });
});

type WithoutEd = Exclude<Algorithm, "EdDSA">;

describe.each(ALGORITHMS.filter((alg): alg is WithoutEd => alg !== "EdDSA"))("%s and jsonwebtoken", (alg) => {
  const key = keyOf(alg);

  it("jsonwebtoken verifies what Latchkey mints", () => {
    const claims = jsonwebtoken.verify(mint(key), publicHandle(key), {
      ...EXPECTED,
      algorithms: [alg],
      clockTimestamp: SECONDS,
    });
    expect(claims).toMatchObject({ sub: "42", roles: ["editor"], name: "Zoë \u{1F511}" });
  });

  it("Latchkey verifies what jsonwebtoken signs", () => {
    const token = jsonwebtoken.sign(claimsOf(), key.handle, {
      algorithm: alg,
      keyid: key.kid,
      header: { alg, typ: "at+jwt" },
    });
    expect(verifierOf(key).verifySync(token)).toEqual(claimsOf());
    const plain = jsonwebtoken.sign(claimsOf(), key.handle, { algorithm: alg });
    expect(verifierOf(key, { profile: "jwt" }).verifySync(plain)).toEqual(claimsOf());
  });
});

describe.each(ALGORITHMS)("%s and fast-jwt", (alg) => {
  const key = keyOf(alg);
  const secret = key.kind === "secret" ? key.handle.export() : undefined;

  it("fast-jwt verifies what Latchkey mints", () => {
    const half = secret ?? Buffer.from(publicHandle(key).export({ format: "pem", type: "spki" }));
    const verify = createFastVerifier({
      key: half,
      algorithms: [alg],
      allowedIss: ISSUER,
      allowedAud: AUDIENCE,
      clockTimestamp: NOW,
    });
    expect(verify(mint(key))).toMatchObject({ sub: "42", roles: ["editor"], name: "Zoë \u{1F511}" });
  });

  it("Latchkey verifies what fast-jwt signs", () => {
    const own = secret ?? Buffer.from(exportKey(key, { format: "pem" }));
    const sign = createSigner({ key: own, algorithm: alg, kid: key.kid, header: { alg, typ: "at+jwt" } });
    expect(verifierOf(key).verifySync(sign({ ...claimsOf() }))).toEqual(claimsOf());
  });
});
