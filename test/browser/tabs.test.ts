import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { endAll, send, until } from "../cli/run-server.js";
import { closeBrowsers, describeInBrowser } from "./open-browser.js";
import {
  ask,
  endingsOf,
  openTab,
  type PageOptions,
  refreshCookie,
  rotationsOf,
  type Stage,
  setStage,
  signedUp,
  sleep,
  statesOf,
  statusOf,
  watchRequests,
} from "./stage.js";

const TABS = 20;
// The window of the predecessor: long enough for twenty tabs on a slow machine, and over soon.
const GRACE_SECONDS = 6;
const BEARER = { transport: "bearer", storage: "localStorage" } as const;

describeInBrowser("many tabs", () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await setStage({ environment: { LATCHKEY_GRACE_SECONDS: String(GRACE_SECONDS) } });
  });
  afterAll(async () => {
    await closeBrowsers();
    await stage?.pages.close();
    await endAll();
  });

  it("that wake at once, twenty of them, after expiry rotate once and stay in; the token before that, replayed outside the window, ends the session", async () => {
    const { context, tabs, username } = await twentyTabs();
    const refreshes = watchRequests(context, "/token/refresh");
    const before = await rotationsOf(stage, username);
    const [cookie, old] = [await refreshCookie(context), await context.cookies()];

    expect(await askAllAfterSleep(tabs)).toEqual(tabs.map(() => `private to ${username}`));
    expect(await rotationsOf(stage, username)).toBe(before + 1);
    expect(refreshes.length).toBeLessThanOrEqual(TABS);
    for (const tab of tabs) expect((await statesOf(tab)).slice(-2)).toEqual(["signed-in", "signed-in"]);
    expect(await refreshCookie(context)).not.toBe(cookie);

    // Inside the window it gets the same successor again, which changes nothing.
    await until(async () => ((await replay(cookie)) === 401 ? true : undefined), 30_000, 250);
    await context.addCookies(old);
    expect(await askAllAfterSleep(tabs)).toEqual(tabs.map(() => "token_required"));
    for (const tab of tabs) {
      expect(await ask(tab)).toBe("token_required");
      expect(await endingsOf(tab)).toEqual(["session_ended"]);
    }
    await context.close();
  });

  it("of which a browser opens twenty at once on a living session are all in, awake at once too, and reloaded at once; the session lives", async () => {
    const { context, page, username } = await signedUp(stage);
    const tabs = await openAtOnce(context, {});
    expect(await Promise.all(tabs.map(ask))).toEqual(tabs.map(() => `private to ${username}`));
    expect(await askAllAfterSleep([page, ...tabs])).toEqual([page, ...tabs].map(() => `private to ${username}`));
    for (const tab of [page, ...tabs]) expect(await endingsOf(tab)).toEqual([]);
    await Promise.all(tabs.map((tab) => tab.reload()));
    expect(await Promise.all(tabs.map(ask))).toEqual(tabs.map(() => `private to ${username}`));
    await context.close();
  });

  it("with bearer and localStorage stay in as well: opened at once, awake at once, and again", async () => {
    const { context, page, username } = await signedUp(stage, BEARER);
    const tabs = [page, ...(await openAtOnce(context, BEARER))];
    for (let round = 0; round < 2; round++) {
      expect(await askAllAfterSleep(tabs)).toEqual(tabs.map(() => `private to ${username}`));
    }
    for (const tab of tabs) expect(await endingsOf(tab)).toEqual([]);
    await context.close();
  });

  it("go on without one that is killed in the middle of its refresh", async () => {
    const { context, page: killed, username } = await signedUp(stage);
    const others = await openAtOnce(context, {}, 4);
    await killed.route("**/token/refresh", () => {});
    const asked = killed.waitForRequest("**/token/refresh");
    await sleep(killed);
    void ask(killed).catch(() => {});
    await asked;
    const cdp = await context.newCDPSession(killed);
    void cdp.send("Page.crash").catch(() => {});
    await killed.waitForEvent("crash");
    expect(await askAllAfterSleep(others)).toEqual(others.map(() => `private to ${username}`));
    await context.close();
  });

  async function twentyTabs(): Promise<{
    readonly context: BrowserContext;
    readonly tabs: readonly Page[];
    readonly username: string;
  }> {
    const { context, page, username } = await signedUp(stage);
    return { context, tabs: [page, ...(await openAtOnce(context, {})).slice(1)], username };
  }

  async function openAtOnce(context: BrowserContext, options: PageOptions, length = TABS): Promise<readonly Page[]> {
    const tabs = await Promise.all(Array.from({ length }, () => openTab(stage, context, options)));
    for (const tab of tabs) expect(await statusOf(tab)).toBe("signed-in");
    return tabs;
  }

  /** What the server answers to a refresh token that stands in a cookie. */
  async function replay(cookie: string): Promise<number> {
    const headers = { cookie: `__Host-latchkey=${cookie}`, origin: stage.pages.origin };
    return (await send("POST", `${stage.server.at}/token/refresh`, { headers })).status;
  }
});

/** Lets every tab ask for what is private at the same moment, after its access token has expired. */
async function askAllAfterSleep(tabs: readonly Page[]): Promise<readonly string[]> {
  await Promise.all(tabs.map(sleep));
  const moment = Date.now() + 500;
  return Promise.all(
    tabs.map((tab) =>
      tab.evaluate(async (at) => {
        await new Promise((resolve) => setTimeout(resolve, at - Date.now()));
        return window.tab.ask();
      }, moment),
    ),
  );
}
