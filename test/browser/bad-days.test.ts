import type { BrowserContext } from "playwright-core";
import { expect, it } from "vitest";
import { end, PASSWORD, startServer } from "../cli/run-server.js";
import { describeInBrowser, openBrowser, openContext } from "./open-browser.js";
import {
  addressOf,
  ask,
  call,
  endingsOf,
  openTab,
  reached,
  setStage,
  signedUp,
  sleep,
  stage,
  startStage,
  statesOf,
  statusOf,
  watchRequests,
} from "./stage.js";

describeInBrowser("a page on a bad day", () => {
  startStage(async () => ({
    // Without this flag of Playwright's, pages are kept when one goes away from them.
    browser: await openBrowser({ without: ["--disable-back-forward-cache"] }),
  }));

  it("tells a server that is gone from a refusal, and is in again when it is back, also where it was loaded meanwhile", async () => {
    const own = await setStage({ browser: stage.browser });
    const { context, page, username } = await signedUp(own);
    await end(own.server, "SIGKILL");
    expect(await ask(page)).toBe("unavailable offline");
    await sleep(page);
    expect(await ask(page)).toBe("unavailable offline");
    expect(await call(page, "logOut")).toMatchObject({ code: "unavailable", reason: "offline" });
    expect([await statusOf(page), await endingsOf(page)]).toEqual(["signed-in", []]);
    const second = await openTab(own, context);
    expect(await statusOf(second)).toBe("offline");
    expect(await ask(second)).toBe("unavailable offline");

    const { port, data } = own.server;
    await startServer({ port, data, environment: { LATCHKEY_ORIGINS: own.pages.origin } });
    // The tab that was loaded meanwhile finds out by itself.
    await reached(second, "signed-in");
    for (const tab of [page, second]) {
      expect(await ask(tab)).toBe(`private to ${username}`);
      expect(await endingsOf(tab)).toEqual([]);
    }
    expect(await statesOf(second)).not.toContain("signed-out");
    await context.close();
    await own.pages.close();
  });

  it("is in at once where it was reloaded in the middle of a refresh: the answer that nobody read costs nothing", async () => {
    const { context, page, username } = await signedUp(stage);
    const second = await openTab(stage, context);
    // The server rotates, and the page is gone before it hears of it.
    const rotated = new Promise((resolve) => {
      void page.route("**/token/refresh", async (route) => resolve(await route.fetch()), { times: 1 });
    });
    await sleep(page);
    await page.click("#ask");
    await rotated;
    const marks = () => second.evaluate(() => Object.keys(localStorage));
    expect(await marks()).toHaveLength(1);
    await page.reload({ waitUntil: "commit" });
    await expect.poll(marks, { timeout: 10_000 }).toEqual([]);
    await page.locator("#status", { hasText: "signed-in" }).waitFor();
    expect(await ask(page)).toBe(`private to ${username}`);
    await context.close();
  });

  it.each(["localStorage", "BroadcastChannel"])("is the same without %s, in many tabs too", async (missing) => {
    const context = await openContext(stage.browser);
    await context.addInitScript((name) => {
      Object.defineProperty(window, name, {
        get() {
          if (name === "BroadcastChannel") return undefined;
          throw new DOMException("The user forbids it.", "SecurityError");
        },
      });
    }, missing);
    const page = await openTab(stage, context);
    const username = missing.toLowerCase();
    expect(await call(page, "signUp", { username, password: PASSWORD })).toMatchObject({ username });
    const tabs = [page];
    while (tabs.length < 7) tabs.push(await openTab(stage, context));
    for (let round = 0; round < 3; round++) {
      await Promise.all(tabs.map(sleep));
      expect(await Promise.all(tabs.map(ask))).toEqual(tabs.map(() => `private to ${username}`));
    }
    for (const tab of tabs) expect(await endingsOf(tab)).toEqual([]);
    await page.reload();
    await page.locator("#status", { hasText: "signed-in" }).waitFor();
    await call(page, "logOut");
    await expectOut(context);
    await context.close();
  });

  it.each(["9999999", "1e12", "Infinity"])("waits where a busy server says: Retry-After: %s", async (seconds) => {
    const { context, page, username } = await signedUp(stage);
    await context.addInitScript(() => {
      const { setTimeout } = window;
      const waits: number[] = [];
      Object.assign(window, {
        waits,
        setTimeout: (act: () => void, milliseconds = 0) => {
          waits.push(milliseconds);
          return setTimeout(act, milliseconds);
        },
      });
    });
    const headers = {
      "retry-after": seconds,
      "access-control-allow-origin": stage.pages.origin,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "retry-after",
    };
    await page.route("**/token/refresh", (route) =>
      route.fulfill({ status: 503, headers, json: { code: "unavailable" } }),
    );
    await page.reload();
    await reached(page, "offline");
    const longest = () => page.evaluate(() => Math.max(...(window as unknown as { waits: number[] }).waits));
    await expect.poll(longest).toBeGreaterThan(1000);
    // A browser takes a longer time for none at all.
    expect(await longest()).toBeLessThan(2 ** 31);
    await page.unroute("**/token/refresh");
    expect(await ask(page)).toBe(`private to ${username}`);
    await context.close();
  });

  it("does not mind what a page of another version says to its tabs", async () => {
    const { context, page, username } = await signedUp(stage);
    const faults: Error[] = [];
    page.on("pageerror", (error) => faults.push(error));
    const second = await openTab(stage, context);
    const before = [await statesOf(page), await statesOf(second)];
    await second.evaluate(async (name) => {
      const channel = new BroadcastChannel(name);
      const words: unknown[] = [
        null,
        undefined,
        7,
        "out",
        "x".repeat(1_000_000),
        [],
        [{ type: "out" }],
        {},
        { type: "OUT" },
      ];
      words.push({ type: "session" }, { type: "session", user: null, token: "x" }, { type: "hello", version: 2 });
      words.push(JSON.parse('{"__proto__":{"type":"out"}}'));
      for (const word of words) channel.postMessage(word);
    }, `latchkey:cookie:${stage.url}`);
    // Heard after them: channels keep the order.
    await call(second, "logIn", { username, password: PASSWORD });
    await expect.poll(() => statesOf(page)).toEqual([...(before[0] ?? []), "signed-in"]);
    expect(await ask(page)).toBe(`private to ${username}`);
    expect([await endingsOf(page), faults]).toEqual([[], []]);
    await context.close();
  });

  it("goes on where it was when the browser takes it back from its cache", async () => {
    const { context, page, username } = await signedUp(stage);
    const refreshes = watchRequests(context, "/token/refresh");
    await page.evaluate(() => {
      window.addEventListener("pageshow", ({ persisted }) =>
        window.tab.states.push(persisted ? "persisted" : "loaded"),
      );
    });
    await page.goto(`${stage.pages.origin}/page.mjs`);
    await page.goBack({ waitUntil: "commit" });
    expect(await statesOf(page)).toContain("persisted");
    expect(await ask(page)).toBe(`private to ${username}`);
    expect(refreshes).toEqual([]);
    await context.close();
  });

  it("is out where it comes back from the cache after a log-out in another tab", async () => {
    const { context, page } = await signedUp(stage);
    const second = await openTab(stage, context);
    await page.goto(`${stage.pages.origin}/page.mjs`);
    await call(second, "logOut");
    await page.goBack({ waitUntil: "commit" });
    await page.waitForFunction(() => "tab" in window);
    expect(await ask(page)).toBe("token_required");
    expect(await statusOf(page)).toBe("signed-out");
    await context.close();
  });

  async function expectOut(context: BrowserContext): Promise<void> {
    const tab = await context.newPage();
    await tab.goto(addressOf(stage));
    await tab.locator("#status", { hasText: "signed-out" }).waitFor();
    expect(await context.cookies()).toEqual([]);
  }
});
