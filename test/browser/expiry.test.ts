import { expect, it } from "vitest";
import { until } from "../cli/run-server.js";
import { describeInBrowser, openContext } from "./open-browser.js";
import {
  ask,
  call,
  endingsOf,
  openTab,
  rotationsOf,
  setStage,
  signedUp,
  sleep,
  stage,
  startStage,
  statesOf,
  watchRequests,
} from "./stage.js";

describeInBrowser("a page whose access token expires", () => {
  startStage();

  it("refreshes once in the middle of a click, which succeeds, and shows nothing of it", async () => {
    const { context, page, username } = await signedUp(stage);
    const [refreshes, asked] = [watchRequests(context, "/token/refresh"), watchRequests(context, "/me")];
    await sleep(page);
    const before = await statesOf(page);
    await page.click("#ask");
    await page.getByText(`private to ${username}`).waitFor();
    expect(refreshes).toEqual(["POST"]);
    expect(asked).toEqual(["GET"]);
    expect((await statesOf(page)).slice(before.length)).toEqual(["signed-in"]);
    await context.close();
  });

  it("refreshes once for five clicks at the same moment", async () => {
    const { context, page, username } = await signedUp(stage);
    const refreshes = watchRequests(context, "/token/refresh");
    await sleep(page);
    const answers = await page.evaluate(() => Promise.all(Array.from({ length: 5 }, () => window.tab.ask())));
    expect(answers).toEqual(Array.from({ length: 5 }, () => `private to ${username}`));
    expect(refreshes).toEqual(["POST"]);
    expect(await rotationsOf(stage, username)).toBe(1);
    await context.close();
  });

  it("refreshes once where the server refuses a token that the tab took for good, as after the computer slept", async () => {
    const environment = { LATCHKEY_ACCESS_SECONDS: "2" };
    const short = await setStage({ browser: stage.browser, environment });
    const { context, page, username } = await signedUp(short);
    const refreshes = watchRequests(context, "/token/refresh");
    const token = await page.evaluate(async (url) => {
      // The clock that stands still while a computer sleeps.
      const moment = performance.now();
      performance.now = () => moment;
      const request = new Promise<string | null>((resolve) => {
        const { fetch } = window;
        window.fetch = (input, init) => {
          resolve(new Request(input, init).headers.get("authorization"));
          return fetch(input, init);
        };
      });
      await window.tab.client.fetch(`${url}/me`);
      return request;
    }, short.url);
    const headers = { authorization: String(token) };
    // Real time, with the five seconds by which clocks may differ.
    await until(
      async () => ((await fetch(`${short.server.at}/me`, { headers })).status === 401 ? true : undefined),
      60_000,
      200,
    );
    const before = await statesOf(page);
    const answers = await page.evaluate(() => Promise.all(Array.from({ length: 5 }, () => window.tab.ask())));
    expect(answers).toEqual(Array.from({ length: 5 }, () => `private to ${username}`));
    expect(refreshes).toEqual(["POST"]);
    expect(new Set((await statesOf(page)).slice(before.length))).toEqual(new Set(["signed-in"]));
    await context.close();
    await short.pages.close();
  });

  it.each([
    ["ahead", 3_600_000],
    ["behind", -3_600_000],
  ])("stays in where the computer's clock is an hour %s, over a reload and in a second tab", async (_, shift) => {
    const context = await openContext(stage.browser);
    await context.addInitScript((milliseconds) => {
      const { now } = Date;
      const RealDate = Date;
      window.Date = class extends RealDate {
        constructor(...given: []) {
          super(...((given.length === 0 ? [now() + milliseconds] : given) as []));
        }
        static override now(): number {
          return now() + milliseconds;
        }
      } as DateConstructor;
    }, shift);
    const page = await openTab(stage, context);
    expect(await page.evaluate(() => Math.abs(Date.now() - performance.timeOrigin) > 3_000_000)).toBe(true);
    const username = `clock-${shift > 0 ? "ahead" : "behind"}`;
    await call(page, "signUp", { username, password: "seven wild geese at dawn" });
    const refreshes = watchRequests(context, "/token/refresh");
    expect(await ask(page)).toBe(`private to ${username}`);
    expect(refreshes).toEqual([]);
    await page.reload();
    const second = await openTab(stage, context);
    for (const tab of [page, second]) {
      await sleep(tab);
      expect(await ask(tab)).toBe(`private to ${username}`);
      expect(await endingsOf(tab)).toEqual([]);
    }
    await context.close();
  });
});
