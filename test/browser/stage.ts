import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { loadSqlite } from "../../dist/store/sqlite/load-sqlite.js";
import { endAll, PASSWORD, type Server, startServer } from "../cli/run-server.js";
import { closeBrowsers, openBrowser, openContext } from "./open-browser.js";
import { type PageServer, startPages } from "./page-server.js";

/** What the page puts into its window for the tests. */
interface Tab {
  readonly client: {
    readonly state: { readonly status: string };
    readonly user: { readonly username: string } | null;
    readonly ready: Promise<unknown>;
    readonly fetch: typeof fetch;
  };
  readonly states: string[];
  readonly ended: string[];
  ask(): Promise<string>;
  reached(status: string): Promise<void>;
  call(method: string, given?: unknown): Promise<Outcome>;
}

/** What a method of the client answered, or the members of its error. */
export interface Outcome {
  readonly username?: string;
  readonly name?: string;
  readonly code?: string;
  readonly reason?: string;
  readonly retryAfter?: number;
  readonly fields?: readonly { readonly field: string }[];
}

declare global {
  interface Window {
    readonly tab: Tab;
  }
}

/** A browser, a server and a site whose pages use it. */
export interface Stage {
  readonly browser: Browser;
  readonly pages: PageServer;
  readonly server: Server;
  /** Where the browser finds the server: `http://localhost:PORT`. */
  readonly url: string;
}

/** How a page uses the server, as its address says. */
export interface PageOptions {
  readonly transport?: "bearer";
  readonly storage?: "localStorage" | "sessionStorage";
}

export interface StageOptions {
  /** Settings of the server besides the site's origin. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly browser?: Browser;
}

/** The stage of the tests of a file. */
export let stage: Stage;

/** Sets the stage of the tests of a file before them, and clears it away after them. */
export function startStage(options: () => StageOptions | Promise<StageOptions> = () => ({})): void {
  beforeAll(async () => {
    stage = await setStage(await options());
  });
  afterAll(async () => {
    await closeBrowsers();
    await stage?.pages.close();
    await endAll();
  });
}

/** Sets a stage. `endAll`, `closeBrowsers` and the site's own `close` clear it away. */
export async function setStage({ environment = {}, browser }: StageOptions = {}): Promise<Stage> {
  const pages = await startPages();
  const server = await startServer({ environment: { LATCHKEY_ORIGINS: pages.origin, ...environment } });
  return { browser: browser ?? (await openBrowser()), pages, server, url: `http://localhost:${server.port}` };
}

/** The address of the page. */
export function addressOf({ pages, url }: Pick<Stage, "pages" | "url">, options: PageOptions = {}): string {
  return `${pages.origin}/?${new URLSearchParams({ url, ...options })}`;
}

/** Opens the page in a tab, and waits until its client is ready. */
export async function openTab(stage: Stage, context: BrowserContext, options: PageOptions = {}): Promise<Page> {
  const page = await context.newPage();
  await page.goto(addressOf(stage, options));
  await page.evaluate(async () => void (await window.tab.client.ready));
  return page;
}

let users = 0;

/** Opens the page on a new device, and signs somebody up there. */
export async function signedUp(
  stage: Stage,
  options: PageOptions = {},
): Promise<{ readonly context: BrowserContext; readonly page: Page; readonly username: string }> {
  const context = await openContext(stage.browser);
  const page = await openTab(stage, context, options);
  users += 1;
  const username = `ada-${users}`;
  const outcome = await call(page, "signUp", { username, password: PASSWORD });
  if (outcome.username !== username) throw new Error(`sign-up: ${JSON.stringify(outcome)}`);
  return { context, page, username };
}

/** Calls a method of the page's client. */
export async function call(page: Page, method: "signUp" | "logIn" | "logOut", given?: unknown): Promise<Outcome> {
  return (
    (await page.evaluate(([name, value]) => window.tab.call(name, value), [method as string, given] as const)) ?? {}
  );
}

/** Asks for what is private with the page's client; a refusal is its code. */
export const ask = (page: Page): Promise<string> => page.evaluate(() => window.tab.ask());

export const statusOf = (page: Page): Promise<string> => page.evaluate(() => window.tab.client.state.status);

/** Every status that the page has been in, from the beginning. */
export const statesOf = (page: Page): Promise<readonly string[]> => page.evaluate(() => window.tab.states);

/** The reasons that `onSignedOut` was told. */
export const endingsOf = (page: Page): Promise<readonly string[]> => page.evaluate(() => window.tab.ended);

/** Waits until the page's client says so. */
export const reached = (page: Page, status: string): Promise<void> =>
  page.evaluate((wanted) => window.tab.reached(wanted), status);

/** Lets an hour go by for a tab: its access token has expired, and nothing has happened meanwhile. */
export const sleep = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const { now } = performance;
    performance.now = () => now.call(performance) + 3_600_000;
  });

/** The requests that a device sends to a path from now on. */
export function watchRequests(context: BrowserContext, path: string): readonly string[] {
  const seen: string[] = [];
  context.on("request", (request) => {
    if (new URL(request.url()).pathname === path && request.method() !== "OPTIONS") seen.push(request.method());
  });
  return seen;
}

/** The refresh cookie of a device. */
export async function refreshCookie(context: BrowserContext): Promise<string> {
  const [cookie] = (await context.cookies()).filter(({ name }) => name === "__Host-latchkey");
  if (cookie === undefined) throw new Error("There is no cookie.");
  return cookie.value;
}

/** How often the session of a user was refreshed with a next token; the newest session counts. */
export async function rotationsOf({ server }: Pick<Stage, "server">, username: string): Promise<number> {
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(join(server.data, "latchkey.db"));
  try {
    const found = database
      .prepare(
        "select generation from sessions join users on users.id = user_id where username = ? order by sessions.created_at desc",
      )
      .all(username) as { generation: number }[];
    return found[0]?.generation ?? -1;
  } finally {
    database.close();
  }
}
