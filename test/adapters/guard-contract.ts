import { beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "../http/open-auth.js";
import type { Sent } from "./ask-server.js";
import { FAULT, LISTED, mint, revocations } from "./guard-routes.js";

/** Asks the application of the contract; the path is that of a route, with a query. */
export type Ask = (path: string, sent?: Sent) => Promise<Answer>;

export interface GuardHost {
  /** The host that requests name. */
  readonly authority: string;
  readonly ask: Ask;
}

type Location = "header" | "cookie" | "query" | "json";
type Held = Partial<Record<Location, string>>;

const LOCATIONS: readonly Location[] = ["header", "cookie", "query", "json"];
const PAIRS = LOCATIONS.flatMap((first) =>
  LOCATIONS.filter((second) => first !== second).map((second) => [first, second] as const),
);
const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
const CSRF = "a value that only the page has";

const BODIES: readonly string[] = [
  "",
  "[]",
  '"access_token"',
  "7",
  "null",
  "true",
  "{}",
  '{"access_token":7}',
  '{"access_token":true}',
  '{"access_token":["a.b.c"]}',
  '{"access_token":{"length":3}}',
  '{"access_token":null}',
  '{"access_token":""}',
  '{"access_token":"a.b.c"}',
  '{"Access_Token":"a.b.c"}',
  '{"__proto__":{"access_token":"a.b.c"}}',
  '{"constructor":{"prototype":{"access_token":"a.b.c"}}}',
  `{"access_token":"${"a".repeat(70_000)}"}`,
  `{"access_token":${"[".repeat(500)}${"]".repeat(500)}}`,
  '{"access_token":"a.b.c"',
  "access_token=a.b.c",
];

/** The same requests for the guard of every adapter, at an application that has the routes of `ROUTES`. */
export function describeGuard(name: string, open: () => Promise<GuardHost>): void {
  describe(`requireToken in ${name}`, () => {
    let host: GuardHost;
    const ask: Ask = (path, sent) => host.ask(path, sent);
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    const post = (path: string, body: string, headers: Sent["headers"] = JSON_TYPE) =>
      ask(path, { method: "POST", headers: { ...JSON_TYPE, ...headers }, body });

    /** A POST with tokens in these places, and the value that a cookie wants. */
    const holding = (path: string, { header, cookie, query, json }: Held, type = "access") =>
      ask(query === undefined ? path : `${path}?jwt=${query}`, {
        method: "POST",
        headers: {
          "x-csrf-token": CSRF,
          ...(header !== undefined && { authorization: `Bearer ${header}` }),
          ...(cookie !== undefined && { cookie: `other=1; ${type}_token_cookie=${cookie}; more=2` }),
          ...(json !== undefined && JSON_TYPE),
        },
        ...(json !== undefined && { body: JSON.stringify({ title: "geese", [`${type}_token`]: json }) }),
      });

    beforeAll(async () => {
      host = await open();
    });

    describe("finds the token", () => {
      it.each(LOCATIONS)("in the %s, and tells where it lay", async (location) => {
        const sub = `user of ${location}`;
        const held = { [location]: mint({ sub, csrf: CSRF }) };
        for (const path of ["/all", "/all-backwards", `/only-${location}`]) {
          const { status, body } = await holding(path, held);
          expect([path, status, body.user, body.location, body.exposed]).toEqual([path, 200, sub, location, true]);
        }
      });

      it.each(PAIRS)("in the first place that holds one: %s and %s", async (one, other) => {
        const order = LOCATIONS.indexOf(one) < LOCATIONS.indexOf(other) ? "/all" : "/all-backwards";
        const good = mint({ csrf: CSRF });
        const both = await holding(order, { [one]: good, [other]: mint({ sub: "other", csrf: CSRF }) });
        expect([both.status, both.body.user, both.body.location]).toEqual([200, "42", one]);
        expect((await holding(order, { [one]: good, [other]: "a.b.c" })).status).toBe(200);
        // A fault in the first place is not mended by the second.
        const bad = await holding(order, { [one]: "a.b.c", [other]: good });
        expect([bad.status, bad.body.code]).toEqual([401, "invalid_token"]);
      });

      it.each(PAIRS)("where the route wants it alone: not in the %2$s, but in the %1$s", async (wanted, other) => {
        const { status, body } = await holding(`/only-${wanted}`, { [other]: mint({ csrf: CSRF }) });
        expect([status, body.code]).toEqual([401, "token_required"]);
      });

      it.each(LOCATIONS)("for refreshing, in the %s", async (location) => {
        const held = { [location]: mint({ type: "refresh", csrf: CSRF }) };
        expect((await holding("/refresh", held, "refresh")).body).toMatchObject({ user: "42", location });
        const access = await holding("/refresh", { [location]: mint({ csrf: CSRF }) }, "refresh");
        expect([access.status, access.body.reason]).toEqual([401, "wrong_type"]);
      });

      it("in the Authorization header where the route says nothing", async () => {
        for (const scheme of ["Bearer", "bearer", "BEARER"])
          expect((await ask("/plain", { headers: { authorization: `${scheme} ${mint()}` } })).status).toBe(200);
        for (const held of [{ cookie: mint() }, { query: mint() }, { json: mint() }])
          expect((await holding("/plain", held)).body.code).toBe("token_required");
      });
    });

    describe("refuses, and never fails on,", () => {
      it.each<[string, string | readonly string[], string | undefined]>([
        ["a scheme alone", "Bearer", "malformed_header"],
        ["two spaces", "Bearer  a.b.c", "malformed_header"],
        ["a tab", "Bearer\ta.b.c", undefined],
        ["two words", "Bearer a b", "malformed_header"],
        ["letters of Latin-1", "Bearer \u00e4\u00df.b.c", "malformed_header"],
        ["quotes", 'Bearer "a.b.c"', "malformed_header"],
        ["no JSON in it", "Bearer a.b.c", "not_base64url"],
        ["five segments", "Bearer a.b.c.d.e", "encrypted"],
        ["9000 letters", `Bearer ${"a".repeat(9000)}`, "too_large"],
        ["two headers", ["Bearer a.b.c", "Bearer d.e.f"], "malformed_header"],
        ["the same header twice", ["Bearer a.b.c", "Bearer a.b.c"], "malformed_header"],
        ["a list", "Bearer a.b.c, Bearer d.e.f", "malformed_header"],
        ["an empty header", "", undefined],
        ["another scheme", "Basic YTpi", undefined],
        ["another scheme, and Bearer", ["Basic YTpi", "Bearer a.b.c"], undefined],
      ])("a header with %s", async (_what, authorization, reason) => {
        const { status, headers, body } = await ask("/plain", { headers: { authorization } });
        expect([status, body.code]).toEqual([401, reason === undefined ? "token_required" : "invalid_token"]);
        expect(body.reason).toBe(reason);
        expect(headers.get("www-authenticate")).toMatch(reason === undefined ? /^Bearer$/ : /^Bearer error=/);
      });

      it("a good header twice, or a good one behind a bad one", async () => {
        const good = `Bearer ${mint()}`;
        for (const authorization of [
          [good, good],
          ["Bearer a.b.c", good],
          [good, "Bearer a.b.c"],
        ])
          expect((await ask("/plain", { headers: { authorization } })).body.reason).toBe("malformed_header");
      });

      it.each([
        "access_token_cookie",
        "access_token_cookie=",
        "=",
        ";;;;",
        "access_token_cookie=%",
        "access_token_cookie=%ff%00",
        'access_token_cookie="a.b.c"',
        "access_token_cookie=a.b.c; access_token_cookie=d.e.f",
        "Access_Token_Cookie=a.b.c",
        "__proto__=a.b.c; constructor=d.e.f",
        `access_token_cookie=${"a".repeat(9000)}`,
        "access_token_cookie=\u00e4\u00df",
        "access_token_cookie=[object Object]",
      ])("the cookie %s", async (cookie) => {
        expect((await ask("/only-cookie", { headers: { cookie } })).status).toBe(401);
        expect((await ask("/lenient", { headers: { cookie } })).body.user).toBe(null);
      });

      it("two cookies of one name: the first decides", async () => {
        const cookies = (first: string, second: string) => ({
          headers: { cookie: `access_token_cookie=${first}; access_token_cookie=${second}` },
        });
        expect((await ask("/only-cookie", cookies(mint(), "a.b.c"))).status).toBe(200);
        expect((await ask("/only-cookie", cookies("a.b.c", mint()))).status).toBe(401);
      });

      it.each([
        "jwt",
        "jwt=",
        "jwt=a.b.c",
        "jwt[]=a.b.c",
        "jwt[access]=a.b.c",
        "jwt=a.b.c&jwt=d.e.f",
        "jwt=%",
        "jwt=%ff%00",
        "jwt=a%20b",
        "JWT=a.b.c",
        "__proto__=a.b.c",
        "&&==&",
        "?jwt=a.b.c",
        `jwt=${"a".repeat(9000)}`,
      ])("the query %s", async (query) => {
        expect((await ask(`/only-query?${query}`)).status).toBe(401);
        expect((await ask(`/lenient?${query}`)).body.user).toBe(null);
      });

      it.each(BODIES.map((text) => [text.slice(0, 40), text]))("the body %s", async (_start, text) => {
        // A parser of the application may refuse it before.
        expect([400, 401, 413]).toContain((await post("/only-json", text)).status);
        expect([200, 400, 413]).toContain((await post("/lenient", text)).status);
        expect(Object.hasOwn(Object.prototype, "access_token")).toBe(false);
      });

      it("a body that no JSON type is told of, whatever it holds", async () => {
        const text = JSON.stringify({ access_token: mint() });
        for (const type of ["text/plain", "application/jsonp", "text/json", "application/x-www-form-urlencoded"]) {
          const { status } = await post("/only-json", text, { "content-type": type });
          expect([type, [401, 415].includes(status)]).toEqual([type, true]);
        }
        const form = await post("/only-json", `access_token=${mint()}`, FORM_TYPE);
        expect([form.status, form.body.code]).toEqual([401, "token_required"]);
      });
    });

    describe("wants a cookie's page to show itself:", () => {
      const send = (headers: Sent["headers"], { path = "/only-cookie", method = "POST", csrf = CSRF } = {}) =>
        ask(path, { method, headers: { cookie: `access_token_cookie=${mint({ csrf })}`, ...headers } });
      const proof = { "x-csrf-token": CSRF };

      it.each(["POST", "PUT", "PATCH", "DELETE"])("a %s repeats the csrf claim", async (method) => {
        expect((await send(proof, { method })).status).toBe(200);
        for (const [headers, reason] of [
          [{}, "missing"],
          [{ "x-csrf-token": "" }, "missing"],
          [{ "x-csrf-token": "another value" }, "mismatch"],
          [{ "x-csrf-token": [CSRF, CSRF] }, "mismatch"],
          [{ "x-csrf-token": "\u00e4".repeat(CSRF.length) }, "mismatch"],
        ] as const) {
          const { status, body } = await send(headers, { method });
          expect([status, body.code, body.reason]).toEqual([403, "csrf", reason]);
        }
      });

      it.each(["GET", "HEAD", "OPTIONS"])("a %s need not", async (method) => {
        expect((await send({ origin: "https://evil.example" }, { method })).status).toBe(200);
      });

      it("and a token in another place need not either", async () => {
        const { status } = await ask("/all", { method: "POST", ...bearer(mint({ csrf: CSRF })) });
        expect(status).toBe(200);
      });

      it("a token without the claim cannot be used so", async () => {
        const cookie = `access_token_cookie=${mint()}`;
        const { status, body } = await ask("/only-cookie", { method: "POST", headers: { cookie, ...proof } });
        expect([status, body.reason]).toEqual([401, "claim_missing"]);
      });

      it.each([
        "https://evil.example",
        "null",
        "",
        "http://localhost.evil.example",
        "http://127.0.0.1:1",
        "file://",
        "a b",
        LISTED,
      ])("the Origin %j is another site's", async (origin) => {
        const { status, body } = await send({ ...proof, origin });
        expect([status, body.code, body.reason]).toEqual([403, "csrf", "cross_site"]);
      });

      it("its own Origin is not, nor is one that is listed", async () => {
        const own = `http://${host.authority}`;
        expect((await send({ ...proof, origin: own })).status).toBe(200);
        expect((await send({ ...proof, origin: own.toUpperCase(), "sec-fetch-site": "same-origin" })).status).toBe(200);
        for (const headers of [{ origin: LISTED }, { origin: LISTED, "sec-fetch-site": "cross-site" }])
          expect((await send({ ...proof, ...headers }, { path: "/managed" })).status).toBe(200);
        for (const origin of [`${LISTED}.evil.example`, LISTED.toUpperCase(), `${LISTED}/`])
          expect((await send({ ...proof, origin }, { path: "/managed" })).status).toBe(403);
      });

      it.each<[string, number]>([
        ["same-origin", 200],
        ["none", 200],
        ["same-site", 403],
        ["cross-site", 403],
        ["something", 403],
        ["", 403],
      ])("Sec-Fetch-Site %j gets %i", async (site, status) => {
        expect((await send({ ...proof, "sec-fetch-site": site })).status).toBe(status);
      });

      it("the value may come in a form, where the protector says so", async () => {
        const form = (fields: string, headers: Sent["headers"] = {}, path = "/managed") => {
          const cookie = `access_token_cookie=${mint({ csrf: "abc" })}`;
          return ask(path, { method: "POST", headers: { ...FORM_TYPE, cookie, ...headers }, body: fields });
        };
        const good = await form("title=geese&csrf_token=abc");
        expect([good.status, good.body.body]).toEqual([200, { title: "geese", csrf_token: "abc" }]);
        expect((await form("csrf_token=abc&csrf_token=x")).status).toBe(200);
        for (const fields of [
          "",
          "csrf_token=",
          "csrf_token=x",
          "csrf_token=x&csrf_token=abc",
          "csrf_token[a]=abc",
          "%",
        ])
          expect([fields, (await form(fields)).status]).toEqual([fields, 403]);
        // The header decides where there is one.
        expect((await form("csrf_token=abc", { "x-csrf-token": "x" })).status).toBe(403);
        expect((await form('{"csrf_token":"abc"}', JSON_TYPE)).status).toBe(403);
        expect((await form("csrf_token=abc", {}, "/only-cookie")).status).toBe(403);
      });
    });

    describe("asks of a token", () => {
      const now = Math.floor(Date.now() / 1000);
      it.each<[string, object, string | undefined]>([
        ["/plain", {}, undefined],
        ["/plain", { type: "access" }, undefined],
        ["/plain", { type: "refresh" }, "wrong_type"],
        ["/plain", { type: "ACCESS" }, "wrong_type"],
        ["/plain", { type: 7 }, "wrong_type"],
        ["/plain", { iat: now - 700, exp: now - 100 }, "expired"],
        ["/any", { type: "refresh" }, undefined],
        ["/any", { type: "something" }, undefined],
        ["/fresh", { fresh: true }, undefined],
        ["/fresh", { fresh: false }, "not_fresh"],
        ["/fresh", { fresh: "true" }, "not_fresh"],
        ["/fresh", {}, "not_fresh"],
        ["/fresh", { fresh: now + 60 }, undefined],
        ["/fresh", { fresh: now - 60 }, "not_fresh"],
        ["/fresh", { iat: now, auth_time: now }, undefined],
        ["/fresh", { iat: now, auth_time: now - 1 }, "not_fresh"],
        ["/fresh-60", { fresh: true }, undefined],
        ["/fresh-60", { fresh: true, iat: now - 90 }, "not_fresh"],
        ["/fresh-60", { auth_time: now - 30 }, undefined],
        ["/fresh-60", { auth_time: now - 90, fresh: true }, "not_fresh"],
        ["/fresh-60", { fresh: false }, "not_fresh"],
        ["/managed", { deny: true }, "not_accepted"],
        ["/managed", { revoked: true }, "revoked"],
        ["/managed", { sub: "ghost" }, "user_unknown"],
        ["/managed-optional", { sub: "ghost" }, "user_unknown"],
      ])("at %s, with %j: %s", async (path, claims, reason) => {
        // The table was written some time before its rows are asked.
        const late = Math.floor(Date.now() / 1000) - now;
        const moved = Object.entries(claims).map(([name, value]) => [name, value > now / 2 ? value + late : value]);
        const { status, body } = await ask(path, bearer(mint(Object.fromEntries(moved))));
        expect([status, body.reason]).toEqual(reason === undefined ? [200, undefined] : [401, reason]);
      });

      it.each<[string, object, string | undefined]>([
        ["/editors", { roles: ["reader", "editor"] }, undefined],
        ["/editors", { roles: ["admin"] }, undefined],
        ["/editors", { roles: ["reader"] }, "insufficient_role"],
        ["/editors", { roles: [] }, "insufficient_role"],
        ["/editors", { roles: "editor" }, "insufficient_role"],
        ["/editors", { roles: { 0: "editor", length: 1 } }, "insufficient_role"],
        ["/editors", { role: "editor" }, "insufficient_role"],
        ["/editors", {}, "insufficient_role"],
        ["/writers", { scope: "todos:write todos:read" }, undefined],
        ["/writers", { scope: "todos:write" }, "insufficient_scope"],
        ["/writers", { scope: "todos:readtodos:write" }, "insufficient_scope"],
        ["/writers", { scope: ["todos:read", "todos:write"] }, "insufficient_scope"],
        ["/writers", {}, "insufficient_scope"],
      ])("at %s, with %j: %s", async (path, claims, code) => {
        const { status, headers, body } = await ask(path, bearer(mint(claims)));
        expect([status, body.code]).toEqual(code === undefined ? [200, undefined] : [403, code]);
        if (code !== undefined) expect(headers.get("www-authenticate")).toBe('Bearer error="insufficient_scope"');
      });

      it("whether it was taken back, but on a route that skips that", async () => {
        const jti = crypto.randomUUID();
        const token = mint({ jti });
        expect((await ask("/plain", bearer(token))).status).toBe(200);
        revocations.add({ token: jti });
        expect((await ask("/plain", bearer(token))).body.reason).toBe("revoked");
        expect((await ask("/skip", bearer(token))).status).toBe(200);
        expect((await ask("/skip", bearer(mint({ iat: now - 700, exp: now - 100 })))).body.reason).toBe("expired");
      });

      it("whose it is, where the protector knows users", async () => {
        expect((await ask("/managed", bearer(mint({ sub: "ada" })))).body.found).toEqual({ name: "ada" });
      });
    });

    describe("lets nobody through", () => {
      it("where a token is optional, but no bad one", async () => {
        const nobody = await ask("/optional");
        expect([nobody.status, nobody.body.user, nobody.body.exposed]).toEqual([200, null, true]);
        expect((await ask("/optional", { headers: { authorization: "Basic YTpi" } })).body.user).toBe(null);
        expect((await ask("/optional", bearer(mint()))).body.user).toBe("42");
        for (const token of ["a.b.c", mint({ type: "refresh" })])
          expect((await ask("/optional", bearer(token))).status).toBe(401);
        expect((await holding("/optional", { cookie: mint({ csrf: "another" }) })).status).toBe(403);
      });

      it("with a bad one too, where that is said", async () => {
        expect((await ask("/lenient", bearer(mint()))).body.user).toBe("42");
        for (const token of ["a.b.c", "", mint({ type: "refresh" })])
          expect((await ask("/lenient", bearer(token))).body.user).toBe(null);
        expect((await holding("/lenient", { cookie: mint({ csrf: "another" }) })).body.user).toBe(null);
        expect((await ask("/lenient?jwt=a.b.c")).body.user).toBe(null);
      });

      it("by a method that is exempt", async () => {
        expect((await ask("/managed", { method: "OPTIONS" })).status).toBe(200);
        for (const method of ["GET", "HEAD", "POST"]) expect((await ask("/managed", { method })).status).toBe(401);
        expect((await ask("/plain", { method: "OPTIONS" })).status).toBe(401);
      });
    });

    it("HEAD is answered without a body", async () => {
      const refused = await ask("/plain", { method: "HEAD" });
      expect([refused.status, refused.text, refused.headers.get("www-authenticate")]).toEqual([401, "", "Bearer"]);
      const good = await ask("/plain", { method: "HEAD", ...bearer(mint()) });
      expect([good.status, good.text]).toEqual([200, ""]);
    });

    it("leaves the body to the application, wherever the token lay", async () => {
      const title = "\u00e4".repeat(20_000);
      const token = mint();
      const inBody = await post("/only-json", JSON.stringify({ access_token: token, title }));
      expect([inBody.status, inBody.body.body]).toEqual([200, { access_token: token, title }]);
      for (const path of ["/plain", "/all", "/all-backwards"]) {
        const { status, body } = await post(path, JSON.stringify({ title }), bearer(token).headers);
        expect([path, status, body.body]).toEqual([path, 200, { title }]);
      }
      const nobody = await post("/optional", JSON.stringify({ title }));
      expect([nobody.status, nobody.body]).toMatchObject([200, { user: null, body: { title } }]);
    });

    it("a hundred requests at once never see each other's caller", async () => {
      const subjects = Array.from({ length: 100 }, (_, index) => `user ${index}`);
      const answers = await Promise.all(
        subjects.map((sub, index) =>
          ask(index % 3 === 0 ? "/plain" : "/managed", bearer(mint({ sub, turns: (100 - index) % 7 }))),
        ),
      );
      expect(answers.map(({ body }) => body.user)).toEqual(subjects);
      expect(answers.every(({ body }) => body.exposed)).toBe(true);
    });

    describe("lets the route answer refusals:", () => {
      it.each(["/answers", "/answers-later"])("%s", async (path) => {
        const { status, text } = await ask(path);
        expect([status, text]).toEqual([418, "token_required"]);
        expect((await ask(path, bearer("a.b.c"))).text).toBe("invalid_token");
        expect((await ask(path, bearer(mint()))).status).toBe(200);
      });

      it.each(["/throws", "/rejects"])("%s, which is a fault of the application", async (path) => {
        const { status, text } = await ask(path);
        expect([status, text]).toEqual([599, FAULT]);
        expect((await ask(path, bearer(mint()))).status).toBe(200);
      });
    });

    it("hands what is no refusal to the application", async () => {
      const broken = await ask("/broken", bearer(mint()));
      expect([broken.status, broken.text]).toEqual([599, "the key file is gone"]);
      const gone = await ask("/managed", bearer(mint({ store: "gone" })));
      expect([gone.status, gone.text]).toEqual([599, "the store is gone"]);
      expect((await ask("/broken")).status).toBe(401);
    });
  });
}
