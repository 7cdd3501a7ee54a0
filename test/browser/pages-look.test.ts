import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { brandCss } from "../../dist/http/pages/brand-css.js";
import { PASSWORD, send } from "../cli/run-server.js";
import {
  app,
  at,
  faultsOf,
  logIn,
  newAccount,
  open,
  openAccount,
  server,
  startHostedPages,
  widthFaultsOf,
} from "./hosted-pages.js";
import { describeInBrowser } from "./open-browser.js";

startHostedPages();

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 320, height: 640 };

const LOOKS = [
  { colorScheme: "light", viewport: WIDE, locale: "es-MX" },
  { colorScheme: "dark", viewport: NARROW, locale: "en-GB" },
] as const;

/** The faults of a page in a look, and what is too wide in the other one. */
async function faultsInBoth(page: Page, { viewport }: (typeof LOOKS)[number]): Promise<readonly string[]> {
  const faults = await faultsOf(page);
  await page.setViewportSize(viewport === WIDE ? NARROW : WIDE);
  const others = await widthFaultsOf(page);
  await page.setViewportSize(viewport);
  return [...faults, ...others];
}

/** Sends a form as it is. */
async function submit(page: Page): Promise<void> {
  await page.locator("button[type=submit]").click();
}

describeInBrowser("every page and state, in both schemes and widths and languages", () => {
  it.each(LOOKS)("is without a fault: $locale", async (look) => {
    const page = await open("login", look);
    await page.locator("form").waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(look.locale);
    expect(await faultsInBoth(page, look), "log in").toEqual([]);
    await submit(page);
    expect(await faultsInBoth(page, look), "log in with nothing").toEqual([]);
    const username = await newAccount();
    await page.locator("[name=username]").fill(username);
    await page.locator("[name=password]").fill("not this one");
    await submit(page);
    await page.locator("[role=alert] p").waitFor();
    expect(await faultsInBoth(page, look), "a wrong password").toEqual([]);
    await page.locator("main a").click();
    await page.waitForURL("**/ui/signup");
    expect(await faultsInBoth(page, look), "sign up").toEqual([]);
    await page.locator("[name=username]").fill(username);
    await page.locator("[name=password]").fill("short");
    await submit(page);
    expect(await faultsInBoth(page, look), "a short password").toEqual([]);
    await page.locator("[name=password]").fill(PASSWORD);
    await submit(page);
    await page.locator("[name=username][aria-invalid=true]").waitFor();
    expect(await faultsInBoth(page, look), "a taken name").toEqual([]);
    await page.locator("main a").click();
    await page.locator("[name=password][autocomplete=current-password]").fill(PASSWORD);
    await page.locator("[name=username]").fill(username);
    await submit(page);
    await page.locator("li time").first().waitFor();
    expect(await faultsInBoth(page, look), "the account").toEqual([]);
    await submit(page);
    expect(await faultsInBoth(page, look), "a new password of nothing").toEqual([]);
    await page.locator("button[aria-haspopup=dialog]").first().click();
    await page.getByRole("alertdialog").waitFor();
    expect(await faultsInBoth(page, look), "a question").toEqual([]);
  });
});

const COLOURS = ["#ffffff", "#000000", "#777777", "#ffff00", "#0000ff", undefined] as const;

describeInBrowser("every colour of a brand", () => {
  it("can be read in both schemes", async () => {
    const page = await open("login");
    for (const colour of COLOURS) {
      await page.route("**/brand.css", (route) => route.fulfill({ contentType: "text/css", body: brandCss(colour) }));
      await page.goto(`${at}/ui/signup`);
      await page.locator("form").waitFor();
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await faultsOf(page, ["color-contrast"]), `${colour} where it is ${colorScheme}`).toEqual([]);
      }
    }
  });
});

const NAUGHTY = [
  "<img src=x onerror=alert(1)>",
  "</script><script>alert(1)</script>",
  "\"'><svg/onload=alert(1)>",
  "{{constructor.constructor('alert(1)')()}}",
  "javascript:alert(1)",
  "שלום עולם",
  "مرحبا بالعالم",
  "𒐫".repeat(64),
  "W".repeat(64),
  "﷽".repeat(3),
];

describeInBrowser("what users call themselves", () => {
  it("is shown as text, breaks no page, and runs nothing", async () => {
    const page = await open("login", { viewport: NARROW });
    for (const [index, username] of NAUGHTY.entries()) {
      const email = `${"w".repeat(60)}@${"w".repeat(60)}.${"w".repeat(60)}.example${index}.com`;
      const { status } = await send("POST", `${server.at}/signup`, { body: { username, password: PASSWORD, email } });
      // What the server takes for no name cannot be anybody's.
      if (status === 400) continue;
      expect(status, username).toBe(201);
      await logIn(page, username);
      await page.getByText("This device", { exact: true }).waitFor();
      expect(await page.locator("dd bdi").first().textContent()).toBe(username);
      expect(await widthFaultsOf(page), username).toEqual([]);
      await page.getByRole("button", { name: "Log out", exact: true }).click();
      await page.getByText("You are logged out.").waitFor();
    }
  });

  it("is shown as text where it is the name of a device", async () => {
    const userAgent = "<img src=x onerror=alert(1)>/1.0 \"'><script>alert(1)</script>";
    const username = await newAccount();
    await send("POST", `${server.at}/token`, {
      body: { username, password: PASSWORD },
      headers: { "user-agent": userAgent },
    });
    const page = await open("login");
    await logIn(page, username);
    await page.getByRole("button", { name: "End the session: Unknown device" }).first().waitFor();
    expect(await page.locator("main img").count()).toBe(0);
  });
});

describeInBrowser("return_to", () => {
  it("leads to a listed application after the log-in, and at once where somebody is logged in", async () => {
    const username = await newAccount();
    const target = `${app}/private?x=1#y`;
    const login = `login?${new URLSearchParams({ return_to: target })}`;
    const page = await open(login);
    await page.getByText(`Then you go on to ${new URL(app).host}.`).waitFor();
    await logIn(page, username);
    await page.waitForURL(target);
    const second = await page.context().newPage();
    await second.goto(`${at}/ui/${login}`);
    await second.waitForURL(target);
  });

  it("is kept on the way to the sign-up and back", async () => {
    const page = await open(`login?${new URLSearchParams({ return_to: `${app}/private` })}`);
    await page.getByRole("link", { name: "Sign up" }).click();
    await page.waitForURL("**/ui/signup?*");
    await page.goBack();
    await page.waitForURL("**/ui/login?*");
    await page.goForward();
    await page.getByRole("link", { name: "Log in" }).click();
    expect(new URL(page.url()).searchParams.get("return_to")).toBe(`${app}/private`);
    await logIn(page, await newAccount());
    await page.waitForURL(`${app}/private`);
  });

  it("does not go round in circles with an application that sends everybody back", async () => {
    const { page } = await openAccount();
    const login = `${at}/ui/login?${new URLSearchParams({ return_to: `${app}/private` })}`;
    await page.goto(login);
    await page.waitForURL(`${app}/private`);
    await page.goto(login);
    await page.getByRole("heading", { name: "You are logged in as" }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole("link", { name: "Go on to" }).click();
    await page.waitForURL(`${app}/private`);
  });

  it("leads to the account page in place of what is not listed, or no address of a page", async () => {
    const { page } = await openAccount();
    for (const target of [
      "javascript:alert(1)",
      "data:text/html,<script>alert(1)</script>",
      "//evil.example/",
      "/\\evil.example/",
      "https:evil.example",
      "https://evil.example/",
    ]) {
      await page.goto(`${at}/ui/login?${new URLSearchParams({ return_to: target })}`);
      await page.waitForURL(`${at}/ui/account`);
      await page.getByText("This device", { exact: true }).waitFor();
    }
  });
});

describeInBrowser("the surroundings of the pages", () => {
  it("are those of the server's own address, whatever the page was opened at", async () => {
    const page = await open(`${server.at}/ui/login?return_to=x`);
    await page.waitForURL(`${at}/ui/login?return_to=x`);
    await page.getByRole("heading", { name: "Log in to Harbour" }).waitFor();
  });

  it("are where the page was opened, if the server's own address leads back there", async () => {
    const page = await open("login");
    let redirects = 0;
    await page.route(`${at}/ui/login`, (route) => {
      redirects += 1;
      return route.fulfill({ status: 302, headers: { location: `${server.at}/ui/login` } });
    });
    await page.goto(`${server.at}/ui/login`);
    await page.waitForURL(`${server.at}/ui/login`);
    await page.getByRole("heading", { name: "Log in to Harbour" }).waitFor();
    expect(redirects).toBe(1);
    expect(page.url()).toBe(`${server.at}/ui/login`);
  });

  it("are in English where the visitor speaks neither language", async () => {
    const page = await open("signup", { locale: "de-CH" });
    await page.getByRole("heading", { name: "Create your Harbour account" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
  });

  it("tell that the server is away, and go on by themselves when it is back", async () => {
    const { page } = await openAccount();
    await page.route("**/token/refresh", (route) => route.abort());
    await page.reload();
    await page.getByRole("alert").filter({ hasText: "It is tried again by itself." }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.unroute("**/token/refresh");
    await page.getByText("This device", { exact: true }).waitFor();
  });

  it("can be told apart with colours that the system forces", async () => {
    const { page } = await openAccount({ forcedColors: "active" });
    expect(await faultsOf(page)).toEqual([]);
  });
});
