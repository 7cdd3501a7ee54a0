import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Response } from "playwright-core";
import { describe, vi } from "vitest";
import { recordExchange, recorder } from "../secrets/record.js";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
// Twenty tabs on a machine that has other things to do.
const SLOW_MS = 120_000;
const browsers = new Set<Browser>();

// What takes a second alone takes half a minute where a whole run shares two cores; nothing is waited for this long that does happen.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
const WAIT_MILLISECONDS = 90_000;

/** The browser that the tests run in: that of LATCHKEY_CHROMIUM, or the first one of the path; `undefined` where there is none. */
export const CHROMIUM: string | undefined = findChromium();

/** As `describe`; skipped, which is told, where there is no browser, and a failure under `CI=true`. */
export function describeInBrowser(name: string, define: () => void): void {
  inBrowser(name, { timeout: SLOW_MS }, define);
}

const inBrowser = CHROMIUM === undefined ? missing() : describe;

/** What a browser is opened with besides the usual. */
export interface BrowserOptions {
  /** Flags of Playwright that are left out, such as `--disable-back-forward-cache`. */
  readonly without?: readonly string[];
}

/** Opens a browser of its own, without any profile. */
export async function openBrowser({ without = [] }: BrowserOptions = {}): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error("There is no browser.");
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: FLAGS,
    ignoreDefaultArgs: [...without],
    timeout: WAIT_MILLISECONDS,
  });
  browsers.add(browser);
  return browser;
}

/** Opens a context, which is a device of its own with cookies of its own. What comes from the servers there is noted for the search after the suite. */
export async function openContext(
  browser: Browser,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ serviceWorkers: "block", ...options });
  context.setDefaultTimeout(WAIT_MILLISECONDS);
  context.on("response", (response) => void record(response).catch(() => {}));
  context.on("console", (message) => recorder.output("stdout", "the console of a page", `${message.text()}\n`));
  return context;
}

/** Closes every browser that was opened here: for `afterAll`. */
export async function closeBrowsers(): Promise<void> {
  await Promise.all([...browsers].map((browser) => browser.close()));
  browsers.clear();
}

/** What is gone before it was read, such as the answer to a page that was closed, is not noted. */
async function record(response: Response): Promise<void> {
  const request = response.request();
  if (!["fetch", "xhr"].includes(request.resourceType())) return;
  const [sent, received] = await Promise.all([request.allHeaders(), response.headersArray()]);
  recordExchange(
    {
      method: request.method(),
      // As the server sees it that is mounted there.
      path: new URL(request.url()).pathname.replace(/^\/auth(?=\/)/, ""),
      headers: new Headers(sent),
      body: request.postData() ?? undefined,
    },
    {
      status: response.status(),
      headers: new Headers(received.map(({ name, value }) => [name, value])),
      text: await response.text(),
    },
  );
}

function findChromium(): string | undefined {
  const { LATCHKEY_CHROMIUM, PATH = "" } = process.env;
  if (LATCHKEY_CHROMIUM) return LATCHKEY_CHROMIUM;
  const places = ["/usr/bin", ...PATH.split(delimiter)];
  return NAMES.flatMap((name) => places.map((place) => join(place, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(): typeof describe.skip {
  const what =
    "No browser was found: install Chromium (Debian: apt-get install chromium), or name one in LATCHKEY_CHROMIUM.";
  if (process.env.CI === "true") throw new Error(what);
  console.warn(`\n*** The tests in a browser are SKIPPED. ${what} ***\n`);
  return describe.skip;
}
