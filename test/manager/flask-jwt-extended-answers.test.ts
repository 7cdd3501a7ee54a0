import type { RequireTokenOptions } from "latchkey/fetch";
import type { JwtManagerOptions } from "latchkey/manager";
import { generateKey } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { SECONDS, tokenOf } from "../tokens/by-hand.js";
import { type Asked, askRoute, bearer, flaskClaims, flaskToken, KEY, managerOf } from "./ask-route.js";

interface Row {
  readonly manager?: JwtManagerOptions;
  readonly route?: RequireTokenOptions;
  readonly asked?: Asked;
  readonly status: number;
  readonly msg: unknown;
}

const text = (bytes: string) => Buffer.from(bytes).toString("base64url");
const [header, payload, signature] = flaskToken().split(".") as [string, string, string];
const withHeader = (changed: string) => bearer(`${changed}.${payload}.${signature}`);
const signed = (bytes: string) => {
  const token = tokenOf({ alg: "HS256", typ: "JWT" }, bytes, KEY);
  return bearer(token);
};
const cookie = (token: string, name = "access_token_cookie") => ({ headers: { cookie: `${name}=${token}` } });
const posted = (token: string, headers: Readonly<Record<string, string>> = {}) => ({
  method: "POST",
  headers: { cookie: `access_token_cookie=${token}`, ...headers },
});
const inJson = (body: string, type = "application/json") => ({
  method: "POST",
  headers: { "content-type": type },
  body,
});
const cookies: JwtManagerOptions = { locations: "cookie" };
const json: JwtManagerOptions = { locations: "json" };
const query: JwtManagerOptions = { locations: "query" };
const without = (claim: string) => {
  const { [claim]: _, ...claims } = flaskClaims();
  return bearer(tokenOf({ alg: "HS256", typ: "JWT" }, claims, KEY));
};
const badClaims = (changed: Readonly<Record<string, unknown>>, msg: unknown): Row => ({
  asked: bearer(flaskToken(changed)),
  status: 422,
  msg,
});
const EXPIRED = { iat: SECONDS - 1000, nbf: SECONDS - 1000, exp: SECONDS - 100 };
const BAD_HEADER = "Bad Authorization header. Expected 'Authorization: Bearer <JWT>'";
const NO_TYPE = "Missing 'Bearer' type in 'Authorization' header. Expected 'Authorization: Bearer <JWT>'";

const ROWS: Readonly<Record<string, Row>> = {
  "no header": { status: 401, msg: "Missing Authorization Header" },
  "an empty header": { asked: { headers: { authorization: "" } }, status: 401, msg: "Missing Authorization Header" },
  "commas alone": { asked: { headers: { authorization: ", ," } }, status: 401, msg: "Missing Authorization Header" },
  "a header of another name": {
    manager: { header: { name: "X-Token" } },
    asked: bearer(flaskToken()),
    status: 401,
    msg: "Missing X-Token Header",
  },
  "another scheme": { asked: { headers: { authorization: "Basic YTpi" } }, status: 401, msg: NO_TYPE },
  "a token without a scheme": { asked: { headers: { authorization: flaskToken() } }, status: 401, msg: NO_TYPE },
  "two tokens of the scheme": {
    asked: { headers: { authorization: `Bearer ${flaskToken()}, Bearer ${flaskToken()}` } },
    status: 401,
    msg: NO_TYPE,
  },
  "another scheme by configuration": {
    manager: { header: { schemes: ["JWT"] } },
    asked: bearer(flaskToken()),
    status: 401,
    msg: "Missing 'JWT' type in 'Authorization' header. Expected 'Authorization: JWT <JWT>'",
  },
  "the scheme alone": { asked: { headers: { authorization: "Bearer " } }, status: 422, msg: BAD_HEADER },
  "the scheme, then two words": { asked: bearer("a b"), status: 422, msg: BAD_HEADER },
  "the scheme, then commas": { asked: { headers: { authorization: "Bearer ,,0" } }, status: 422, msg: BAD_HEADER },
  "no scheme wanted, two words": {
    manager: { header: { schemes: [""] } },
    asked: { headers: { authorization: "a b" } },
    status: 422,
    msg: "Bad Authorization header. Expected 'Authorization: <JWT>'",
  },
  "no scheme wanted, nothing": {
    manager: { header: { schemes: [""] } },
    status: 401,
    msg: "Missing Authorization Header",
  },
  "no cookie": { manager: cookies, status: 401, msg: 'Missing cookie "access_token_cookie"' },
  "an empty cookie": { manager: cookies, asked: cookie(""), status: 401, msg: 'Missing cookie "access_token_cookie"' },
  "no refresh cookie": {
    manager: cookies,
    route: { type: "refresh" },
    status: 401,
    msg: 'Missing cookie "refresh_token_cookie"',
  },
  "no query parameter": { manager: query, status: 401, msg: "Missing 'jwt' query paramater" },
  "no query parameter of another name": {
    manager: { locations: "query", query: { name: "t" } },
    status: 401,
    msg: "Missing 't' query paramater",
  },
  "a query parameter without its prefix": {
    manager: { locations: "query", query: { prefix: "Bearer " } },
    asked: { query: `?jwt=${flaskToken()}` },
    status: 422,
    msg: "Invalid value for query parameter 'jwt'. Expected the value to start with 'Bearer '",
  },
  "a body that is no JSON": {
    manager: json,
    asked: inJson("access_token=x", "application/x-www-form-urlencoded"),
    status: 401,
    msg: "Invalid content-type. Must be application/json.",
  },
  "no body": { manager: json, status: 401, msg: "Invalid content-type. Must be application/json." },
  "bad JSON": { manager: json, asked: inJson("{"), status: 401, msg: 'Missing "access_token" key in json data.' },
  "JSON without the member": {
    manager: json,
    asked: inJson("{}", "application/json; charset=UTF-8"),
    status: 401,
    msg: 'Missing "access_token" key in json data.',
  },
  "JSON that is a list": {
    manager: json,
    asked: inJson("[1]"),
    status: 401,
    msg: 'Missing "access_token" key in json data.',
  },
  "JSON that is a text": {
    manager: json,
    asked: inJson('"x"'),
    status: 401,
    msg: 'Missing "access_token" key in json data.',
  },
  "JSON without the refresh member": {
    manager: { locations: "json", json: { refresh: "r" } },
    route: { type: "refresh" },
    asked: inJson("{}"),
    status: 401,
    msg: 'Missing "r" key in json data.',
  },
  "a token in JSON that is no text": {
    manager: json,
    asked: inJson('{"access_token": 7}'),
    status: 422,
    msg: "Invalid token type. Token must be a <class 'bytes'>",
  },
  "nothing in any of four places": {
    manager: { locations: ["header", "cookie", "query", "json"] },
    status: 401,
    msg: `Missing JWT in headers, cookies, query_string or json (Missing Authorization Header; Missing cookie "access_token_cookie"; Missing 'jwt' query paramater; Invalid content-type. Must be application/json.)`,
  },
  "nothing in the two places of a route": {
    route: { locations: ["cookie", "header"] },
    asked: { headers: { authorization: "Basic YTpi" } },
    status: 401,
    msg: `Missing JWT in cookies or headers (Missing cookie "access_token_cookie"; ${NO_TYPE})`,
  },
  "a cookie without a CSRF value": {
    manager: cookies,
    asked: posted(flaskToken()),
    status: 401,
    msg: "Missing CSRF token",
  },
  "a cookie with a wrong CSRF value": {
    manager: cookies,
    asked: posted(flaskToken(), { "x-csrf-token": "wrong" }),
    status: 401,
    msg: "CSRF double submit tokens do not match",
  },
  "a cookie with a CSRF value of other bytes": {
    manager: cookies,
    asked: posted(flaskToken(), { "x-csrf-token": "é\u00ff" }),
    status: 401,
    msg: "CSRF double submit tokens do not match",
  },
  "a cookie from another site": {
    manager: cookies,
    asked: posted(flaskToken(), { "x-csrf-token": "a csrf value", origin: "https://evil.example" }),
    status: 401,
    msg: "The request comes from a page that may not make it.",
  },
  "a cookie whose token has no csrf claim": {
    manager: cookies,
    asked: posted(flaskToken({ csrf: undefined }), { "x-csrf-token": "x" }),
    status: 422,
    msg: "Missing claim: csrf",
  },
  "an expired cookie with a wrong CSRF value": {
    manager: cookies,
    asked: posted(flaskToken(EXPIRED), { "x-csrf-token": "wrong" }),
    status: 401,
    msg: "CSRF double submit tokens do not match",
  },
  "an expired token": {
    asked: bearer(flaskToken({ ...EXPIRED, exp: SECONDS - 6 })),
    status: 401,
    msg: "Token has expired",
  },
  "a token that expired before it was made": {
    asked: bearer(flaskToken({ exp: SECONDS - 100 })),
    status: 401,
    msg: "Token has expired",
  },
  "an expired token of somebody else": {
    asked: bearer(flaskToken(EXPIRED, {}, generateKey({ alg: "HS256" }))),
    status: 422,
    msg: "Signature verification failed",
  },
  "a revoked token": {
    manager: { isRevoked: () => true },
    asked: bearer(flaskToken()),
    status: 401,
    msg: "Token has been revoked",
  },
  "a token that is not fresh": {
    route: { fresh: true },
    asked: bearer(flaskToken()),
    status: 401,
    msg: "Fresh token required",
  },
  "a user that is not found": {
    manager: { findUser: () => undefined },
    asked: bearer(flaskToken({ sub: "ghost" })),
    status: 401,
    msg: "Error loading the user ghost",
  },
  "a check of one's own that fails": {
    manager: { accepts: () => false },
    asked: bearer(flaskToken()),
    status: 400,
    msg: "User claims verification failed",
  },
  "a refresh token where an access token is wanted": badClaims(
    { type: "refresh" },
    "Only non-refresh tokens are allowed",
  ),
  "a refresh token on a fresh route": {
    route: { fresh: true },
    ...badClaims({ type: "refresh" }, "Only non-refresh tokens are allowed"),
  },
  "an access token where a refresh token is wanted": {
    route: { type: "refresh" },
    asked: bearer(flaskToken()),
    status: 422,
    msg: "Only refresh tokens are allowed",
  },
  "a token of a type that nobody wants": badClaims({ type: "reset" }, "Only non-refresh tokens are allowed"),
  "no identity": { asked: without("sub"), status: 422, msg: "Missing claim: sub" },
  "no identity of another name": {
    manager: { identityClaim: "uid" },
    asked: bearer(flaskToken()),
    status: 422,
    msg: "Missing claim: uid",
  },
  "one segment": { asked: bearer("garbage"), status: 422, msg: "Not enough segments" },
  "two segments": { asked: bearer("a.b"), status: 422, msg: "Not enough segments" },
  "an encrypted token": { asked: bearer("a.b.c.d.e"), status: 422, msg: "Not enough segments" },
  "a header that is no base64": {
    asked: withHeader("abcde"),
    status: 422,
    msg: "Invalid header padding",
  },
  "a header that is no JSON": {
    asked: withHeader(text("{")),
    status: 422,
    msg: expect.stringMatching(/^Invalid header string: /),
  },
  "a header that is no UTF-8": {
    asked: withHeader(Buffer.from([0x7b, 0xff, 0x7d]).toString("base64url")),
    status: 422,
    msg: expect.stringMatching(/^Invalid header string: /),
  },
  "a header that is no object": {
    asked: withHeader(text("[]")),
    status: 422,
    msg: "Invalid header string: must be a json object",
  },
  "a payload that is no base64": {
    asked: bearer(`${header}.abcde.${signature}`),
    status: 422,
    msg: "Invalid payload padding",
  },
  "a payload that is no JSON": {
    asked: signed("{"),
    status: 422,
    msg: expect.stringMatching(/^Invalid payload string: /),
  },
  "a payload that is no object": {
    asked: signed("7"),
    status: 422,
    msg: "Invalid payload string: must be a json object",
  },
  "a signature that is no base64": {
    asked: bearer(`${header}.${payload}.abcde`),
    status: 422,
    msg: "Invalid crypto padding",
  },
  "an algorithm that is not on the list": {
    asked: withHeader(text('{"alg":"none"}')),
    status: 422,
    msg: "The specified alg value is not allowed",
  },
  "an algorithm that is no text": {
    asked: withHeader(text('{"alg":7}')),
    status: 422,
    msg: "The specified alg value is not allowed",
  },
  "no algorithm": { asked: withHeader(text('{"typ":"JWT"}')), status: 422, msg: "Algorithm not specified" },
  "a bad signature": {
    asked: bearer(flaskToken({}, {}, generateKey({ alg: "HS256" }))),
    status: 422,
    msg: "Signature verification failed",
  },
  "a token of tomorrow": badClaims({ nbf: SECONDS + 100 }, "The token is not yet valid (nbf)"),
  "a token that was made tomorrow": badClaims({ iat: SECONDS + 100 }, "The token is not yet valid (iat)"),
  "exp that is no number": badClaims({ exp: "soon" }, "Expiration Time claim (exp) must be an integer."),
  "exp that is null": badClaims({ exp: null }, "Expiration Time claim (exp) must be an integer."),
  "nbf that is no number": badClaims({ nbf: [] }, "Not Before claim (nbf) must be an integer."),
  "iat that is no number": badClaims({ iat: "now" }, "Issued At claim (iat) must be an integer."),
  "no exp": { asked: without("exp"), status: 422, msg: 'Token is missing the "exp" claim' },
  "no audience": {
    manager: { audience: "api" },
    asked: bearer(flaskToken()),
    status: 422,
    msg: 'Token is missing the "aud" claim',
  },
  "another audience": { manager: { audience: "api" }, ...badClaims({ aud: ["shop"] }, "Audience doesn't match") },
  "an audience of a wrong shape": {
    manager: { audience: "api" },
    ...badClaims({ aud: 7 }, "Invalid claim format in token"),
  },
  "no issuer": {
    manager: { issuer: "me" },
    asked: bearer(flaskToken()),
    status: 422,
    msg: 'Token is missing the "iss" claim',
  },
  "another issuer": { manager: { issuer: "me" }, ...badClaims({ iss: "you" }, "Invalid issuer") },
  "an issuer that is no text": {
    manager: { issuer: "me" },
    ...badClaims({ iss: 7 }, "Payload Issuer (iss) must be a string"),
  },
  "an identity that is a number": badClaims({ sub: 7 }, "Subject must be a string"),
  "a jti that is no text": badClaims({ jti: 7 }, "JWT ID must be a string"),
  "a kid that is no text": {
    asked: bearer(flaskToken({}, { kid: 7 })),
    status: 422,
    msg: "Key ID header parameter must be a string",
  },
  "an unknown extension": {
    asked: bearer(flaskToken({}, { crit: ["x"] })),
    status: 422,
    msg: "Unsupported critical extension: x",
  },
  "freshness of a wrong shape": badClaims({ fresh: "yes" }, expect.any(String)),
  "a life of two years": badClaims({ exp: SECONDS + 63_072_000 }, "The token lives for too long."),
  "an exp before its iat": badClaims({ exp: SECONDS - 4, iat: SECONDS, nbf: undefined }, "A claim has a wrong value."),
  "a role that is missing": {
    route: { roles: ["admin"] },
    asked: bearer(flaskToken()),
    status: 403,
    msg: "A role is missing.",
  },
};

describe('errors: "flask-jwt-extended"', () => {
  it.each(Object.entries(ROWS))("answers %s as Flask-JWT-Extended does", async (_what, row) => {
    const ask = askRoute(managerOf({ errors: "flask-jwt-extended", ...row.manager }), row.route);
    const { status, body, headers } = await ask(row.asked);
    expect({ status, body }).toEqual({ status: row.status, body: { msg: row.msg } });
    expect(headers.get("content-type")).toBe("application/json");
    // A 401 without a challenge is none (RFC 9110 section 15.5.2).
    expect(headers.has("www-authenticate")).toBe(status === 401);
  });

  it("has the message under another name", async () => {
    const ask = askRoute(managerOf({ errors: "flask-jwt-extended", messageKey: "message" }));
    expect((await ask()).body).toEqual({ message: "Missing Authorization Header" });
  });

  it("answers what no guard refused, in the same words", async () => {
    const jwt = managerOf({ errors: "flask-jwt-extended" });
    const refused = await jwt.decodeToken(flaskToken(EXPIRED)).catch((error) => error);
    expect(await jwt.refusalOf(refused)).toMatchObject({ status: 401, body: { msg: "Token has expired" } });
  });

  it("challenges in the scheme that it wants", async () => {
    const ask = askRoute(managerOf({ errors: "flask-jwt-extended", header: { schemes: ["JWT"] } }));
    expect((await ask()).headers.get("www-authenticate")).toBe("JWT");
    const expired = await ask(bearer(flaskToken(EXPIRED), "JWT"));
    expect(expired.headers.get("www-authenticate")).toMatch(/^JWT error="invalid_token"/);
  });
});
