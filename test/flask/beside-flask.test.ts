import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, temporaryFolder } from "../http/open-auth.js";
import { hasFlask } from "./flask-packages.js";
import { type Beside, startBeside } from "./latchkey-app.js";
import { startOriginal, type Tour } from "./start-tour.js";

const secret = randomBytes(32).toString("hex");

/** Both applications, and which of them mints. */
type Side = "flask" | "latchkey";
const sides: Partial<{ flask: Tour; latchkey: Beside }> = {};
const at = (side: Side) => sides[side] as Tour | Beside;

const BOTH_WAYS: readonly (readonly [from: Side, to: Side])[] = [
  ["flask", "latchkey"],
  ["latchkey", "flask"],
];

const HAS_FLASK = hasFlask();

beforeAll(async () => {
  if (!HAS_FLASK) return;
  const blocklist = join(temporaryFolder(), "blocklist.db");
  sides.flask = await startOriginal({ JWT_SECRET_KEY: secret, BLOCKLIST: blocklist });
  sides.latchkey = await startBeside(secret, blocklist);
});
afterAll(() => Promise.all([sides.flask?.stop(), sides.latchkey?.stop()]));

interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

async function logIn(side: Side, username = "ada"): Promise<Tokens> {
  if (side === "latchkey") {
    const { jwt } = sides.latchkey as Beside;
    return {
      access: await jwt.createAccessToken(username, { fresh: true }),
      refresh: await jwt.createRefreshToken(username),
    };
  }
  const headers = { "content-type": "application/json" };
  const { body } = await at(side).ask("/login", { method: "POST", headers, body: JSON.stringify({ username }) });
  return { access: String(body.access_token), refresh: String(body.refresh_token) };
}

function ask(side: Side, method: string, path: string, token: string): Promise<Answer> {
  return at(side).ask(path, { method, headers: { authorization: `Bearer ${token}` } });
}

/** The cookies of an answer, by their names. */
function cookiesOf({ headers }: Answer): Record<string, string> {
  return Object.fromEntries(headers.getSetCookie().map((cookie) => (cookie.split(";")[0] ?? "").split("=")));
}

function withCookies(cookies: Record<string, string>, csrf?: string) {
  const cookie = Object.entries(cookies)
    .map((pair) => pair.join("="))
    .join("; ");
  return { method: "POST", headers: { cookie, ...(csrf !== undefined && { "x-csrf-token": csrf }) } };
}

describe.skipIf(!HAS_FLASK).each(BOTH_WAYS)("a token that %s has minted opens %s:", (from, to) => {
  it("a protected route, for its owner", async () => {
    const { access } = await logIn(from, "Żółć");
    const { status, body } = await ask(to, "GET", "/protected", access);
    expect({ status, who: body.who }).toEqual({ status: 200, who: "Żółć" });
  });

  it("a route that wants a fresh token, but not after a refresh", async () => {
    const { access, refresh } = await logIn(from);
    expect(await ask(to, "GET", "/fresh", access)).toMatchObject({ status: 200, body: { ok: true } });
    const renewed = await ask(from, "POST", "/refresh", refresh);
    const stale = await ask(to, "GET", "/fresh", String(renewed.body.access_token));
    expect(stale).toMatchObject({ status: 401, body: { msg: "Fresh token required" } });
  });

  it("the way to a new access token, which opens both", async () => {
    const { refresh } = await logIn(from);
    const renewed = await ask(to, "POST", "/refresh", refresh);
    for (const side of [from, to]) {
      const opened = await ask(side, "GET", "/protected", String(renewed.body.access_token));
      expect({ side, status: opened.status, who: opened.body.who }).toEqual({ side, status: 200, who: "ada" });
    }
  });

  it("no route that wants the other type", async () => {
    const { access, refresh } = await logIn(from);
    const refused = [await ask(to, "GET", "/protected", refresh), await ask(to, "POST", "/refresh", access)];
    expect(refused.map(({ status, body }) => [status, body.msg])).toEqual([
      [422, "Only non-refresh tokens are allowed"],
      [422, "Only refresh tokens are allowed"],
    ]);
  });

  it.each(["access", "refresh"] as const)("nothing once its %s token was taken back there", async (type) => {
    const token = (await logIn(from))[type];
    expect((await ask(from, "DELETE", "/logout", token)).status).toBe(200);
    const [method, path] = type === "access" ? (["GET", "/protected"] as const) : (["POST", "/refresh"] as const);
    for (const side of [from, to]) {
      const refused = await ask(side, method, path, token);
      expect(refused).toMatchObject({ status: 401, body: { msg: "Token has been revoked" } });
    }
  });

  it("nothing at home once it was taken back here", async () => {
    const { access } = await logIn(from);
    expect((await ask(to, "DELETE", "/logout", access)).status).toBe(200);
    for (const side of [from, to]) expect((await ask(side, "GET", "/protected", access)).status).toBe(401);
  });

  it("its routes from a cookie, with the CSRF value of the other cookie", async () => {
    const cookies = cookiesOf(await at(from).ask("/cookie/login", { method: "POST" }));
    const right = await at(to).ask("/protected", withCookies(cookies, cookies.csrf_access_token));
    expect(right.status).toBe(200);
    const [none, wrong] = [undefined, cookies.csrf_refresh_token].map((csrf) => withCookies(cookies, csrf));
    expect(await at(to).ask("/protected", none)).toMatchObject({ status: 401, body: { msg: "Missing CSRF token" } });
    expect(await at(to).ask("/protected", wrong)).toMatchObject({
      status: 401,
      body: { msg: "CSRF double submit tokens do not match" },
    });
  });

  it("the way to a new cookie, which opens both", async () => {
    const cookies = cookiesOf(await at(from).ask("/cookie/login", { method: "POST" }));
    const renewed = await at(to).ask("/cookie/refresh", withCookies(cookies, cookies.csrf_refresh_token));
    expect(renewed.status).toBe(200);
    const all = { ...cookies, ...cookiesOf(renewed) };
    expect(all.access_token_cookie).not.toBe(cookies.access_token_cookie);
    for (const side of [from, to])
      expect((await at(side).ask("/protected", withCookies(all, all.csrf_access_token))).status).toBe(200);
  });

  it("nothing with a letter of it changed", async () => {
    const { access } = await logIn(from);
    const [header, payload = "", signature] = access.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: "root" })).toString("base64url");
    expect(await ask(to, "GET", "/protected", `${header}.${forged}.${signature}`)).toMatchObject({
      status: 422,
      body: { msg: "Signature verification failed" },
    });
  });
});
