import { JwtManager, type JwtManagerOptions } from "latchkey/manager";
import { describe, expect, it } from "vitest";
import { SECONDS, WRONG_USE } from "../tokens/by-hand.js";
import { askRoute, flaskToken, managerOf, SECRET } from "./ask-route.js";

const GONE = "Max-Age=0";
const EPOCH = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";

/** The parts of Set-Cookie values, those after the first sorted. */
function partsOf(cookies: readonly string[]) {
  return cookies.map((cookie) => {
    const [pair = "", ...attributes] = cookie.split("; ");
    return [pair, ...attributes.sort()];
  });
}

describe("the cookies of a manager", () => {
  it("are Secure, SameSite=Lax and of the session, and only the token is HttpOnly", () => {
    const jwt = managerOf();
    const token = flaskToken({ csrf: "c-1" });
    const usual = ["Path=/", "SameSite=Lax", "Secure"];
    expect(partsOf(jwt.setAccessCookies(token))).toEqual([
      [`access_token_cookie=${token}`, "HttpOnly", ...usual],
      ["csrf_access_token=c-1", ...usual],
    ]);
    expect(partsOf(jwt.setRefreshCookies(token))).toEqual([
      [`refresh_token_cookie=${token}`, "HttpOnly", ...usual],
      ["csrf_refresh_token=c-1", ...usual],
    ]);
  });

  it("have names, paths and attributes of one's own", () => {
    const jwt = managerOf({
      cookies: {
        accessName: "acc",
        refreshName: "ref",
        accessPath: "/api",
        refreshPath: "/cookie/refresh",
        domain: "example.com",
        sameSite: "Strict",
        persistent: true,
      },
      csrf: {
        accessCookieName: "acc_csrf",
        refreshCookieName: "ref_csrf",
        accessCookiePath: "/a",
        refreshCookiePath: "/r",
      },
    });
    const shared = ["Domain=example.com", "Max-Age=890"];
    const access = flaskToken({ csrf: "c-1" });
    expect(partsOf(jwt.setAccessCookies(access))).toEqual([
      [`acc=${access}`, "Domain=example.com", "HttpOnly", "Max-Age=890", "Path=/api", "SameSite=Strict", "Secure"],
      ["acc_csrf=c-1", ...shared, "Path=/a", "SameSite=Strict", "Secure"],
    ]);
    expect(
      partsOf(jwt.setRefreshCookies(access)).map((parts) => parts.filter((part) => /Path|=c-1/.test(part))),
    ).toEqual([["Path=/cookie/refresh"], ["ref_csrf=c-1", "Path=/r"]]);
    expect(
      partsOf(jwt.unsetCookies()).map(([pair, ...rest]) => [
        pair,
        rest.filter((part) => /^(?:Path|Domain)/.test(part)),
      ]),
    ).toEqual([
      ["acc=", ["Domain=example.com", "Path=/api"]],
      ["acc_csrf=", ["Domain=example.com", "Path=/a"]],
      ["ref=", ["Domain=example.com", "Path=/cookie/refresh"]],
      ["ref_csrf=", ["Domain=example.com", "Path=/r"]],
    ]);
  });

  it("may be sent in the clear, and to other sites", () => {
    const clear = managerOf({ cookies: { secure: false } }).setAccessCookies(flaskToken());
    expect(clear.join()).not.toContain("Secure");
    const other = managerOf({ cookies: { sameSite: "None" } }).setAccessCookies(flaskToken());
    expect(other[0]).toMatch(/; Secure; SameSite=None$/);
  });

  it.each<[string, JwtManagerOptions]>([
    ["CSRF is off", { csrf: false }],
    ["the value is handed out otherwise", { csrf: { inCookies: false } }],
  ])("are one of each kind where %s", (_what, options) => {
    const jwt = managerOf(options);
    expect(jwt.setAccessCookies(flaskToken())).toHaveLength(1);
    expect(jwt.setRefreshCookies(flaskToken())).toHaveLength(1);
    expect(jwt.unsetCookies()).toHaveLength(2);
  });

  it("have a Max-Age and a domain of one call", () => {
    const jwt = managerOf({ cookies: { domain: "example.com", persistent: true } });
    for (const cookie of jwt.setAccessCookies(flaskToken(), { maxAge: 60, domain: "api.example.com" })) {
      expect(cookie).toContain("; Max-Age=60; Domain=api.example.com;");
    }
    for (const cookie of jwt.setRefreshCookies(flaskToken(), { maxAge: 0 })) expect(cookie).toContain("; Max-Age=0;");
    for (const cookie of jwt.unsetCookies({ domain: "api.example.com" }))
      expect(cookie).toContain("; Domain=api.example.com;");
  });

  it("are taken away with the attributes that they were set with", () => {
    const jwt = managerOf();
    const usual = [EPOCH, GONE, "Path=/", "SameSite=Lax", "Secure"];
    expect(partsOf(jwt.unsetAccessCookies())).toEqual([
      ["access_token_cookie=", EPOCH, "HttpOnly", GONE, "Path=/", "SameSite=Lax", "Secure"],
      ["csrf_access_token=", ...usual],
    ]);
    expect(partsOf(jwt.unsetRefreshCookies())[1]).toEqual(["csrf_refresh_token=", ...usual]);
    expect(jwt.unsetCookies()).toEqual([...jwt.unsetAccessCookies(), ...jwt.unsetRefreshCookies()]);
  });

  it("live as long as their token where they stay, and not at all where it is about to expire", () => {
    const jwt = managerOf({ cookies: { persistent: true } });
    expect(jwt.setAccessCookies(flaskToken({ exp: SECONDS + 10.2 }))[0]).toContain("; Max-Age=11;");
    expect(jwt.setAccessCookies(flaskToken({ exp: SECONDS - 2 }))[0]).toContain("; Max-Age=0;");
  });

  it.each<[string, (jwt: JwtManager) => unknown]>([
    ["an unknown setting", (jwt) => jwt.setAccessCookies(flaskToken(), { path: "/" } as object)],
    ["a negative Max-Age", (jwt) => jwt.setAccessCookies(flaskToken(), { maxAge: -1 })],
    ["a Max-Age of years", (jwt) => jwt.setAccessCookies(flaskToken(), { maxAge: 86_400 * 401 })],
    ["a Max-Age in a text", (jwt) => jwt.setAccessCookies(flaskToken(), { maxAge: "60" as never })],
    ["a domain with a semicolon", (jwt) => jwt.setAccessCookies(flaskToken(), { domain: "a; b" })],
    ["an empty domain", (jwt) => jwt.unsetCookies({ domain: "" })],
    ["a Max-Age for what is taken away", (jwt) => jwt.unsetCookies({ maxAge: 5 } as object)],
    ["a token without a csrf claim", (jwt) => jwt.setAccessCookies(flaskToken({ csrf: undefined }))],
  ])("are not set with %s", (_what, act) => {
    let thrown: unknown;
    try {
      act(managerOf());
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toEqual(WRONG_USE);
  });

  it("are not set of a token that is not good", () => {
    expect(() => managerOf().setAccessCookies("a.b.c")).toThrow(expect.objectContaining({ name: "TokenError" }));
  });

  it("hold a csrf value that no attribute can be smuggled into", () => {
    const token = flaskToken({ csrf: "x; Domain=evil.example\r\nSet-Cookie: a=b" });
    const [, csrf] = managerOf().setAccessCookies(token);
    expect(csrf?.split("; ")).toHaveLength(4);
    expect(csrf).not.toMatch(/[\r\n]/);
  });
});

/** Asks with the cookies that were set, as a browser would send them. */
const cookieHeader = (cookies: readonly string[]) => cookies.map((cookie) => cookie.split(";")[0]).join("; ");

describe("a route of a browser", () => {
  const jwt = new JwtManager({ secret: SECRET, locations: ["cookie"] });

  it.each<["access" | "refresh"]>([["access"], ["refresh"]])(
    "takes the %s cookie, with the csrf value beside it",
    async (kind) => {
      const isAccess = kind === "access";
      const token = isAccess ? await jwt.createAccessToken("ada") : await jwt.createRefreshToken("ada");
      const cookies = isAccess ? jwt.setAccessCookies(token) : jwt.setRefreshCookies(token);
      const ask = askRoute(jwt, { type: kind });
      const cookie = cookieHeader(cookies);
      const csrf = jwt.csrfToken(token);
      expect(await ask({ headers: { cookie } })).toMatchObject({ status: 200, body: { who: "ada", where: "cookie" } });
      expect(await ask({ method: "POST", headers: { cookie } })).toMatchObject({
        status: 403,
        body: { reason: "missing" },
      });
      expect(await ask({ method: "POST", headers: { cookie, "x-csrf-token": csrf } })).toMatchObject({ status: 200 });
      expect(await ask({ method: "POST", headers: { cookie, "x-csrf-token": `${csrf}x` } })).toMatchObject({
        status: 403,
        body: { code: "csrf", reason: "mismatch" },
      });
      const gone = cookieHeader(jwt.unsetCookies());
      expect(await ask({ headers: { cookie: gone } })).toMatchObject({ status: 401, body: { code: "token_required" } });
    },
  );

  it("lets its value come in a form, where that is said", async () => {
    const form = managerOf({ locations: "cookie", csrf: { form: true, accessFieldName: "proof" } });
    const asked = (body: string) => ({
      method: "POST",
      headers: { cookie: `access_token_cookie=${flaskToken()}`, "content-type": "application/x-www-form-urlencoded" },
      body,
    });
    expect(await askRoute(form)(asked("proof=a+csrf+value"))).toMatchObject({ status: 200 });
    expect(await askRoute(form)(asked("csrf_token=a+csrf+value"))).toMatchObject({ status: 403 });
    expect(await askRoute(managerOf({ locations: "cookie" }))(asked("csrf_token=a+csrf+value"))).toMatchObject({
      status: 403,
    });
  });

  it("asks for the value in headers and methods of one's own", async () => {
    const own = managerOf({
      locations: "cookie",
      csrf: { methods: ["get"], accessHeaderName: "X-Access", refreshHeaderName: "X-Refresh" },
    });
    const cookie = `access_token_cookie=${flaskToken()}; refresh_token_cookie=${flaskToken({ type: "refresh" })}`;
    const ask = askRoute(own);
    expect(await ask({ headers: { cookie } })).toMatchObject({ status: 403 });
    expect(await ask({ headers: { cookie, "x-access": "a csrf value" } })).toMatchObject({ status: 200 });
    expect(await ask({ headers: { cookie, "x-refresh": "a csrf value" } })).toMatchObject({ status: 403 });
    expect(await ask({ method: "POST", headers: { cookie } })).toMatchObject({ status: 200 });
    const refresh = askRoute(own, { type: "refresh" });
    expect(await refresh({ headers: { cookie, "x-refresh": "a csrf value" } })).toMatchObject({ status: 200 });
  });

  it("takes cookies without a proof where csrf is false", async () => {
    const ask = askRoute(managerOf({ locations: "cookie", csrf: false }));
    const headers = { cookie: `access_token_cookie=${flaskToken()}`, origin: "https://evil.example" };
    expect(await ask({ method: "POST", headers })).toMatchObject({ status: 200 });
  });

  it("believes pages of other origins only where they are listed", async () => {
    const headers = {
      cookie: `access_token_cookie=${flaskToken()}`,
      "x-csrf-token": "a csrf value",
      origin: "https://app.example.com",
      "sec-fetch-site": "same-site",
    };
    expect(await askRoute(managerOf({ locations: "cookie" }))({ method: "POST", headers })).toMatchObject({
      status: 403,
      body: { reason: "cross_site" },
    });
    const listed = managerOf({ locations: "cookie", csrf: { origins: ["https://app.example.com"] } });
    expect(await askRoute(listed)({ method: "POST", headers })).toMatchObject({ status: 200 });
  });

  it("lets nobody through on an optional route, but no cookie without its value", async () => {
    const ask = askRoute(managerOf({ locations: "cookie" }), { optional: true });
    expect(await ask({ method: "POST" })).toMatchObject({ status: 200, body: "nobody" });
    const headers = { cookie: `access_token_cookie=${flaskToken()}` };
    expect(await ask({ method: "POST", headers })).toMatchObject({ status: 403 });
  });

  it("asks for no value of a token from elsewhere", async () => {
    const ask = askRoute(managerOf({ locations: ["header", "cookie"] }));
    const headers = { authorization: `Bearer ${flaskToken({ csrf: undefined })}` };
    expect(await ask({ method: "POST", headers })).toMatchObject({ status: 200 });
  });
});
