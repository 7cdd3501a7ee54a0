import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { endAll, PASSWORD, type Server, signUp, startServer } from "../cli/run-server.js";
import { closeBrowsers, openBrowser, openContext } from "./open-browser.js";

const BRAND = { LATCHKEY_BRAND_NAME: "Harbour", LATCHKEY_BRAND_COLOR: "#ffd23f" };

let browser: Browser;
let application: HttpServer;
/** The origin of an application that is listed. */
export let app: string;
export let server: Server;
/** The server as its settings name it. */
export let at: string;
let contexts: BrowserContext[] = [];
const complaints: string[] = [];
let names = 0;

/** Starts a browser, a server and a listed application for the tests of a file. */
export function startHostedPages(): void {
  beforeAll(async () => {
    browser = await openBrowser();
    application = createServer((_, response) =>
      response.setHeader("content-type", "text/html").end("<link rel=icon href=data:,><h1>The application</h1>"),
    );
    await new Promise<void>((resolve) => application.listen(0, "127.0.0.1", resolve));
    app = `http://localhost:${(application.address() as AddressInfo).port}`;
    server = await startServer({ environment: { ...BRAND, LATCHKEY_ORIGINS: app } });
    at = `http://localhost:${server.port}`;
  });

  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    contexts = [];
    expect(complaints.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    await closeBrowsers();
    application.close();
    await endAll();
  });
}

/** Opens a page on a device of its own. What it complains of, and what it asks of anybody else, fails the test. */
export async function open(path: string, options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const context = await openContext(browser, { locale: "en-GB", reducedMotion: "reduce", ...options });
  contexts.push(context);
  await context.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      console.error(`refused by the policy: ${violatedDirective} ${blockedURI}`),
    ),
  );
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    // Chromium says this of every answer that is a refusal.
    const isRefusal = message.text().startsWith("Failed to load resource");
    if (["error", "warning"].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  page.on("request", (request) => {
    const isOurs = [at, app, server.at].includes(new URL(request.url()).origin);
    if (!isOurs && !request.url().startsWith("data:")) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(path.startsWith("http") ? path : `${at}/ui/${path}`);
  return page;
}

/** A name that nobody has. */
export function newName(): string {
  names += 1;
  return `sailor${names}`;
}

/** Makes an account, with the usual password. */
export async function newAccount(): Promise<string> {
  const username = newName();
  await signUp(server, username);
  return username;
}

/** Fills in the form of the log-in, and sends it. */
export async function logIn(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.getByLabel("Username").fill(username);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}

/** Opens the account of somebody new. */
export async function openAccount(
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<{ page: Page; username: string }> {
  const username = await newAccount();
  const page = await open("login", options);
  await logIn(page, username);
  await page.getByText("This device", { exact: true }).waitFor();
  return { page, username };
}

/** What axe finds, by all of its rules or those that are named, and whether anything is wider than the window. */
export async function faultsOf(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (rules ? axe.withRules([...rules]) : axe).analyze();
  return [
    ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
    ...(await widthFaultsOf(page)),
  ];
}

/** Whether anything is wider than the window. */
export async function widthFaultsOf(page: Page): Promise<readonly string[]> {
  const isWide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  return isWide ? ["wider than the window"] : [];
}
