import { beforeAll, describe, expect, it } from "vitest";
import {
  type Answer,
  bearer,
  type Clock,
  claimsOf,
  createClock,
  PASSWORD,
  type Tokens,
  tokensOf,
} from "../http/open-auth.js";
import type { Sent } from "./ask-server.js";

/**
 * An application with an auth under `/auth`, and routes of its own: `GET /todos` and `POST /todos` want a token and answer
 * `{ user, location, body? }`, where `body` is the JSON that the application itself has read.
 */
export interface Host {
  /** The URL that the auth was made with. */
  readonly url: string;
  ask(path: string, sent?: Sent): Promise<Answer>;
}

export interface HostKind {
  /** The application reads JSON before it calls the auth: what is no JSON is refused by the application. */
  readonly parsesJson?: boolean;
  open(clock: Clock): Promise<Host>;
}

const JSON_TYPE = { "content-type": "application/json" };

/** The same requests for every host that an adapter serves. */
export function describeAdapter(name: string, { open, parsesJson = false }: HostKind): void {
  describe(`an auth in ${name}`, () => {
    const clock = createClock();
    let host: Host;
    let count = 0;
    const ask = (path: string, sent?: Sent) => host.ask(path, sent);
    const post = (path: string, body: unknown, headers = {}) =>
      ask(path, { method: "POST", headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) });
    const signUp = async (): Promise<Tokens & { readonly username: string }> => {
      count += 1;
      const username = `ada${count}`;
      return { username, ...tokensOf(await post("/auth/signup", { username, password: PASSWORD })) };
    };
    const logOut = (token: string) => ask("/auth/token", { method: "DELETE", headers: bearer(token) });

    beforeAll(async () => {
      host = await open(clock);
    });

    describe("protects a route of the application:", () => {
      it("without a token, 401 and the bare challenge", async () => {
        const { status, headers, body } = await ask("/todos");
        expect([status, body.code, body.status]).toEqual([401, "token_required", 401]);
        expect(headers.get("www-authenticate")).toBe("Bearer");
        expect(headers.get("content-type")).toBe("application/problem+json");
        expect(headers.get("cache-control")).toBe("no-store");
      });

      it("with a good one the application knows who is calling, and the next caller is another one", async () => {
        const [first, second] = [await signUp(), await signUp()];
        for (const { token, user_id } of [first, second, first]) {
          const { status, body } = await ask("/todos", { headers: bearer(token) });
          expect([status, body]).toEqual([200, { user: user_id, location: "header" }]);
        }
      });

      it("with an expired one, 401 and the reason", async () => {
        const { token } = await signUp();
        clock.advance(700);
        const { status, headers, body } = await ask("/todos", { headers: bearer(token) });
        expect([status, body.code, body.reason]).toEqual([401, "invalid_token", "expired"]);
        expect(headers.get("www-authenticate")).toMatch(/^Bearer error="invalid_token"/);
      });

      it.each<[string, string | readonly string[], string]>([
        ["no token", "Bearer", "malformed_header"],
        ["two words", "Bearer a b", "malformed_header"],
        ["something else", "Bearer abc", "wrong_segments"],
        ["two headers", ["Bearer a.b.c", "Bearer d.e.f"], "malformed_header"],
        ["a very long text", `Bearer ${"a".repeat(9000)}`, "too_large"],
      ])("with %s in the header, 401 and the reason", async (_what, authorization, reason) => {
        const { status, body } = await ask("/todos", { headers: { authorization } });
        expect([status, body.code, body.reason]).toEqual([401, "invalid_token", reason]);
      });

      it("with another scheme, as without a token", async () => {
        const { status, body } = await ask("/todos", { headers: { authorization: "Basic YTpi" } });
        expect([status, body.code]).toEqual([401, "token_required"]);
      });

      it("after the log-out, 401 at the very next request", async () => {
        const { token } = await signUp();
        expect((await ask("/todos", { headers: bearer(token) })).status).toBe(200);
        expect((await logOut(token)).status).toBe(204);
        const { status, body } = await ask("/todos", { headers: bearer(token) });
        expect([status, body.reason]).toEqual([401, "revoked"]);
      });

      it("and leaves the body to the application", async () => {
        const { token, user_id } = await signUp();
        const todo = { title: "ä".repeat(10_000) };
        const { status, body } = await post("/todos", todo, bearer(token));
        expect([status, body]).toEqual([200, { user: user_id, location: "header", body: todo }]);
        expect((await post("/todos", todo)).status).toBe(401);
      });

      it("HEAD is refused without a body", async () => {
        const { status, headers, text } = await ask("/todos", { method: "HEAD" });
        expect([status, headers.get("www-authenticate"), text]).toEqual([401, "Bearer", ""]);
      });
    });

    describe("has all routes under its path:", () => {
      it("sign up, log in, who am I, refresh, log out", async () => {
        const { username, user_id } = await signUp();
        const logIn = await post("/auth/token", { username, password: PASSWORD });
        expect(logIn.status).toBe(200);
        const { token, refresh_token } = tokensOf(logIn);
        const { iss, aud, sub } = claimsOf(token);
        expect([iss, aud, sub]).toEqual([host.url, host.url, user_id]);

        const me = await ask("/auth/me", { headers: bearer(token) });
        expect([me.status, me.body.username]).toEqual([200, username]);

        const refreshed = await post("/auth/token/refresh", { refresh_token });
        expect(refreshed.status).toBe(200);
        const next = tokensOf(refreshed);
        expect(next.refresh_token).not.toBe(refresh_token);

        const end = await ask("/auth/token", { method: "DELETE", headers: bearer(next.token) });
        expect([end.status, end.text]).toEqual([204, ""]);
        for (const old of [token, next.token])
          expect((await ask("/auth/me", { headers: bearer(old) })).body.reason).toBe("revoked");
        const late = await post("/auth/token/refresh", { refresh_token: next.refresh_token });
        expect([late.status, late.body.code]).toEqual([401, "invalid_grant"]);
      });

      it("a wrong password, 401", async () => {
        const { username } = await signUp();
        const { status, body } = await post("/auth/token", { username, password: "not this one at all" });
        expect([status, body.code]).toEqual([401, "invalid_credentials"]);
      });

      it("twice the same name at once: one account", async () => {
        const twice = { username: "twin", password: PASSWORD };
        const answers = await Promise.all([1, 2, 3].map(() => post("/auth/signup", twice)));
        expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      });

      it.each(["/auth/nothing", "/auth/", "/auth//me", "/auth/auth/me", "/auth/todos", "/auth/me/"])(
        "nothing at %s",
        async (path) => {
          const { status, body } = await ask(path);
          expect([status, body.code]).toEqual([404, "not_found"]);
        },
      );

      it("a wrong method, 405 with those that are right", async () => {
        const { status, headers, body } = await ask("/auth/me", { method: "PUT" });
        expect([status, body.code, headers.get("allow")]).toEqual([405, "method_not_allowed", "GET, HEAD, OPTIONS"]);
      });

      it("HEAD, as GET without a body", async () => {
        const { status, headers, text } = await ask("/auth/.well-known/jwks.json", { method: "HEAD" });
        expect([status, headers.get("content-type"), text]).toEqual([200, "application/json", ""]);
      });

      it("a query, which changes nothing", async () => {
        expect((await ask("/auth/health/live?a=b&c=%20")).status).toBe(200);
      });

      it("an entity tag, 304", async () => {
        const { headers } = await ask("/auth/.well-known/jwks.json");
        const again = await ask("/auth/.well-known/jwks.json", {
          headers: { "if-none-match": `${headers.get("etag")}` },
        });
        expect([again.status, again.text]).toEqual([304, ""]);
      });
    });

    describe("refuses a body:", () => {
      const signUpWith = (body: string, headers = JSON_TYPE, chunked = false) =>
        ask("/auth/signup", { method: "POST", headers, body, chunked });

      it.each<[string, string]>([
        ["no JSON", "{"],
        ["JSON of another kind", "null"],
        ["a list", "[]"],
        ["a text", '"ada"'],
        ["a number", "7"],
        ["nothing", ""],
      ])("%s, 400", async (_what, text) => {
        const { status, body } = await signUpWith(text);
        expect(status).toBe(400);
        if (!parsesJson) expect(body.code).toBe("invalid_request");
      });

      it("no body and no type, 400", async () => {
        const { status, body } = await ask("/auth/signup", { method: "POST" });
        expect([status, body.code]).toEqual([400, "invalid_request"]);
      });

      it("a member that is not known, 400 with its name", async () => {
        const { status, body } = await post("/auth/signup", { username: "eve", password: PASSWORD, roles: ["admin"] });
        expect([status, body.code]).toEqual([400, "invalid_request"]);
        expect(body.errors).toEqual([{ field: "roles", message: expect.any(String) }]);
      });

      it("another type, 415", async () => {
        const text = JSON.stringify({ username: "eve", password: PASSWORD });
        const { status, body } = await signUpWith(text, { "content-type": "text/plain" });
        expect([status, body.code]).toEqual([415, "unsupported_media_type"]);
      });

      it.each([false, true])("more than 64 KiB, 413 (in chunks: %s)", async (chunked) => {
        const text = JSON.stringify({ username: "eve", password: PASSWORD, email: "e".repeat(66_000) });
        const { status, body } = await signUpWith(text, JSON_TYPE, chunked);
        expect([status, body.code]).toEqual([413, "too_large"]);
      });

      it("and takes one in chunks, of any letters", async () => {
        const credentials = { username: `chunked${count}`, password: `${PASSWORD} 🪿 ä` };
        expect((await signUpWith(JSON.stringify(credentials), JSON_TYPE, true)).status).toBe(201);
        expect((await post("/auth/token", credentials)).status).toBe(200);
      });
    });

    describe("keeps a refresh token in the cookie:", () => {
      const own = () => ({ origin: new URL(host.url).origin });
      const cookieOf = ({ headers }: Answer) => headers.getSetCookie().join("\n");
      const withCookie = (path: string, method: string, cookie: string, headers = {}) =>
        ask(path, { method, headers: { cookie: cookie.split(";")[0] ?? "", ...own(), ...headers } });

      it("set at sign-up, changed at a refresh, taken away at log-out", async () => {
        const credentials = { username: "cookie", password: PASSWORD, transport: "cookie" };
        const signedUp = await post("/auth/signup", credentials, own());
        expect([signedUp.status, "refresh_token" in signedUp.body]).toEqual([201, false]);
        const first = cookieOf(signedUp);
        expect(first).toMatch(/^__Host-latchkey=lkr_[\w-]+; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=\d+$/);

        const refreshed = await withCookie("/auth/token/refresh", "POST", first);
        expect(refreshed.status).toBe(200);
        expect(cookieOf(refreshed)).not.toBe(first);

        const foreign = await withCookie("/auth/token", "DELETE", first, { origin: "https://evil.example" });
        expect([foreign.status, foreign.body.code]).toEqual([403, "csrf"]);
        const end = await withCookie("/auth/token", "DELETE", cookieOf(refreshed));
        expect([end.status, cookieOf(end)]).toEqual([204, expect.stringContaining("__Host-latchkey=; ")]);
        expect((await withCookie("/auth/token/refresh", "POST", cookieOf(refreshed))).status).toBe(401);
      });
    });

    it.each([
      "evil.example",
      "EVIL.example:80",
      "evil.example:99999",
      "user@evil.example",
      "evil.example/auth/me?",
      "a b",
      "[::1",
      "..",
      "evil.example\\@localhost",
      "localhost, evil.example",
      "%00",
      "",
    ])("believes no Host: %j", async (hostHeader) => {
      const { status, body, text } = await ask("/auth/.well-known/latchkey.json", { headers: { host: hostHeader } });
      expect([200, 400]).toContain(status);
      if (status === 200) expect(body.issuer).toBe(host.url);
      expect(text).not.toContain("evil");
    });
  });
}
