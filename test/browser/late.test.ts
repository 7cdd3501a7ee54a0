import { expect, it } from "vitest";
import { until } from "../cli/run-server.js";
import { describeInBrowser } from "./open-browser.js";
import { addressOf, ask, endingsOf, openTab, signedUp, sleep, stage, startStage } from "./stage.js";

const GRACE_SECONDS = 1;
const BEARER = { transport: "bearer", storage: "localStorage" } as const;

describeInBrowser("a tab that is late", () => {
  startStage(() => ({ environment: { LATCHKEY_GRACE_SECONDS: String(GRACE_SECONDS) } }));

  it.each(["in the middle of its own refresh", "after its own refresh"])(
    "and hears %s what another tab got before keeps the newer refresh token",
    async (when) => {
      const { context, page, username } = await signedUp(stage, BEARER);
      const late = await context.newPage();
      // What is said reaches this tab when the test wants it to.
      await late.addInitScript(() => {
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
      await late.goto(addressOf(stage, BEARER));
      await late.evaluate(async () => void (await window.tab.client.ready));
      const hear = () => late.evaluate(() => (window as unknown as { hear(): number }).hear());
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
