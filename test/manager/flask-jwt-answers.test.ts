import type { RequireTokenOptions } from "latchkey/fetch";
import type { JwtManagerOptions } from "latchkey/manager";
import { createVerifier, generateKey } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { SECONDS, tokenOf } from "../tokens/by-hand.js";
import { type Asked, askRoute, bearer, KEY, managerOf, now } from "./ask-route.js";

const flaskJwt = createVerifier({ profile: "flask-jwt", keys: [KEY], leeway: 10, now });

/** A token of Flask-JWT, made by hand. */
const tokenWith = (changes: object = {}, header: object = {}, key = KEY) => {
  const claims = { exp: SECONDS + 290, iat: SECONDS - 10, nbf: SECONDS - 10, identity: 1, ...changes };
  return tokenOf({ alg: key.alg, typ: "JWT", ...header }, claims, key);
};
const jwt = (token: string) => bearer(token, "JWT");
const without = (name: string) => jwt(tokenWith({ [name]: undefined }));

interface Row {
  readonly manager?: JwtManagerOptions;
  readonly route?: RequireTokenOptions;
  readonly asked?: Asked;
  readonly error: string;
  readonly description: unknown;
}

const header = "Invalid JWT header";
const token = "Invalid token";
const EXPIRED = { iat: SECONDS - 1000, nbf: SECONDS - 1000, exp: SECONDS - 11 };

const ROWS: Readonly<Record<string, Row>> = {
  "no header": { error: "Authorization Required", description: "Request does not contain an access token" },
  "another scheme": { asked: bearer("a b", "Basic"), error: header, description: "Unsupported authorization type" },
  "the scheme alone": { asked: jwt(""), error: header, description: "Token missing" },
  spaces: { asked: jwt("a b"), error: header, description: "Token contains spaces" },
  "an expired token": { asked: jwt(tokenWith(EXPIRED)), error: token, description: "Signature has expired" },
  "a bad signature": {
    asked: jwt(tokenWith({}, {}, generateKey({ alg: "HS256" }))),
    error: token,
    description: "Signature verification failed",
  },
  "one segment": { asked: jwt("garbage"), error: token, description: "Not enough segments" },
  "three segments of nothing": {
    asked: jwt("aaaaa.bbbbb.ccccc"),
    error: token,
    description: expect.stringMatching(/^Invalid (?:header|payload) padding$/),
  },
  "another algorithm": {
    asked: jwt(tokenWith({}, { alg: "HS512" })),
    error: token,
    description: "The specified alg value is not allowed",
  },
  "a token of tomorrow": {
    asked: jwt(tokenWith({ nbf: SECONDS + 100 })),
    error: token,
    description: "The token is not yet valid (nbf)",
  },
  "a token that was made tomorrow": {
    asked: jwt(tokenWith({ iat: SECONDS + 100 })),
    error: token,
    description: "Issued At claim (iat) cannot be in the future.",
  },
  "no exp": { asked: without("exp"), error: token, description: 'Token is missing the "exp" claim' },
  "no identity": { asked: without("identity"), error: token, description: "Missing claim: sub" },
  "a user that is gone": {
    manager: { findUser: () => null },
    asked: jwt(tokenWith()),
    error: "Invalid JWT",
    description: "User does not exist",
  },
  "a revoked token": {
    manager: { isRevoked: () => true },
    asked: jwt(tokenWith()),
    error: token,
    description: "The token was taken back.",
  },
  "a cookie without a CSRF value": {
    manager: { locations: "cookie" },
    asked: { method: "POST", headers: { cookie: `access_token_cookie=${tokenWith()}` } },
    error: token,
    description: "The request comes from a page that may not make it.",
  },
};

describe('errors: "flask-jwt"', () => {
  it.each(Object.entries(ROWS))("answers %s as Flask-JWT does", async (_what, row) => {
    const options: JwtManagerOptions = {
      errors: "flask-jwt",
      header: { schemes: ["JWT", "Bearer"] },
      bridge: [flaskJwt],
    };
    const { status, body, headers } = await askRoute(managerOf({ ...options, ...row.manager }), row.route)(row.asked);
    expect(status).toBe(401);
    expect(body).toEqual({ description: row.description, error: row.error, status_code: 401 });
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("www-authenticate")).toMatch(/^JWT/);
  });

  it("names the realm where there is no token, as the original does", async () => {
    const { headers } = await askRoute(managerOf({ errors: "flask-jwt", header: { schemes: ["JWT"] } }))();
    expect(headers.get("www-authenticate")).toBe('JWT realm="Login Required"');
  });

  it("writes the members in the order of the original", async () => {
    const { body } = await askRoute(managerOf({ errors: "flask-jwt" }))();
    expect(Object.keys(body as object)).toEqual(["description", "error", "status_code"]);
  });

  it("answers what the original does not know by its own status", async () => {
    const ask = askRoute(managerOf({ errors: "flask-jwt", bridge: [flaskJwt] }), { roles: ["admin"] });
    expect(await ask(bearer(tokenWith()))).toMatchObject({
      status: 403,
      body: { status_code: 403, error: "Forbidden", description: "A role is missing." },
    });
  });

  it("accepts both schemes, in any case, and ten seconds of leeway", async () => {
    const ask = askRoute(managerOf({ header: { schemes: ["JWT", "Bearer"] }, bridge: [flaskJwt] }));
    for (const scheme of ["JWT", "jwt", "Bearer", "bearer"])
      expect(await ask(bearer(tokenWith({ exp: SECONDS - 9 }), scheme))).toMatchObject({
        status: 200,
        body: { who: "1" },
      });
  });
});
