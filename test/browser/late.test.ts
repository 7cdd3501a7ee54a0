import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { until } from "../cli/run-server.js";
import { describeInBrowser } from "./open-browser.js";
import { addressOf, ask, endingsOf, openTab, signedUp, sleep, stage, startStage } from "./stage.js";

const GRACE_SECONDS = 1;
const BEARER = { transport: "bearer", storage: "localStorage" } as const;

/** What other tabs say reaches this one when the test wants it to: answers the function that lets it, and that tells how much there was. */
async function holdWords(tab: Page): Promise<() => Promise<number>> {
  await tab.addInitScript(() => {
    const held: (() => void)[] = [];
    const { addEventListener } = BroadcastChannel.prototype;
    BroadcastChannel.prototype.addEventListener = function (
      this: BroadcastChannel,
      type: string,
      listener: EventListenerOrEventListenerObject,
      options?: boolean | AddEventListenerOptions,
    ) {
      const hear = (event: Event) => void held.push(() => (listener as EventListener)(event));
      addEventListener.call(this, type, hear, options);
    };
    Object.assign(window, { hear: () => held.splice(0).map((listener) => listener()).length });
  });
  return () => tab.evaluate(() => (window as unknown as { hear(): number }).hear());
}

describeInBrowser("a tab that is late", () => {
  startStage(() => ({ environment: { LATCHKEY_GRACE_SECONDS: String(GRACE_SECONDS) } }));

  it.each(["in the middle of its own refresh", "after its own refresh"])(
    "and hears %s what another tab got before keeps the newer refresh token",
    async (when) => {
      const { context, page, username } = await signedUp(stage, BEARER);
      const late = await context.newPage();
      const hear = await holdWords(late);
      await late.goto(addressOf(stage, BEARER));
      await late.evaluate(async () => void (await window.tab.client.ready));
      await hear();

      for (const tab of [page, late]) await sleep(tab);
      expect(await ask(page)).toBe(`private to ${username}`);
      const stored = () => page.evaluate((key) => localStorage.getItem(key), `latchkey:${stage.url}`);
      const before = await stored();
      await late.route("**/token/refresh", async (route) => {
        const response = await route.fetch();
        if (when.startsWith("in")) expect(await hear()).toBeGreaterThan(0);
        await route.fulfill({ response });
      });
      expect(await ask(late)).toBe(`private to ${username}`);
      if (when.startsWith("after")) expect(await hear()).toBeGreaterThan(0);
      const current = await stored();
      expect(current === before).toBe(false);

      // The window of the one before is over, so that it would end the session.
      const rotated = performance.now();
      await until(() => (performance.now() - rotated > GRACE_SECONDS * 1000 + 100 ? true : undefined), 30_000, 50);
      await late.unroute("**/token/refresh");
      for (const tab of [page, late]) {
        await sleep(tab);
        expect(await ask(tab)).toBe(`private to ${username}`);
        expect(await endingsOf(tab)).toEqual([]);
      }
      await context.close();
    },
  );

  it("and hears of all that it missed leaves the storage to those that were faster", async () => {
    const { context, page, username } = await signedUp(stage, BEARER);
    const late = await context.newPage();
    const hear = await holdWords(late);
    await late.goto(addressOf(stage, BEARER));
    await late.evaluate(async () => void (await window.tab.client.ready));
    for (let time = 0; time < 3; time++) {
      await sleep(page);
      expect(await ask(page)).toBe(`private to ${username}`);
    }
    await late.evaluate(() => {
      const { setItem } = Storage.prototype;
      Storage.prototype.setItem = function (this: Storage, key: string, value: string) {
        if (value.startsWith("lkr_")) document.title += `${key} `;
        setItem.call(this, key, value);
      };
      document.title = "";
    });
    expect(await hear()).toBeGreaterThanOrEqual(3);
    expect(await ask(late)).toBe(`private to ${username}`);
    expect(await late.title()).toBe("");
    await context.close();
  });

  it("since it is hidden and its timers wait, is not kept from its refresh, and keeps no other tab from it", async () => {
    const { context, page, username } = await signedUp(stage);
    const hidden = await context.newPage();
    await hidden.addInitScript(() => {
      Object.defineProperty(document, "hidden", { value: true });
      // A browser lets them run once a minute.
      Object.assign(window, { setTimeout: () => 0 });
    });
    await hidden.goto(addressOf(stage));
    await hidden.evaluate(async () => void (await window.tab.client.ready));
    for (let round = 0; round < 3; round++) {
      await Promise.all([sleep(hidden), sleep(page)]);
      const answers = await Promise.all([ask(hidden), ask(page), ask(await openTab(stage, context))]);
      expect(answers).toEqual(answers.map(() => `private to ${username}`));
    }
    await context.close();
  });
});
