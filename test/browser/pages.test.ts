import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { PASSWORD, send } from "../cli/run-server.js";
import {
  at,
  faultsOf,
  logIn,
  newAccount,
  newName,
  open,
  openAccount,
  server,
  startHostedPages,
} from "./hosted-pages.js";
import { describeInBrowser } from "./open-browser.js";

startHostedPages();

describeInBrowser("the hosted pages", () => {
  it("sign up, show the account, keep it over a reload, log out and log in again", async () => {
    const page = await open("signup");
    const username = newName();
    await page.getByLabel("Username").fill(username);
    await page.getByLabel("E-mail").fill(`${username}@example.com`);
    await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Your account" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/ui/account");
    expect(await page.title()).toBe("Your account · Harbour");
    await page.getByText(`${username}@example.com`).waitFor();
    await page.reload();
    await page.getByText(`${username}@example.com`).waitFor();
    await page.getByText("This device", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await page.getByText("You are logged out.").waitFor();
    expect(new URL(page.url()).pathname).toBe("/ui/login");
    await logIn(page, username);
    await page.getByRole("heading", { name: "Your account" }).waitFor();
  });

  it("go on at once where somebody is logged in, and back to the log-in where nobody is", async () => {
    const { page } = await openAccount();
    await page.goto(`${at}/ui/login`);
    await page.waitForURL("**/ui/account");
    await page.goto(`${at}/ui/signup`);
    await page.waitForURL("**/ui/account");
    await page.context().clearCookies();
    await page.goto(`${at}/ui/account`);
    await page.waitForURL("**/ui/login");
    await page.getByText("Log in to see your account.").waitFor();
  });

  it("can be used with the keyboard alone", async () => {
    const username = await newAccount();
    const page = await open("login");
    await page.waitForFunction(() => (document.activeElement as HTMLInputElement).name === "username");
    await page.keyboard.type(username);
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Tab");
    const eye = page.getByRole("button", { name: "Show password" });
    expect(await eye.evaluate((button) => button === document.activeElement)).toBe(true);
    await page.keyboard.press("Space");
    expect(await page.getByRole("textbox", { name: "Password" }).inputValue()).toBe(PASSWORD);
    expect(await page.getByRole("textbox", { name: "Password" }).getAttribute("type")).toBe("text");
    expect(await eye.getAttribute("aria-pressed")).toBe("true");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Your account" }).waitFor();
    // The heading of the page that came has the focus.
    await page.waitForFunction(() => document.activeElement?.tagName === "H1");
  });
});

describeInBrowser("a form of the pages", () => {
  it("says at its field what is missing, and leads to the first such", async () => {
    const page = await open("login");
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    const field = page.getByLabel("Username");
    expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    const described = await field.getAttribute("aria-describedby");
    expect(await page.locator(`[id="${described}"]`).textContent()).toBe("Enter your username.");
    await field.fill("a");
    expect(await field.getAttribute("aria-invalid")).toBe(null);
    await page.getByText("Enter your password.").waitFor();
    expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
  });

  it("tells of a wrong password in an alert, and has it typed again", async () => {
    const username = await newAccount();
    const page = await open("login");
    await logIn(page, username, "not this one");
    await page.getByRole("alert").filter({ hasText: "The username or the password is wrong." }).waitFor();
    await page.waitForFunction(() => (document.activeElement as HTMLInputElement).name === "password");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Your account" }).waitFor();
  });

  it("tells who tries too often how long to wait, and lets them try no earlier", async () => {
    const username = await newAccount();
    const wrong = { username, password: "not this one" };
    for (let wait = 0; wait < 6; ) {
      const { headers } = await send("POST", `${server.at}/token`, { body: wrong });
      wait = Number(headers.get("retry-after"));
      if (wait < 6) await sleep(wait * 1000);
    }
    const page = await open("login");
    await logIn(page, username);
    await page
      .getByRole("alert")
      .filter({ hasText: /Too many attempts. You can try again in \d+ seconds?/ })
      .waitFor();
    const button = page.getByRole("button", { name: /Try again in 0:\d\d/ });
    expect(await button.getAttribute("aria-disabled")).toBe("true");
    let sent = 0;
    page.on("request", () => (sent += 1));
    await button.click({ force: true });
    await page.getByRole("textbox", { name: "Password" }).press("Enter");
    expect(sent).toBe(0);
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.getByRole("heading", { name: "Your account" }).waitFor();
  });

  it("is sent once however often it is submitted, and keeps its size while that takes", async () => {
    const username = await newAccount();
    const page = await open("login");
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let sent = 0;
    await page.route("**/token", async (route) => {
      sent += 1;
      await held;
      await route.continue();
    });
    const button = page.locator("button[type=submit]");
    const before = await button.boundingBox();
    await page.getByLabel("Username").fill(username);
    await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
    // Twice before anything can be shown of it, as a program that fills in forms may.
    await page.evaluate(() => {
      for (const _ of "12") document.forms[0]?.requestSubmit();
    });
    await page.waitForFunction(() => document.querySelector("button[type=submit][aria-busy=true]"));
    expect(await button.boundingBox()).toEqual(before);
    await button.click({ force: true });
    await page.getByRole("textbox", { name: "Password" }).press("Enter");
    release();
    await page.getByRole("heading", { name: "Your account" }).waitFor();
    expect(sent).toBe(1);
  });

  it("tells that the server cannot be reached, and works when it can again", async () => {
    const username = await newAccount();
    const page = await open("login");
    await page.getByLabel("Username").waitFor();
    await page.route("**/token", (route) => route.abort());
    await logIn(page, username);
    await page.getByRole("alert").filter({ hasText: "The server cannot be reached." }).waitFor();
    await page.unroute("**/token");
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.getByRole("heading", { name: "Your account" }).waitFor();
  });

  it("tells of a taken name at its field, and of a password while it is typed", async () => {
    const username = await newAccount();
    const page = await open("signup");
    await page.getByLabel("Username").fill(username);
    const password = page.getByRole("textbox", { name: "Password" });
    await password.fill("seven");
    await page.getByText("Too short: 3 more characters are needed.").first().waitFor();
    await password.fill(`${username}1`);
    await page.getByText("Easy to guess: it is made of a name that others know.").first().waitFor();
    await password.fill(PASSWORD);
    await page.getByText("Strong.").first().waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("This username is taken.").waitFor();
    // Nothing is to be waited for.
    expect(await page.locator("button[type=submit]").getAttribute("aria-disabled")).toBe(null);
    expect(await page.getByLabel("Username").evaluate((input) => input === document.activeElement)).toBe(true);
  });
});

describeInBrowser("the account page", () => {
  it("ends one session after a question, and the other device is told why", async () => {
    const { page, username } = await openAccount();
    const other = await open("login", {
      userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    });
    await logIn(other, username);
    await other.getByText("This device", { exact: true }).waitFor();
    await page.reload();
    const end = page.getByRole("button", { name: "End the session: Firefox on Linux" });
    await end.click();
    const question = page.getByRole("alertdialog", { name: "End this session?" });
    await question.getByRole("button", { name: "Cancel" }).click();
    await question.waitFor({ state: "hidden" });
    expect(await end.evaluate((button) => button === document.activeElement)).toBe(true);
    await end.click();
    expect(await faultsOf(page)).toEqual([]);
    await question.getByRole("button", { name: "End session" }).click();
    await page.getByRole("status").filter({ hasText: "The session is ended: Firefox on Linux." }).waitFor();
    expect(await end.count()).toBe(0);
    await page.waitForFunction(() => document.activeElement?.textContent === "Sessions");
    await other.getByRole("textbox", { name: "Current password" }).fill(PASSWORD);
    await other.getByRole("textbox", { name: "New password" }).fill("nine grey herons at dusk");
    await other.keyboard.press("Enter");
    await other.getByText("Your session has ended. Log in again to go on.").waitFor();
    await other.waitForURL("**/ui/login");
  });

  it("changes the password, which ends all other sessions", async () => {
    const { page, username } = await openAccount();
    await page.getByRole("textbox", { name: "Current password" }).fill("not this one");
    await page.getByRole("textbox", { name: "New password" }).fill("nine grey herons at dusk");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText("This is not your current password.").waitFor();
    await page.waitForFunction(() => (document.activeElement as HTMLInputElement).name === "current_password");
    await page.getByRole("textbox", { name: "Current password" }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "Your password is changed." }).waitFor();
    expect(await page.getByRole("textbox", { name: "Current password" }).inputValue()).toBe("");
    await page.getByText("You are logged in only on this device.").waitFor();
    const { status } = await send("POST", `${server.at}/token`, {
      body: { username, password: "nine grey herons at dusk" },
    });
    expect(status).toBe(200);
  });

  it("logs out everywhere after a question, all tabs", async () => {
    const { page } = await openAccount();
    const second = await page.context().newPage();
    await second.goto(`${at}/ui/account`);
    await second.getByText("This device", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Log out everywhere" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Log out everywhere" }).click();
    await page.getByText("You are logged out.").waitFor();
    await second.getByText("You logged out in another tab.").waitFor();
  });

  it("says that the sessions cannot be loaded, and loads them when asked again", async () => {
    const { page } = await openAccount();
    await page.route("**/me/sessions", (route) => route.abort());
    await page.reload();
    await page.getByRole("alert").filter({ hasText: "Your sessions could not be loaded." }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.unroute("**/me/sessions");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("This device", { exact: true }).waitFor();
  });

  it("moves nothing while it is loaded", async () => {
    const { page } = await openAccount();
    await page.reload();
    await page.getByText("This device", { exact: true }).waitFor();
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) =>
            resolve(list.getEntries().reduce((sum, entry) => sum + (entry as unknown as { value: number }).value, 0)),
          ).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(0), 500);
        }),
    );
    expect(shift).toBeLessThan(0.01);
  });
});
