import { expect, it } from "vitest";
import { describeInBrowser } from "./open-browser.js";
import { ask, call, openTab, refreshCookie, signedUp, stage, startStage, statesOf } from "./stage.js";

const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+|lkr_[\w-]+/;

describeInBrowser("what a browser keeps", () => {
  startStage();

  it("is a cookie that no script reads, of this host alone, over a secure way alone, from pages of this site alone", async () => {
    const { context, page } = await signedUp(stage);
    const days = (expires: number) => Math.round((expires - Date.now() / 1000) / 86_400);
    const [cookie, ...others] = await context.cookies();
    expect(others).toEqual([]);
    expect({ ...cookie, value: "", expires: days(cookie?.expires ?? 0) }).toEqual({
      name: "__Host-latchkey",
      value: "",
      // With a Domain it would begin with a dot.
      domain: "localhost",
      path: "/",
      expires: 30,
      httpOnly: true,
      secure: true,
      sameSite: "Strict",
    });
    expect(await page.evaluate(() => document.cookie)).toBe("");

    const answered = page.waitForResponse(`${stage.url}/token/refresh`);
    await page.reload();
    const lines = (await (await answered).headersArray()).filter(({ name }) => name.toLowerCase() === "set-cookie");
    // What is left of the session's 30 days.
    expect(lines.map(({ value }) => value)).toEqual([
      expect.stringMatching(
        /^__Host-latchkey=lkr_[\w-]+; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=259(?:1\d{3}|2000)$/,
      ),
    ]);
    await context.close();
  });

  it("is no token: neither in localStorage nor in sessionStorage, in the address, the history or a database", async () => {
    const { context, page, username } = await signedUp(stage);
    await page.reload();
    expect(await ask(page)).toBe(`private to ${username}`);
    const kept = await page.evaluate(async () => {
      const databases = await indexedDB.databases();
      return JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        location.href,
        history.state,
        databases,
        name,
      ]);
    });
    expect(kept).not.toMatch(TOKEN);
    expect(await page.evaluate(() => ({ ...localStorage }))).toEqual({});
    await context.close();
  });

  it("is the refresh token alone, with bearer and localStorage: it lasts over a reload and is in every tab", async () => {
    const bearer = { transport: "bearer", storage: "localStorage" } as const;
    const { context, page, username } = await signedUp(stage, bearer);
    const stored = () => page.evaluate(() => ({ ...localStorage }));
    const first = await stored();
    expect(Object.entries(first)).toEqual([[`latchkey:${stage.url}`, expect.stringMatching(/^lkr_/)]]);
    expect(await context.cookies()).toEqual([]);

    await page.reload();
    await page.locator("#status", { hasText: "signed-in" }).waitFor();
    const second = await openTab(stage, context, bearer);
    for (const tab of [page, second]) expect(await ask(tab)).toBe(`private to ${username}`);
    expect(Object.values(await stored())).not.toEqual(Object.values(first));

    await call(second, "logOut");
    await page.locator("#status", { hasText: "signed-out" }).waitFor();
    expect(await stored()).toEqual({});
    await context.close();
  });

  it("is nothing, with bearer and no storage: a reload logs out of that tab, and of no other", async () => {
    const { context, page, username } = await signedUp(stage, { transport: "bearer" });
    const second = await openTab(stage, context, { transport: "bearer" });
    expect(await statesOf(second)).toEqual(["loading", "signed-out"]);
    expect(await ask(page)).toBe(`private to ${username}`);
    await page.reload();
    await page.locator("#status", { hasText: "signed-out" }).waitFor();
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
    await context.close();
  });

  it("goes with a log-out even where the answer has to be believed: the cookie before it is worth nothing", async () => {
    const { context, page } = await signedUp(stage);
    const before = await context.cookies();
    const value = await refreshCookie(context);
    await call(page, "logOut");
    expect(await context.cookies()).toEqual([]);
    expect(before[0]?.value).toBe(value);
    await context.addCookies(before);
    await page.reload();
    await page.locator("#status", { hasText: "signed-out" }).waitFor();
    await context.close();
  });
});
