import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createRemoteJWKSet, errors, type JWTVerifyResult, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  bareEnvironment,
  endAll,
  type Granted,
  PASSWORD,
  type Server,
  send,
  startServer,
  within,
} from "./run-server.js";

const PYTHON = "/usr/bin/python3";
const python = promisify(execFile);

/** Reads a token from standard input; prints the claims, or the name of the error. */
const PYJWT = `
import json, sys, jwt
from jwt import PyJWKClient
jwks_uri, issuer, audience = sys.argv[1:4]
token = sys.stdin.read()
key = PyJWKClient(jwks_uri).get_signing_key_from_jwt(token).key
try:
    claims = jwt.decode(token, key, algorithms=["ES256"], audience=audience, issuer=issuer,
                        options={"require": ["exp", "iat", "sub", "jti"]})
    print(json.dumps(claims))
except jwt.PyJWTError as error:
    print(json.dumps(type(error).__name__))
`;

let server: Server;
let issuer: string;

beforeAll(async () => {
  server = await startServer();
  issuer = `http://localhost:${server.port}`;
});
afterAll(endAll);

function post<T = Granted>(path: string, body: unknown) {
  return send<T>("POST", `${server.at}${path}`, { body });
}

function me(token: string) {
  return send("GET", `${server.at}/me`, { token });
}

async function byJose(token: string, audience = issuer): Promise<JWTVerifyResult> {
  const keys = createRemoteJWKSet(new URL(`${server.at}/.well-known/jwks.json`));
  return jwtVerify(token, keys, { issuer, audience, algorithms: ["ES256"], typ: "at+jwt" });
}

async function byPyJwt(token: string, audience = issuer): Promise<unknown> {
  const parameters = ["-c", PYJWT, `${server.at}/.well-known/jwks.json`, issuer, audience];
  const running = python(PYTHON, parameters, { env: bareEnvironment(), timeout: 20_000 });
  running.child.stdin?.end(token);
  const { stdout } = await within(20_000, running, () => "Python did not end.");
  return JSON.parse(stdout);
}

/** Whether PyJWT is there. Where it is not, says so loudly; in continuous integration that is a failure. */
async function hasPyJwt(): Promise<boolean> {
  try {
    await python(PYTHON, ["-c", "import jwt, cryptography"], { env: bareEnvironment(), timeout: 20_000 });
    return true;
  } catch {
    const complaint = "PyJWT is not installed: apt-get install python3-jwt python3-cryptography";
    console.error(`\n!!! ${complaint}\n`);
    if (process.env.CI === "true") throw new Error(complaint);
    return false;
  }
}

/** A token whose signature has another first character. */
function forged(token: string): string {
  const at = token.lastIndexOf(".") + 1;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}

describe("the main job", () => {
  it("goes from sign-up to a log-out that /me knows at once, and jose verifies every access token", async () => {
    const username = "ada";
    const signedUp = await post("/signup", { username, password: PASSWORD });
    expect(signedUp).toMatchObject({ status: 201, body: { token_type: "Bearer", expires_in: 600 } });
    const loggedIn = await post("/token", { username, password: PASSWORD });
    expect(loggedIn).toMatchObject({ status: 200, body: { user_id: signedUp.body.user_id } });
    expect(await me(loggedIn.body.token)).toMatchObject({
      status: 200,
      body: { id: signedUp.body.user_id, username, email: null, roles: [] },
    });

    const refreshed = await post("/token/refresh", { refresh_token: loggedIn.body.refresh_token });
    expect(refreshed.status).toBe(200);
    expect(refreshed.body.refresh_token).not.toBe(loggedIn.body.refresh_token);
    expect((await me(refreshed.body.token)).status).toBe(200);
    const sessions = new Set<unknown>();
    for (const { body } of [signedUp, loggedIn, refreshed]) {
      const { payload, protectedHeader } = await byJose(body.token);
      expect(protectedHeader).toEqual({ alg: "ES256", typ: "at+jwt", kid: expect.stringMatching(/^[\w-]{43}$/) });
      expect(payload).toMatchObject({ sub: body.user_id, roles: [], amr: ["pwd"] });
      sessions.add(payload.sid);
    }
    expect(sessions.size).toBe(2);

    const loggedOut = await send("DELETE", `${server.at}/token`, { token: refreshed.body.token });
    expect(loggedOut.status).toBe(204);
    for (const { body } of [refreshed, loggedIn]) {
      const refused = await me(body.token);
      expect(refused).toMatchObject({ status: 401, body: { code: "invalid_token", reason: "revoked", status: 401 } });
      expect(refused.headers.get("www-authenticate")).toMatch(/^Bearer error="invalid_token"/);
      expect(refused.headers.get("content-type")).toBe("application/problem+json");
    }
    expect((await post("/token/refresh", { refresh_token: refreshed.body.refresh_token })).status).toBe(401);
    expect((await me(signedUp.body.token)).status).toBe(200);
  });
});

describe("an access token, verified by the served keys", () => {
  let token: string;
  let userId: string;

  beforeAll(async () => {
    const { body } = await post("/signup", { username: "grace", password: PASSWORD });
    token = body.token;
    userId = body.user_id;
  });

  it("is accepted by jose, which refuses it forged and for another audience", async () => {
    expect((await byJose(token)).payload).toMatchObject({ sub: userId, iss: issuer, aud: issuer });
    await expect(byJose(forged(token))).rejects.toThrow(errors.JWSSignatureVerificationFailed);
    await expect(byJose(token, "todo-api")).rejects.toThrow(errors.JWTClaimValidationFailed);
  });

  it("is accepted by PyJWT, which refuses it forged and for another audience", async () => {
    if (!(await hasPyJwt())) return;
    expect(await byPyJwt(token)).toMatchObject({ sub: userId, iss: issuer, aud: issuer });
    expect(await byPyJwt(forged(token))).toBe("InvalidSignatureError");
    expect(await byPyJwt(token, "todo-api")).toBe("InvalidAudienceError");
  });

  it("is found by the keys that the discovery document names", async () => {
    const { body } = await send("GET", `${server.at}/.well-known/latchkey.json`);
    expect(body).toMatchObject({ issuer, algorithms: ["ES256"], jwks_uri: `${issuer}/.well-known/jwks.json` });
    const answer = await send("GET", String(body.jwks_uri));
    const { kid } = JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());
    expect(answer.body).toEqual({
      keys: [expect.objectContaining({ kid, kty: "EC", crv: "P-256", alg: "ES256", use: "sig" })],
    });
    expect(JSON.stringify(answer.body)).not.toMatch(/"d":/);
  });
});
