import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { type ClientOptions, type ClientState, createClient } from "latchkey/client";
import { AuthProvider, RequireAuth, useAuth } from "latchkey/react";
import type { ReactElement } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToPipeableStream, renderToString } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { type InProcessBrowser, openInProcessBrowser, PAGE, SERVER } from "../client/in-process-browser.js";
import { act, auth, onServer, open, openSignedIn, shown, waitFor } from "./page.js";

function Page({ client }: { readonly client: ReturnType<typeof createClient> }): ReactElement {
  return (
    <AuthProvider client={client}>
      <Header />
      <RequireAuth fallback="log in" loading="wait">
        the secret
      </RequireAuth>
    </AuthProvider>
  );
}

function Header(): ReactElement {
  const { status, user } = useAuth();
  return <h1>{`${status} ${user?.username ?? "nobody"}: `}</h1>;
}

interface Rendered {
  readonly html: string;
  readonly state: ClientState;
  /** What the page's server has asked the auth. */
  readonly lines: readonly string[];
}

/** What the server of the page does at a request of that browser. */
function renderOnServer(
  options: Partial<ClientOptions>,
  render: (element: ReactElement) => string | Promise<string> = renderToString,
  isAway = false,
): Promise<Rendered> {
  // A server that has no cookies of its own.
  const server = openInProcessBrowser(auth, new Map(), PAGE);
  server.isOffline = isAway;
  return onServer(async () => {
    const client = createClient({ url: SERVER, origin: PAGE, fetch: sendingCookies(server), ...options });
    await client.ready;
    const html = await render(<Page client={client} />);
    return { html, state: client.state, lines: server.lines };
  });
}

/** A server may set what a browser alone may set elsewhere. */
function sendingCookies(server: InProcessBrowser): typeof fetch {
  return async (input, init) => {
    if (server.isOffline) throw new TypeError("fetch failed");
    const request = new Request(input, init);
    const response = await auth.handler(request, { address: "192.0.2.1" });
    server.lines.push(`${request.method} ${new URL(request.url).pathname} ${response.status}`);
    return response;
  };
}

async function renderToStream(element: ReactElement): Promise<string> {
  const out = new PassThrough();
  const { pipe } = renderToPipeableStream(element, { onAllReady: () => pipe(out) });
  return text(out);
}

/** What a browser does with it; `console.error` is watched after each test. */
async function hydrate(
  html: string,
  browser: InProcessBrowser,
  state?: ClientState,
  isLate = false,
): Promise<readonly string[]> {
  const container = document.createElement("div");
  document.body.replaceChildren(container);
  container.innerHTML = html;
  const texts = [shown()];
  // As it comes through the page.
  const given = state === undefined ? {} : { state: JSON.parse(JSON.stringify(state)) };
  const client = open(browser, given);
  if (isLate) await client.ready;
  const root = hydrateRoot(container, <Page client={client} />, {
    onRecoverableError: (error) => console.error(error),
  });
  const observer = new MutationObserver(() => texts.push(shown()));
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  await client.ready;
  await act(async () => {});
  observer.disconnect();
  texts.push(shown());
  unmounts.push(() => root.unmount());
  return texts.filter((one, index) => one !== texts[index - 1]);
}

const unmounts: (() => void)[] = [];

function keepIn({ jar }: InProcessBrowser, value: string): void {
  jar.set("__Host-latchkey", /^__Host-latchkey=([^;]*)/.exec(value)?.[1] ?? "");
}

describe.each([
  ["renderToString", renderToString],
  ["renderToPipeableStream", renderToStream],
])("a page of %s", (_name, render) => {
  it("that knows nothing waits, and the browser finds out", async () => {
    const { browser, client, username } = await openSignedIn();
    client.close();
    const { html, state, lines } = await renderOnServer({}, render);
    expect(html.replace(/<[^>]*>/g, "")).toBe("loading nobody: wait");
    expect(lines).toEqual([]);
    const expected = ["loading nobody: wait", `signed-in ${username}: the secret`];
    expect(await hydrate(html, browser, state)).toEqual(expected);
    expect(await hydrate(html, browser)).toEqual(expected);
    // Also where the scripts come when it was found out.
    expect(await hydrate(html, browser, state, true)).toEqual(expected);
  });

  it("that has the cookies of the request and hands on the next one is of who is logged in", async () => {
    const { browser, client, username } = await openSignedIn();
    client.close();
    const cookies = browser.cookies();
    const { html, state, lines } = await renderOnServer(
      { cookies, onSetCookie: (value) => keepIn(browser, value) },
      render,
    );
    expect(lines).toEqual(["POST /token/refresh 200"]);
    expect(browser.cookies()).not.toBe(cookies);
    expect(await hydrate(html, browser, state)).toEqual([`signed-in ${username}: the secret`]);
    // What went on at the browser was the next one, and not the one before.
    expect(browser.lines).toContain("POST /token/refresh 200");
  });

  it("that could hand nothing on asks nothing, and waits", async () => {
    const { browser, client, username } = await openSignedIn();
    client.close();
    const { html, state, lines } = await renderOnServer({ cookies: browser.cookies() }, render);
    expect(lines).toEqual([]);
    expect(await hydrate(html, browser, state)).toEqual(["loading nobody: wait", `signed-in ${username}: the secret`]);
  });

  it.each([null, "", "theme=dark", "latchkey=lkr_x"])(
    "of a request with the cookies %j is of nobody",
    async (cookies) => {
      const { html, state, lines } = await renderOnServer({ cookies, onSetCookie: () => {} }, render);
      expect(lines).toEqual([]);
      expect(await hydrate(html, openInProcessBrowser(auth), state)).toEqual(["signed-out nobody: log in"]);
    },
  );

  it("of a session that has ended is of nobody", async () => {
    const { browser, client, id } = await openSignedIn();
    client.close();
    const cookies = browser.cookies();
    await auth.sessions.endAll(id);
    const { html, state, lines } = await renderOnServer({ cookies, onSetCookie: () => {} }, render);
    expect(lines).toEqual(["POST /token/refresh 401"]);
    expect(await hydrate(html, browser, state)).toEqual(["signed-out nobody: log in"]);
  });

  it("waits where the auth is away, and costs nobody the session", async () => {
    const { browser, client, username } = await openSignedIn();
    client.close();
    const set: string[] = [];
    const cookies = browser.cookies();
    const { html, state } = await renderOnServer({ cookies, onSetCookie: (value) => set.push(value) }, render, true);
    expect(set).toEqual([]);
    expect(await hydrate(html, browser, state)).toEqual(["offline nobody: wait", `signed-in ${username}: the secret`]);
  });
});

describe("a state that a server has handed over", () => {
  /** The page of somebody who is logged in, reloaded with what a server knew, while the auth is away. */
  async function reloadOffline() {
    const { browser, client, username } = await openSignedIn();
    const { state } = client;
    client.close();
    const reloaded = openInProcessBrowser(auth, browser.jar);
    reloaded.isOffline = true;
    const next = open(reloaded, { state });
    await next.ready;
    return { reloaded, next, username };
  }

  it("holds while the auth cannot be reached, and is tried again by the next request", async () => {
    const { reloaded, next, username } = await reloadOffline();
    expect(next.state).toMatchObject({ status: "signed-in", user: { username } });
    await expect(next.fetch(`${SERVER}/me`)).rejects.toMatchObject({ code: "unavailable", reason: "offline" });
    reloaded.isOffline = false;
    expect((await next.fetch(`${SERVER}/me`)).status).toBe(200);
  });

  it("is tried again by itself when the browser is online again", async () => {
    const { reloaded } = await reloadOffline();
    reloaded.isOffline = false;
    window.dispatchEvent(new window.Event("online"));
    await waitFor(() => expect(reloaded.lines).toContain("POST /token/refresh 200"));
  });

  it("ends where the session has ended meanwhile, and says so once", async () => {
    const { browser, client, id } = await openSignedIn();
    const { state } = client;
    client.close();
    await auth.sessions.endAll(id);
    const reasons: string[] = [];
    const next = open(browser, { state, onSignedOut: (reason) => reasons.push(reason) });
    expect(next.state.status).toBe("signed-in");
    expect((await next.ready).status).toBe("signed-out");
    expect(reasons).toEqual(["session_ended"]);
  });
});
