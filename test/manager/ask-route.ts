import { randomBytes } from "node:crypto";
import { type Protector, type RequireTokenOptions, requireToken } from "latchkey/fetch";
import { type GuardInput, JwtManager, type JwtManagerOptions } from "latchkey/manager";
import { importKey, type Key } from "latchkey/tokens";
import { type Members, SECONDS, tokenOf } from "../tokens/by-hand.js";

/** A secret of this run alone, long enough for HS512. */
export const SECRET: string = randomBytes(64).toString("base64url");

/** The key that the secret is. */
export const KEY: Key = importKey(SECRET, { alg: "HS256" });

/** The moment at which the tests take place. */
export const now = (): number => SECONDS * 1000;

/** A manager of the secret, at that moment. */
export function managerOf(options: JwtManagerOptions = {}): JwtManager {
  return new JwtManager<unknown, undefined>({ secret: SECRET, now, ...options });
}

/** What Flask-JWT-Extended writes into a token. */
export function flaskClaims(changes: Members = {}): Members {
  return {
    fresh: false,
    iat: SECONDS - 10,
    jti: "4c1f5a70-0000-4000-8000-000000000001",
    type: "access",
    sub: "ada",
    nbf: SECONDS - 10,
    csrf: "a csrf value",
    exp: SECONDS + 890,
    ...changes,
  };
}

/** A token of Flask-JWT-Extended, made by hand. */
export function flaskToken(claims: Members = {}, header: Members = {}, key: Key = KEY): string {
  return tokenOf({ alg: key.alg, typ: "JWT", ...header }, flaskClaims(claims), key);
}

/** A request to a protected route. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: string;
}

/** What came back; `heard` is what the handler answered with. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** Puts a token into the header. */
export function bearer(token: string, scheme = "Bearer"): Asked {
  return { headers: { authorization: `${scheme} ${token}` } };
}

/** Asks a route that answers with who is calling. */
export function askRoute(
  protector: Protector & Pick<JwtManager, "findAuth">,
  options: RequireTokenOptions = {},
): (asked?: Asked) => Promise<Answered> {
  const route = requireToken(
    protector,
    options,
  )((request) => {
    const auth = protector.findAuth(request);
    return Response.json(auth === undefined ? "nobody" : { who: auth.identity, where: auth.location });
  });
  return async ({ method = "GET", headers = {}, query = "", body } = {}) => {
    const init = { method, headers, ...(body !== undefined && { body }) };
    const response = await route(new Request(`https://api.example.com/${query}`, init));
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text), headers: response.headers };
  };
}

/** A request as a guard asks for it, without a framework. */
export function inputOf(headers: Readonly<Record<string, string>>, method = "GET"): GuardInput {
  return { method, header: (name) => headers[name] };
}
