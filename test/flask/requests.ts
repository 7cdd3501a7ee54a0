import { CSRF, type Forge } from "./forge.js";
import type { Ask, Asks } from "./routes.js";

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

type Headers = NonNullable<Ask["headers"]>;

const get = (path: string, headers: Headers = {}): Ask => ({ path, method: "GET", headers });
const post = (path: string, headers: Headers = {}, body?: string): Ask => ({
  path,
  method: "POST",
  headers,
  ...(body !== undefined && { body }),
});
const bearer = (authorization: string | readonly string[]): Ask => get("/only_headers", { authorization });
const cookie = (pairs: string, more: Headers = {}): Headers => ({ cookie: pairs, ...more });
const json = (body: string, type = JSON_TYPE): Ask => post("/protected", { "content-type": type }, body);

/** The header in every spelling. */
export function headerAsks({ token }: Forge): Asks {
  const good = token();
  return {
    "no header": get("/only_headers"),
    "an empty header": bearer(""),
    "the scheme alone": bearer("Bearer"),
    "the scheme and a space": bearer("Bearer "),
    "the scheme and a comma": bearer("Bearer,"),
    "two words after the scheme": bearer(`Bearer ${good} x`),
    "two spaces": bearer(`Bearer  ${good}`),
    "a tab": bearer(`Bearer\t${good}`),
    "spaces around": bearer(`  Bearer ${good}  `),
    "small letters": bearer(`bearer ${good}`),
    capitals: bearer(`BEARER ${good}`),
    "another scheme": bearer("Basic YWRhOng="),
    "another scheme with our token": bearer(`Token ${good}`),
    "the scheme of another library": bearer(`JWT ${good}`),
    "no scheme": bearer(good),
    "a scheme that goes on": bearer(`Bearers ${good}`),
    "a colon": bearer(`Bearer: ${good}`),
    "another scheme before": bearer(`Basic YWRhOng=, Bearer ${good}`),
    "another scheme after": bearer(`Bearer ${good}, Basic YWRhOng=`),
    "another scheme before, no space": bearer(`Basic YWRhOng=,Bearer ${good}`),
    "three schemes": bearer(`Foo 1, Bearer ${good}, Baz 3`),
    "three schemes, the token bad": bearer("Foo 1, Bearer 2, Baz, 3"),
    "a comma after": bearer(`Bearer ${good},`),
    "a comma before": bearer(`,Bearer ${good}`),
    "a comma and a space after": bearer(`Bearer ${good}, `),
    "commas around": bearer(`,Bearer ${good},`),
    "commas alone": bearer(",,"),
    "commas and spaces": bearer(", ,"),
    "commas in the middle": bearer("Bearer ,,0"),
    "two of them in one header": bearer(`Bearer ${good}, Bearer ${good}`),
    "two of them in two headers": bearer([`Bearer ${good}`, `Bearer ${good}`]),
    "two headers, the other first": bearer(["Basic YWRhOng=", `Bearer ${good}`]),
    "two headers, the other after": bearer([`Bearer ${good}`, "Basic YWRhOng="]),
    "one in small letters, one in big ones": bearer(`bearer ${good}, Bearer ${good}`),
    "one word for a token": bearer("Bearer xxx"),
    quotes: bearer(`Bearer "${good}"`),
    "letters beyond ASCII": bearer("Bearer \u00fc\u00fc"),
    "a long one": bearer(`Bearer ${good}${"a".repeat(9000)}`),
    "no token but in Proxy-Authorization": get("/only_headers", { "proxy-authorization": `Bearer ${good}` }),
    "the name in capitals": get("/only_headers", { AUTHORIZATION: `Bearer ${good}` }),
  };
}

/** Cookies, and what shows that a page may send them. */
export function cookieAsks({ token, now }: Forge): Asks {
  const good = `access_token_cookie=${token()}`;
  const refresh = `refresh_token_cookie=${token({ type: "refresh", fresh: false })}`;
  const right = { "x-csrf-token": CSRF };
  return {
    "a cookie": get("/protected", cookie(good)),
    "a cookie on HEAD": { ...get("/protected", cookie(good)), method: "HEAD" },
    "a cookie on OPTIONS": { ...get("/protected", cookie(good)), method: "OPTIONS" },
    "a cookie that is empty": get("/protected", cookie("access_token_cookie=")),
    "a cookie of another name": get("/protected", cookie(good.replace("access", "ACCESS"))),
    "a cookie among others": get("/protected", cookie(`a=1; ${good}; b=2`)),
    "a cookie in quotes": get("/protected", cookie(good.replace(/=(.*)/, '="$1"'))),
    "a cookie twice, the first good": get("/protected", cookie(`${good}; access_token_cookie=x.y.z`)),
    "a cookie twice, the second good": get("/protected", cookie(`access_token_cookie=x.y.z; ${good}`)),
    "a cookie twice, the first empty": get("/protected", cookie(`access_token_cookie=; ${good}`)),
    "a cookie header that is none": get("/protected", cookie(";;;==;")),
    "a bad cookie": get("/protected", cookie("access_token_cookie=x.y.z")),
    "an expired cookie": get("/protected", cookie(`access_token_cookie=${token({ iat: now - 900, exp: now - 60 })}`)),
    "the refresh cookie where access is wanted": get("/protected", cookie(refresh)),
    "a refresh token under the name of the other": get(
      "/protected",
      cookie(`access_token_cookie=${token({ type: "refresh" })}`),
    ),
    "a cookie where only headers are read": get("/only_headers", cookie(good)),
    "a cookie, any type": get("/any", cookie(good)),
    "the refresh cookie, any type": get("/any", cookie(refresh)),
    "POST without CSRF": post("/protected", cookie(good)),
    "POST with CSRF": post("/protected", cookie(good, right)),
    "POST with another's CSRF": post("/protected", cookie(good, { "x-csrf-token": "0" })),
    "POST with an empty CSRF": post("/protected", cookie(good, { "x-csrf-token": "" })),
    "POST with CSRF beyond ASCII": post("/protected", cookie(good, { "x-csrf-token": "\u00fc" })),
    "POST with CSRF in capitals": post("/protected", cookie(good, { "x-csrf-token": CSRF.toUpperCase() })),
    "POST with CSRF twice": post("/protected", cookie(good, { "x-csrf-token": [CSRF, CSRF] })),
    "POST with CSRF in a cookie alone": post("/protected", cookie(`${good}; csrf_access_token=${CSRF}`)),
    "POST with CSRF in the query": post(`/protected?csrf_token=${CSRF}`, cookie(good)),
    "POST with CSRF in a form": post("/protected", cookie(good, { "content-type": FORM_TYPE }), `csrf_token=${CSRF}`),
    "POST with CSRF and no csrf claim": post(
      "/protected",
      cookie(`access_token_cookie=${token({ csrf: undefined })}`, right),
    ),
    "POST with CSRF and a csrf claim of null": post(
      "/protected",
      cookie(`access_token_cookie=${token({ csrf: null })}`, right),
    ),
    "POST, expired, without CSRF": post("/protected", cookie(`access_token_cookie=${token({ exp: now - 60 })}`)),
    "POST, expired, with CSRF": post("/protected", cookie(`access_token_cookie=${token({ exp: now - 60 })}`, right)),
    "POST, expired, with another's CSRF": post(
      "/protected",
      cookie(`access_token_cookie=${token({ exp: now - 60 })}`, { "x-csrf-token": "0" }),
    ),
    "POST, tampered, with another's CSRF": post("/protected", cookie(`${good}x`, { "x-csrf-token": "0" })),
    "POST, refresh for access, with another's CSRF": post(
      "/protected",
      cookie(`access_token_cookie=${token({ type: "refresh" })}`, { "x-csrf-token": "0" }),
    ),
    "POST, fresh wanted, without CSRF": post("/fresh", cookie(good)),
    "DELETE without CSRF": { ...post("/logout", cookie(good)), method: "DELETE" },
    "DELETE with CSRF": { ...post("/logout", cookie(`access_token_cookie=${token()}`, right)), method: "DELETE" },
    "refresh without CSRF": post("/refresh", cookie(refresh)),
    "refresh with CSRF": post("/refresh", cookie(refresh, right)),
    "refresh with another's CSRF": post("/refresh", cookie(refresh, { "x-csrf-token": "0" })),
    "refresh with the access cookie": post("/refresh", cookie(good, right)),
    "cookie refresh with CSRF": post("/cookie/refresh", cookie(refresh, right)),
    "cookie refresh without CSRF": post("/cookie/refresh", cookie(refresh)),
    "optional, no cookie, POST": post("/optional"),
    "optional, a cookie, POST without CSRF": post("/optional", cookie(good)),
    "optional, a cookie, POST with CSRF": post("/optional", cookie(good, right)),
    "optional, a bad cookie": get("/optional", cookie("access_token_cookie=x.y.z")),
    "optional, an expired cookie": get("/optional", cookie(`access_token_cookie=${token({ exp: now - 60 })}`)),
    "implicit, a cookie that ends soon": get("/implicit", cookie(good)),
    "implicit, a cookie that lasts": get("/implicit", cookie(`access_token_cookie=${token({ exp: now + 3600 })}`)),
    "implicit, POST without CSRF": post("/implicit", cookie(good)),
    "POST with CSRF, from another site": post(
      "/protected",
      cookie(good, { ...right, origin: "https://elsewhere.example", "sec-fetch-site": "cross-site" }),
    ),
    "GET from another site": get(
      "/protected",
      cookie(good, { origin: "https://elsewhere.example", "sec-fetch-site": "cross-site" }),
    ),
  };
}

/** The query, and bodies of JSON. */
export function queryAndJsonAsks({ token }: Forge): Asks {
  const good = token();
  const refresh = token({ type: "refresh", fresh: false });
  const body = JSON.stringify({ access_token: good });
  return {
    "in the query": get(`/protected?jwt=${good}`),
    "in the query of HEAD": { ...get(`/protected?jwt=${good}`), method: "HEAD" },
    "in the query, empty": get("/protected?jwt="),
    "in the query, bad": get("/protected?jwt=x.y.z"),
    "in the query, no value": get("/protected?jwt"),
    "in the query with a scheme": get(`/protected?jwt=Bearer%20${good}`),
    "in the query twice, the first good": get(`/protected?jwt=${good}&jwt=x.y.z`),
    "in the query twice, the second good": get(`/protected?jwt=x.y.z&jwt=${good}`),
    "in the query twice, the first empty": get(`/protected?jwt=&jwt=${good}`),
    "in the query, the name in capitals": get(`/protected?JWT=${good}`),
    "in the query, among others": get(`/protected?a=1&jwt=${good}&b=%zz`),
    "in the query, dots encoded": get(`/protected?jwt=${good.replaceAll(".", "%2E")}`),
    "in the query where only headers are read": get(`/only_headers?jwt=${good}`),
    "in the query of POST": post(`/protected?jwt=${good}`),
    "a refresh token in the query": post(`/refresh?jwt=${refresh}`),
    "in the query, optional": get(`/optional?jwt=${good}`),
    "in JSON": json(body),
    "in JSON with a character set": json(body, "application/json; charset=UTF-8"),
    "in JSON of a type in capitals": json(body, "Application/JSON"),
    "in JSON of another type of JSON": json(body, "application/vnd.api+json"),
    "in JSON that says it is text": json(body, "text/plain"),
    "in JSON that says it is a form": json(body, FORM_TYPE),
    "in JSON of no type": post("/protected", {}, body),
    "in JSON of a type that only begins so": json(body, "application/jsonp"),
    "in a form": json(`access_token=${good}`, FORM_TYPE),
    "JSON without the key": json('{"token":"x"}'),
    "JSON that is empty": json(""),
    "JSON that breaks off": json('{"access_token":'),
    "JSON with a comma too many": json(`{"access_token":"${good}",}`),
    "JSON null": json("null"),
    "JSON list": json(`["${good}"]`),
    "JSON empty list": json("[]"),
    "JSON text": json('"access_token"'),
    "JSON number": json("1"),
    "JSON true": json("true"),
    "JSON false": json("false"),
    "JSON empty object": json("{}"),
    "JSON with a token of null": json('{"access_token":null}'),
    "JSON with an empty token": json('{"access_token":""}'),
    "JSON with a token of 0": json('{"access_token":0}'),
    "JSON with a token that is a number": json('{"access_token":12}'),
    "JSON with a token that is true": json('{"access_token":true}'),
    "JSON with a token that is a list": json(`{"access_token":["${good}"]}`),
    "JSON with a token that is an empty list": json('{"access_token":[]}'),
    "JSON with a token that is an object": json('{"access_token":{"a":1}}'),
    "JSON with a bad token": json('{"access_token":"x.y.z"}'),
    "JSON with a token beyond ASCII": json('{"access_token":"\u00fc.\u00fc.\u00fc"}'),
    "JSON with the key twice, the last good": json(`{"access_token":"x.y.z","access_token":"${good}"}`),
    "JSON with the key twice, the first good": json(`{"access_token":"${good}","access_token":"x.y.z"}`),
    "JSON with the key of the other type": json(`{"refresh_token":"${good}"}`),
    "JSON after a mark of the byte order": json(`\ufeff${body}`),
    "JSON that is no UTF-8": json("\u00fc{"),
    "a refresh token in JSON": post("/refresh", { "content-type": JSON_TYPE }, `{"refresh_token":"${refresh}"}`),
    "a refresh token in JSON under the other key": post(
      "/refresh",
      { "content-type": JSON_TYPE },
      `{"access_token":"${refresh}"}`,
    ),
    "JSON, any type, refresh": post("/any", { "content-type": JSON_TYPE }, `{"access_token":"${refresh}"}`),
    "JSON, optional, no key": post("/optional", { "content-type": JSON_TYPE }, "{}"),
    "JSON, optional": post("/optional", { "content-type": JSON_TYPE }, body),
    "JSON, optional, a list": post("/optional", { "content-type": JSON_TYPE }, "[1]"),
    "JSON where only headers are read": post("/only_headers", { "content-type": JSON_TYPE }, body),
    "JSON of DELETE": {
      ...post("/logout", { "content-type": JSON_TYPE }, `{"access_token":"${token()}"}`),
      method: "DELETE",
    },
  };
}

/** Two places at once, and routes and methods that are odd. */
export function placesAsks({ token, now }: Forge): Asks {
  const good = token();
  const other = token({ sub: "grace" });
  const expired = token({ iat: now - 900, exp: now - 60 });
  const inHeader = (value: string) => ({ authorization: `Bearer ${value}` });
  const inCookie = (value: string) => ({ cookie: `access_token_cookie=${value}` });
  const inJson = (value: string) => JSON.stringify({ access_token: value });
  const method = (name: string, path: string, headers: Headers = {}): Ask => ({ path, method: name, headers });
  return {
    "header and cookie": get("/protected", { ...inHeader(good), ...inCookie(other) }),
    "a bad header and a good cookie": get("/protected", { ...inHeader("x.y.z"), ...inCookie(good) }),
    "an expired header and a good cookie": get("/protected", { ...inHeader(expired), ...inCookie(good) }),
    "a good header and a bad cookie": get("/protected", { ...inHeader(good), ...inCookie("x.y.z") }),
    "another scheme and a good cookie": get("/protected", { authorization: "Basic x", ...inCookie(good) }),
    "an empty header and a good cookie": get("/protected", { authorization: "", ...inCookie(good) }),
    "the scheme alone and a good cookie": get("/protected", { authorization: "Bearer", ...inCookie(good) }),
    "two tokens in the header and a good cookie": get("/protected", {
      authorization: `Bearer ${good}, Bearer ${good}`,
      ...inCookie(good),
    }),
    "header and cookie, POST without CSRF": post("/protected", { ...inHeader(good), ...inCookie(good) }),
    "header and query": get(`/protected?jwt=${other}`, inHeader(good)),
    "a bad header and a good query": get(`/protected?jwt=${good}`, inHeader("x.y.z")),
    "cookie and query": get(`/protected?jwt=${other}`, inCookie(good)),
    "a bad cookie and a good query": get(`/protected?jwt=${good}`, inCookie("x.y.z")),
    "an empty cookie and a good query": get(`/protected?jwt=${good}`, inCookie("")),
    "a cookie without CSRF and a good query": post(`/protected?jwt=${good}`, inCookie(good)),
    "a bad query and good JSON": post("/protected?jwt=x.y.z", { "content-type": JSON_TYPE }, inJson(good)),
    "an empty query and good JSON": post("/protected?jwt=", { "content-type": JSON_TYPE }, inJson(good)),
    "a good query and bad JSON": post(`/protected?jwt=${good}`, { "content-type": JSON_TYPE }, "{"),
    "a good header and bad JSON": post("/protected", { ...inHeader(good), "content-type": JSON_TYPE }, "{"),
    "a cookie without CSRF and good JSON": post(
      "/protected",
      { ...inCookie(good), "content-type": JSON_TYPE },
      inJson(good),
    ),
    "all four": post(
      `/protected?jwt=${other}`,
      { ...inHeader(good), ...inCookie(other), "content-type": JSON_TYPE },
      inJson(other),
    ),
    "all four bad": post(
      "/protected?jwt=x",
      { ...inHeader("x.y.z"), ...inCookie("x.y.z"), "content-type": JSON_TYPE },
      inJson("x"),
    ),
    "optional, another scheme": get("/optional", { authorization: "Basic x" }),
    "optional, another scheme and a good cookie": get("/optional", { authorization: "Basic x", ...inCookie(good) }),
    "optional, nothing": get("/optional"),
    "optional, the scheme alone": get("/optional", { authorization: "Bearer" }),
    "optional, two tokens": get("/optional", { authorization: `Bearer ${good}, Bearer ${good}` }),
    "OPTIONS with nothing": method("OPTIONS", "/protected"),
    "OPTIONS with a bad token": method("OPTIONS", "/protected", inHeader("x.y.z")),
    "OPTIONS with a good token": method("OPTIONS", "/protected", inHeader(good)),
    "OPTIONS of a route that does not say so": method("OPTIONS", "/fresh"),
    "OPTIONS of a route to refresh": method("OPTIONS", "/refresh"),
    "HEAD with nothing": method("HEAD", "/protected"),
    "HEAD with a good token": method("HEAD", "/protected", inHeader(good)),
    PUT: method("PUT", "/protected", inHeader(good)),
    "GET where POST is wanted": get("/refresh", inHeader(good)),
    "GET of the log-in": get("/login"),
    "a route that there is not": get("/nowhere", inHeader(good)),
    "a slash too many": get("/protected/", inHeader(good)),
  };
}

/** What names and values an application with OVERRIDES=1 reads, and which no longer. */
export function overriddenAsks({ token }: Forge): Asks {
  const good = token();
  const refresh = token({ type: "refresh", fresh: false });
  const right = { "x-csrf-token": CSRF };
  const form = (fields: string, more: Headers = {}) =>
    post("/protected", cookie(`acc=${good}`, { "content-type": FORM_TYPE, ...more }), fields);
  const boundary = "----FormBoundary7MA4YWxkTrZu0gW";
  const part = `--${boundary}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n${CSRF}\r\n--${boundary}--\r\n`;
  return {
    nothing: get("/protected"),
    "nothing, only headers": get("/only_headers"),
    "nothing to refresh with": post("/refresh"),
    "nothing but an empty object": post("/protected", { "content-type": JSON_TYPE }, "{}"),
    "the scheme JWT": bearer(`JWT ${good}`),
    "the scheme jwt": bearer(`jwt ${good}`),
    "the scheme Bearer": bearer(`Bearer ${good}`),
    "both schemes": bearer(`Bearer x, JWT ${good}`),
    "JWT alone": bearer("JWT"),
    "JWT and two words": bearer(`JWT ${good} x`),
    "JWT twice": bearer(`JWT ${good}, JWT ${good}`),
    "the query with its prefix": get(`/protected?t=Bearer%20${good}`),
    "the query with a plus": get(`/protected?t=Bearer+${good}`),
    "the query without its prefix": get(`/protected?t=${good}`),
    "the query with its prefix in small letters": get(`/protected?t=bearer%20${good}`),
    "the query with its prefix alone": get("/protected?t=Bearer%20"),
    "the query with its prefix twice": get(`/protected?t=Bearer%20Bearer%20${good}`),
    "the query under the old name": get(`/protected?jwt=Bearer%20${good}`),
    "JSON under the new key": json(JSON.stringify({ a: good })),
    "JSON under the old key": json(JSON.stringify({ access_token: good })),
    "JSON to refresh": post("/refresh", { "content-type": JSON_TYPE }, JSON.stringify({ r: refresh })),
    "JSON to refresh under the other key": post(
      "/refresh",
      { "content-type": JSON_TYPE },
      JSON.stringify({ a: refresh }),
    ),
    "the cookie under its new name": get("/protected", cookie(`acc=${good}`)),
    "the cookie under its old name": get("/protected", cookie(`access_token_cookie=${good}`)),
    "POST without CSRF": post("/protected", cookie(`acc=${good}`)),
    "POST with CSRF": post("/protected", cookie(`acc=${good}`, right)),
    "POST with another's CSRF": post("/protected", cookie(`acc=${good}`, { "x-csrf-token": "0" })),
    "a form with CSRF": form(`a=1&csrf_token=${CSRF}`),
    "a form with another's CSRF": form("csrf_token=0"),
    "a form with an empty CSRF": form("csrf_token="),
    "a form without CSRF": form("a=1"),
    "a form with CSRF twice, the first right": form(`csrf_token=${CSRF}&csrf_token=0`),
    "a form with CSRF twice, the second right": form(`csrf_token=0&csrf_token=${CSRF}`),
    "a form with another's CSRF, and a header": form("csrf_token=0", right),
    "a form with CSRF, and another's in the header": form(`csrf_token=${CSRF}`, { "x-csrf-token": "0" }),
    "a form with CSRF, and an empty header": form(`csrf_token=${CSRF}`, { "x-csrf-token": "" }),
    "a form of parts with CSRF": post(
      "/protected",
      cookie(`acc=${good}`, { "content-type": `multipart/form-data; boundary=${boundary}` }),
      part,
    ),
    "a form of parts without a boundary": post(
      "/protected",
      cookie(`acc=${good}`, { "content-type": "multipart/form-data" }),
      part,
    ),
    "JSON with CSRF in it": post(
      "/protected",
      cookie(`acc=${good}`, { "content-type": JSON_TYPE }),
      JSON.stringify({ csrf_token: CSRF }),
    ),
    "refresh by cookie with CSRF": post("/refresh", cookie(`ref=${refresh}`, right)),
    "refresh by cookie with a form": post(
      "/cookie/refresh",
      cookie(`ref=${refresh}`, { "content-type": FORM_TYPE }),
      `csrf_token=${CSRF}`,
    ),
    "refresh by cookie without CSRF": post("/cookie/refresh", cookie(`ref=${refresh}`)),
    implicit: get("/implicit", cookie(`acc=${good}`)),
    "log-out of cookies": post("/cookie/logout"),
    "log-in": post("/login", { "content-type": JSON_TYPE }, '{"username":"ada"}'),
    "log-in of root": post("/login", { "content-type": JSON_TYPE }, '{"username":"root"}'),
    "log-in by cookie": post("/cookie/login", { "content-type": JSON_TYPE }, '{"username":"root"}'),
  };
}

/** Log-ins and log-outs. */
export function loginAsks(): Asks {
  const login = (body: unknown): Ask => post("/login", { "content-type": JSON_TYPE }, JSON.stringify(body));
  return {
    "log-in": login({ username: "ada" }),
    "log-in of root": login({ username: "root" }),
    "log-in of ghost": login({ username: "ghost" }),
    "log-in with a name in letters of all kinds": login({ username: "Żółć 🦢" }),
    "log-in without a name": login({}),
    "log-in without a body": post("/login"),
    "log-in by cookie": post("/cookie/login", { "content-type": JSON_TYPE }, '{"username":"ada"}'),
    "log-in of root by cookie": post("/cookie/login", { "content-type": JSON_TYPE }, '{"username":"root"}'),
    "log-out of cookies": post("/cookie/logout"),
  };
}
