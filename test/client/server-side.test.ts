import type { ClientOptions } from "latchkey/client";
import { describe, expect, it, vi } from "vitest";
import { openInProcessBrowser } from "./in-process-browser.js";
import { addUser, advance, auth, open, PAGE, refuseToken, SERVER } from "./open-client.js";

const COOKIE = "__Host-latchkey";

/** A browser in which somebody is logged in; its client works as in a page. */
async function openBrowser() {
  const { id, credentials } = await addUser();
  const browser = openInProcessBrowser(auth);
  await open({ transport: "cookie" }, browser).client.logIn(credentials);
  return { browser, id, username: credentials.username };
}

/** A network that adds nothing: a server sets `Cookie` and `Origin` itself. */
interface Wire {
  readonly requests: { readonly line: string; readonly cookie: string | null; readonly origin: string | null }[];
  answer(request: Request): Promise<Response> | Response;
  count(line: string): number;
  readonly fetch: typeof fetch;
}

function openWire(): Wire {
  const requests: Wire["requests"] = [];
  const wire: Wire = {
    requests,
    answer: (request) => auth.handler(request, { address: "192.0.2.1" }),
    count: (line) => requests.filter((request) => request.line === line).length,
    async fetch(input, init) {
      const request = new Request(input, init);
      const { headers, method, url } = request;
      const [cookie, origin] = [headers.get("cookie"), headers.get("origin")];
      requests.push({ line: `${method} ${new URL(url).pathname}`, cookie, origin });
      return wire.answer(request);
    },
  };
  return wire;
}

function openOnServer(options: Partial<ClientOptions>) {
  const wire = openWire();
  const set: string[] = [];
  const { client } = open({
    transport: "cookie",
    origin: PAGE,
    fetch: wire.fetch,
    onSetCookie: (value) => set.push(value),
    ...options,
  });
  return { client, wire, set };
}

describe("a client of a request's cookies", () => {
  it("refreshes once, hands the next cookie on, and shares the token with all that is fetched", async () => {
    const { browser, username } = await openBrowser();
    const { client, wire, set } = openOnServer({ cookies: `theme=dark; ${browser.cookies()}` });
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.fetch(`${SERVER}/me`)));
    for (const answer of answers) expect(await answer.json()).toMatchObject({ username });
    expect(wire.count("POST /token/refresh")).toBe(1);
    expect(set).toHaveLength(1);
    expect(set[0]).toMatch(/^__Host-latchkey=lkr_[\w-]+; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
    // The cookies go where the cookie is read, and nowhere else.
    const [refresh, ...others] = wire.requests;
    expect(refresh).toMatchObject({ cookie: `theme=dark; ${browser.cookies()}`, origin: PAGE });
    for (const { cookie } of others) expect(cookie).toBeNull();
  });

  it("takes the origin of the url where no other is named", async () => {
    const { browser, username } = await openBrowser();
    const wire = openWire();
    const { client } = open({
      transport: "cookie",
      fetch: wire.fetch,
      cookies: browser.cookies(),
      onSetCookie: () => {},
    });
    expect((await client.ready).user?.username).toBe(username);
    expect(wire.requests[0]?.origin).toBe(SERVER);
  });

  it("leaves the browser logged in with the cookie that was handed on", async () => {
    const { browser, id } = await openBrowser();
    const { client, set } = openOnServer({ cookies: browser.cookies() });
    await client.ready;
    browser.jar.set(COOKIE, /=([^;]*)/.exec(set[0] ?? "")?.[1] ?? "");
    // The one before would be a replay now.
    advance(60);
    const refresh = await browser.fetch(`${SERVER}/token/refresh`, { method: "POST", credentials: "include" });
    expect(refresh.status).toBe(200);
    expect(await auth.sessions.list(id)).toHaveLength(1);
  });

  it("refreshes nothing where it could not hand the next cookie on", async () => {
    const { browser } = await openBrowser();
    const wire = openWire();
    const { client } = open({ transport: "cookie", origin: PAGE, fetch: wire.fetch, cookies: browser.cookies() });
    expect((await client.ready).status).toBe("loading");
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(401);
    expect(wire.requests.map(({ line }) => line)).toEqual(["GET /me"]);
  });

  it.each([null, "", "theme=dark", "x=y; latchkey=lkr_x"])("asks nothing with the cookies %j", async (cookies) => {
    const { client, wire } = openOnServer({ cookies });
    expect((await client.ready).status).toBe("signed-out");
    expect(wire.requests).toEqual([]);
  });

  it("refreshes no second time: the cookie of the request has been used", async () => {
    const { browser, id } = await openBrowser();
    const { client, wire, set } = openOnServer({ cookies: browser.cookies() });
    await client.ready;
    // Beyond the window it would be a replay, and end the session.
    advance(3600);
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(401);
    expect(wire.count("POST /token/refresh")).toBe(1);
    expect(set).toHaveLength(1);
    expect(await auth.sessions.list(id)).toHaveLength(1);
  });

  it("is nobody's where the session has ended", async () => {
    const { browser, id } = await openBrowser();
    await auth.sessions.endAll(id);
    const ended = vi.fn();
    const { client } = openOnServer({ cookies: browser.cookies(), onSignedOut: ended });
    expect((await client.ready).status).toBe("signed-out");
    expect(ended).not.toHaveBeenCalled();
  });

  it.each<[string, () => Response]>([
    [
      "away",
      () => {
        throw new TypeError("fetch failed");
      },
    ],
    ["failing", () => Response.json({ title: "Oh.", code: "internal" }, { status: 500 })],
    ["behind a page of a proxy", () => new Response("<html>", { status: 502 })],
  ])("does not know who it is where the auth is %s", async (_what, answer) => {
    const { browser } = await openBrowser();
    const wire = openWire();
    wire.answer = answer;
    const { client } = open({
      transport: "cookie",
      fetch: wire.fetch,
      cookies: browser.cookies(),
      onSetCookie: () => {},
    });
    expect((await client.ready).status).toBe("offline");
    expect(wire.count("POST /token/refresh")).toBe(1);
  });

  it("says where the page's origin is not listed", async () => {
    const warnings = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { browser } = await openBrowser();
    const { client } = openOnServer({ cookies: browser.cookies(), origin: "http://localhost:9999" });
    await client.ready;
    expect(client.state.status).toBe("signed-out");
    expect(String(warnings.mock.calls)).toMatch(/Add http:\/\/localhost:9999 to LATCHKEY_ORIGINS/);
    warnings.mockRestore();
  });

  it("asks an API that refuses its token no second time", async () => {
    const { browser } = await openBrowser();
    const { client, wire } = openOnServer({ cookies: browser.cookies() });
    await client.ready;
    const { answer } = wire;
    wire.answer = (request) => (request.url.endsWith("/todos") ? refuseToken() : answer(request));
    expect((await client.fetch("/todos")).status).toBe(401);
    expect(wire.requests.map(({ line }) => line)).toEqual(["POST /token/refresh", "GET /todos"]);
  });

  it("is nobody's without any cookies option, and knows nothing", async () => {
    const wire = openWire();
    const { client } = open({ transport: "cookie", fetch: wire.fetch });
    expect((await client.ready).status).toBe("loading");
    expect(wire.requests).toEqual([]);
  });
});
