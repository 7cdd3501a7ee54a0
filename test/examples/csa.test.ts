import { createHmac, createPublicKey } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import jsonwebtoken from "jsonwebtoken";
import { JwtManager } from "latchkey/manager";
import { forgeToken, tamperedToken } from "latchkey/testing";
import { createIssuer, fromJwks, importKey, type Jwk } from "latchkey/tokens";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_BODIES, NO_TEXTS } from "./hostile-bodies.js";
import { newSecret, type Running, run, runFile } from "./run-example.js";
import { describeStart } from "./start-contract.js";

const USER = { username: "alesanchezr", password: "12341234" };
const WAYS = ["HS256", "RS256", "ES256"] as const;
const PAIRS = ["RS256", "ES256"] as const;

describe("the example csa", () => {
  const JWT_SECRET_KEY = newSecret();
  let example: Running;
  let jwks: { readonly keys: readonly Jwk[] };
  const tokens: Record<string, string> = {};
  const verify = (token: string, api = example.url) => runFile("csa/verify.mjs", { parameters: [api, token] });
  const payloadOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

  beforeAll(async () => {
    example = await run("csa", { JWT_SECRET_KEY });
    for (const way of WAYS) tokens[way] = String((await example.post(`/token/${way}`, USER)).body.token);
    jwks = JSON.parse((await example.get("/.well-known/jwks.json")).text);
  });
  afterAll(() => example?.stop());

  it.each(WAYS)("mints with %s what its own route accepts", async (way) => {
    const token = tokens[way] ?? "";
    expect(JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).alg).toBe(way);
    expect(payloadOf(token)).toMatchObject({ sub: "1", iss: "csa", aud: "csa-api" });
    expect((await example.get(`/protected/${way}`, token)).body).toEqual({ id: 1, username: "alesanchezr" });
  });

  it.each(WAYS.flatMap((way) => WAYS.filter((other) => other !== way).map((other) => [way, other] as const)))(
    "refuses a token of %s at the route of %s",
    async (way, other) => {
      expect((await example.get(`/protected/${other}`, tokens[way])).status).toBe(422);
    },
  );

  it.each([{ iss: "another" }, { iss: undefined }, { aud: "another" }, { aud: undefined }, { type: "refresh" }])(
    "refuses a token that says %o, well signed as it is",
    async (change) => {
      const claims = payloadOf(tokens.HS256 ?? "");
      const as = (more: object) => forgeToken({ claims: { ...claims, ...more }, key: JWT_SECRET_KEY });
      expect((await example.get("/protected/HS256", as({}))).status).toBe(200);
      expect((await example.get("/protected/HS256", as(change))).status).toBe(422);
    },
  );

  it.each(WAYS)("asks for a name and a password at /token/%s, and for texts", async (way) => {
    const wrong = await example.post(`/token/${way}`, { ...USER, password: "nope" });
    expect([wrong.status, wrong.body]).toEqual([401, { msg: "Bad username or password" }]);
    for (const value of NO_TEXTS)
      expect((await example.post(`/token/${way}`, { ...USER, username: value })).status).toBe(400);
    for (const { body, headers } of NO_BODIES)
      expect([400, 415]).toContain((await example.post(`/token/${way}`, body, headers)).status);
    expect((await example.post(`/token/${way}`, { ...USER, password: "x".repeat(20_000) })).status).toBe(413);
  });

  it("publishes the public halves of the pairs, and nothing of the secret", async () => {
    expect(jwks.keys.map(({ alg }) => alg)).toEqual(PAIRS);
    for (const key of jwks.keys)
      for (const member of ["d", "p", "q", "dp", "dq", "qi", "k"]) expect(key).not.toHaveProperty(member);
    const { text, headers } = await example.get("/.well-known/jwks.json");
    expect(text).not.toContain(JWT_SECRET_KEY);
    expect(headers.get("cache-control")).toBe("public, max-age=600");
  });

  describe("the program that only verifies", () => {
    it.each(PAIRS)("accepts a token of %s by the published keys", async (way) => {
      expect(await verify(tokens[way] ?? "")).toEqual({ code: 0, stdout: "1\n", stderr: "" });
    });

    it("refuses a token of HS256: it has no secret, and needs none", async () => {
      expect(await verify(tokens.HS256 ?? "")).toEqual({
        code: 1,
        stdout: "",
        stderr: "refused: algorithm_mismatch\n",
      });
    });

    it.each(PAIRS)("refuses a token of %s that was changed", async (way) => {
      const token = tokens[way] ?? "";
      const [header, , signature] = token.split(".");
      const payload = Buffer.from(JSON.stringify({ ...payloadOf(token), sub: "2" })).toString("base64url");
      for (const changed of [tamperedToken(token), `${header}.${payload}.${signature}`, `${header}.${payload}.`])
        expect(await verify(changed)).toMatchObject({
          code: 1,
          stdout: "",
          stderr: expect.stringMatching(/^refused: /),
        });
    });

    it("refuses what is no token, and unsigned ones", async () => {
      const claims = payloadOf(tokens.ES256 ?? "");
      for (const token of ["", "x", "a.b.c", forgeToken({ claims })])
        expect(await verify(token)).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^refused: /) });
    });

    it("has a sentence for a wrong command line, an API that is away, and keys that are none", async () => {
      const strange = createServer((_request, response) => response.end("<html>")).listen(0, "127.0.0.1");
      await once(strange, "listening");
      const { port } = strange.address() as { port: number };
      expect(await verify("x", "nowhere")).toMatchObject({ code: 64, stderr: expect.stringMatching(/^usage: /) });
      for (const api of ["http://127.0.0.1:1", `http://127.0.0.1:${port}`])
        expect(await verify("x", api)).toMatchObject({ code: 69, stderr: expect.stringMatching(/^There are no keys/) });
      strange.close();
    });

    it("cannot mint: with published keys an issuer is not made, and a manager signs nothing", async () => {
      const keys = fromJwks(jwks);
      expect(keys.map(({ kind }) => kind)).toEqual(["public", "public"]);
      for (const key of keys) {
        const named = { issuer: "csa", audience: "csa-api", clientId: "csa" };
        expect(() => createIssuer({ ...named, keys: [key] as never })).toThrow(TypeError);
        for (const profile of ["jwt", "flask-jwt-extended"] as const)
          expect(() => createIssuer({ ...named, profile, keys: [key] as never })).toThrow(TypeError);
        const manager = new JwtManager({ keys: [key], issuer: "csa", audience: "csa-api" });
        await expect(manager.createAccessToken("1")).rejects.toThrow(TypeError);
        await expect(manager.createRefreshToken("1")).rejects.toThrow(TypeError);
      }
    });

    it("cannot mint with a public key as a secret: it is refused as one", () => {
      for (const { secret } of secretsOf(jwks.keys)) {
        expect(() => new JwtManager({ secret })).toThrow(TypeError);
        expect(() => importKey(secret, { alg: "HS256" })).toThrow(TypeError);
      }
    });
  });

  it("refuses, at every route and in the verifier, a token MACed with a public key", async () => {
    const claims = payloadOf(tokens.RS256 ?? "");
    const forged = secretsOf(jwks.keys).flatMap(({ secret, alg, kid }) =>
      [{ alg: "HS256" }, { alg: "HS512" }, { alg: "HS256", kid }, { alg }, { alg, kid }].map((header) =>
        maced(header, claims, secret),
      ),
    );
    expect(forged).toHaveLength(2 * 7 * 5);
    for (const way of WAYS) {
      // A right one passes there, so it is the signature that is refused.
      expect((await example.get(`/protected/${way}`, tokens[way])).status).toBe(200);
      for (const token of forged) expect((await example.get(`/protected/${way}`, token)).status).toBe(422);
    }
    const verifier = new JwtManager({ keys: fromJwks(jwks), issuer: "csa", audience: "csa-api" });
    expect(verifier.verifySync(tokens.RS256 ?? "").sub).toBe("1");
    for (const token of forged) expect(() => verifier.verifySync(token)).toThrow(/./);
    expect((await verify(forged[0] ?? "")).code).toBe(1);
  });

  it("sends what a verifier would accept that took the text of a JWK for a secret", () => {
    const text = Buffer.from(JSON.stringify(jwks.keys[0]));
    const token = maced({ alg: "HS256" }, payloadOf(tokens.RS256 ?? ""), text);
    expect(jsonwebtoken.verify(token, text, { algorithms: ["HS256"] })).toMatchObject({ sub: "1" });
  });

  describeStart("csa", "JWT_SECRET_KEY");
});

/** Each key in the spellings in which a careless verifier could take it for a secret. */
function secretsOf(keys: readonly Jwk[]): { readonly secret: Buffer; readonly alg: unknown; readonly kid: unknown }[] {
  return keys.flatMap((jwk) => {
    const key = createPublicKey({ key: jwk as never, format: "jwk" });
    const pem = key.export({ type: "spki", format: "pem" }).toString();
    const der = key.export({ type: "spki", format: "der" });
    const spellings = [
      pem,
      pem.trim(),
      pem.replaceAll("\n", "\r\n"),
      der,
      der.toString("base64"),
      JSON.stringify(jwk),
      JSON.stringify({ keys: [jwk] }),
    ];
    return spellings.map((spelling) => ({ secret: Buffer.from(spelling as string), alg: jwk.alg, kid: jwk.kid }));
  });
}

/** A token of any header whose signature is an HMAC. */
function maced(header: object, claims: object, secret: Buffer): string {
  const [head, body] = [{ typ: "JWT", ...header }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const mac = createHmac("sha256", secret).update(`${head}.${body}`).digest("base64url");
  return `${head}.${body}.${mac}`;
}
