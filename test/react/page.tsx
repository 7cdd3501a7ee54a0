import { Window } from "happy-dom";
import type { Client, ClientOptions } from "latchkey/client";
import type { ReactElement } from "react";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { type InProcessBrowser, openInProcessBrowser, PAGE } from "../client/in-process-browser.js";
import { addUser, auth, open as openClient } from "../client/open-client.js";

export { advance, auth, PASSWORD } from "../client/open-client.js";

// Only what belongs to a page: Request, Response and AbortSignal stay Node's own, as the handler wants them.
const NAMES = [
  "window",
  "document",
  "navigator",
  "location",
  "localStorage",
  "Node",
  "Element",
  "HTMLElement",
  "HTMLIFrameElement",
  "MutationObserver",
] as const;
const page = new Window({ url: `${PAGE}/todos` });
const before = new Map(NAMES.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));

function enterPage(): void {
  for (const name of NAMES)
    Object.defineProperty(globalThis, name, { value: page[name], configurable: true, writable: true });
}

/** Runs something as on a server, where there is no page. */
export async function onServer<Result>(run: () => Promise<Result>): Promise<Result> {
  for (const name of NAMES) {
    const descriptor = before.get(name);
    if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
    else Object.defineProperty(globalThis, name, descriptor);
  }
  try {
    return await run();
  } finally {
    enterPage();
  }
}

enterPage();
// They look for a page as soon as they are loaded.
export const { act, cleanup, fireEvent, render, renderHook, screen, waitFor } = await import("@testing-library/react");

// Server and page are one process here, and share the provider.
const OF_ONE_PROCESS = "Detected multiple renderers concurrently rendering the same context provider.";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
});

afterEach(() => {
  cleanup();
  page.localStorage.clear();
  const complaints = [...vi.mocked(console.error).mock.calls, ...vi.mocked(console.warn).mock.calls];
  vi.restoreAllMocks();
  // Whatever React or the client has to complain about is a fault.
  expect(complaints.filter(([sentence]) => !String(sentence).includes(OF_ONE_PROCESS))).toEqual([]);
});

/** A client of a browser; it leaves when the test ends. */
export function open(browser: InProcessBrowser, options: Partial<ClientOptions> = {}): Client {
  return openClient({ transport: "cookie", ...options }, browser).client;
}

/** A browser in which somebody new is logged in, and their client. */
export async function openSignedIn(roles: readonly string[] = []): Promise<{
  readonly browser: InProcessBrowser;
  readonly client: Client;
  readonly id: string;
  readonly username: string;
}> {
  const { id, credentials } = await addUser(roles);
  const browser = openInProcessBrowser(auth);
  const client = open(browser);
  await client.logIn(credentials);
  browser.lines.length = 0;
  return { browser, client, id, username: credentials.username };
}

/** The text of what is shown. */
export function shown(element?: ReactElement): string {
  if (element !== undefined) render(element);
  return document.body.textContent ?? "";
}
