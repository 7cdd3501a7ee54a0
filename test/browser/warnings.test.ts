import type { BrowserContext } from "playwright-core";
import { expect, it } from "vitest";
import { describeInBrowser, openContext } from "./open-browser.js";
import { startPages } from "./page-server.js";
import { addressOf, call, openTab, signedUp, stage, startStage, statusOf } from "./stage.js";

describeInBrowser("what a page's console says", () => {
  startStage();

  it("is nothing where all is well", async () => {
    const { context, page } = await signedUp(stage);
    const said = warningsOf(context);
    await page.reload();
    await page.locator("#status", { hasText: "signed-in" }).waitFor();
    expect(said).toEqual([]);
    await context.close();
  });

  it("is where to open the page, if it is on 127.0.0.1 and the server on localhost", async () => {
    const context = await openContext(stage.browser);
    const said = warningsOf(context);
    const page = await context.newPage();
    await page.goto(addressOf(stage).replace(stage.pages.origin, stage.pages.address));
    await until(said, /two sites/);
    expect(said[0]).toContain(`The page on ${stage.pages.address} and the server on ${stage.url}`);
    expect(said[0]).toContain("such as http://localhost");
    await context.close();
  });

  it("names LATCHKEY_ORIGINS where the server does not list the page's origin", async () => {
    const others = await startPages();
    const context = await openContext(stage.browser);
    const said = warningsOf(context);
    const page = await openTab({ ...stage, pages: others }, context);
    await until(said, /LATCHKEY_ORIGINS/);
    expect(said.at(-1)).toContain(`Add ${others.origin} to LATCHKEY_ORIGINS of`);
    expect(await statusOf(page)).toBe("offline");
    expect(await call(page, "logIn", { username: "ada", password: "seven wild geese at dawn" })).toMatchObject({
      name: "AuthError",
      code: "unavailable",
      reason: "offline",
    });
    await context.close();
    await others.close();
  });

  it("is that the cookie was not sent back, where the browser lost it", async () => {
    const { context, page } = await signedUp(stage);
    const said = warningsOf(context);
    await context.clearCookies();
    await page.evaluate(() => {
      performance.now = () => 1e9;
    });
    await page.click("#ask");
    await page.locator("#status", { hasText: "signed-out" }).waitFor();
    await until(said, /got no cookie/);
    await context.close();
  });
});

/** What the client says in the consoles of a device from now on. */
function warningsOf(context: BrowserContext): readonly string[] {
  const said: string[] = [];
  context.on("console", (message) => {
    if (message.text().startsWith("Latchkey")) said.push(message.text());
  });
  return said;
}

function until(said: readonly string[], wanted: RegExp): Promise<void> {
  return expect.poll(() => said.join("\n"), { timeout: 60_000 }).toMatch(wanted);
}
