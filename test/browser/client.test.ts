import type { BrowserContext, Page } from "playwright-core";
import { expect, it } from "vitest";
import { PASSWORD } from "../cli/run-server.js";
import { describeInBrowser, openContext } from "./open-browser.js";
import {
  ask,
  call,
  endingsOf,
  openTab,
  reached,
  signedUp,
  stage,
  startStage,
  statesOf,
  statusOf,
  watchRequests,
} from "./stage.js";

describeInBrowser("a page with latchkey/client, in a browser", () => {
  startStage();

  it("signs up, shows what is private, is still in after a reload, is in in a second tab, and out of both after a log-out in one", async () => {
    const { context, page, username } = await signedUp(stage);
    await page.click("#ask");
    await page.getByText(`private to ${username}`).waitFor();

    await page.reload();
    await page.locator("#status", { hasText: "signed-in" }).waitFor();
    await page.click("#ask");
    await page.getByText(`private to ${username}`).waitFor();
    expect(await statesOf(page)).toEqual(["loading", "signed-in"]);

    const second = await openTab(stage, context);
    expect(await statusOf(second)).toBe("signed-in");
    expect(await ask(second)).toBe(`private to ${username}`);
    // The tab that was there is told the newer tokens, and shows nothing of it.
    expect(new Set(await statesOf(page))).toEqual(new Set(["loading", "signed-in"]));

    await call(page, "logOut");
    await reached(second, "signed-out");
    expect([await endingsOf(page), await endingsOf(second)]).toEqual([["log_out"], ["other_tab"]]);
    for (const tab of [page, second]) expect(await ask(tab)).toBe("token_required");
    await Promise.all([page.reload(), second.reload()]);
    for (const tab of [page, second]) await tab.locator("#status", { hasText: "signed-out" }).waitFor();
    expect(await context.cookies()).toEqual([]);
    await context.close();
  });

  it("is logged in in every tab when somebody logs in in one, also as somebody else", async () => {
    const { context, page, username } = await signedUp(stage);
    const second = await openTab(stage, context);
    await call(page, "logOut");
    await reached(second, "signed-out");
    await call(page, "logIn", { username, password: PASSWORD });
    await reached(second, "signed-in");
    expect(await ask(second)).toBe(`private to ${username}`);

    const other = await signedUp(stage);
    await call(second, "logIn", { username: other.username, password: PASSWORD });
    await page.locator("#user", { hasText: other.username }).waitFor();
    expect(await ask(page)).toBe(`private to ${other.username}`);
    await Promise.all([context.close(), other.context.close()]);
  });

  it("says that a password is wrong and that a name is taken, and which field is at fault", async () => {
    const { context, page, username } = await signedUp(stage);
    await call(page, "logOut");
    expect(await call(page, "logIn", { username, password: `${PASSWORD}?` })).toMatchObject({
      name: "AuthError",
      code: "invalid_credentials",
    });
    expect(await call(page, "signUp", { username, password: PASSWORD })).toMatchObject({ code: "username_taken" });
    expect(await call(page, "signUp", { username: "grace", password: "short" })).toMatchObject({
      code: "password_too_short",
      fields: [{ field: "password" }],
    });
    expect(await statusOf(page)).toBe("signed-out");
    expect(await endingsOf(page)).toEqual(["log_out"]);
    await context.close();
  });

  it("says after how many seconds to try again where there were too many attempts, whatever origin the server is on", async () => {
    const { context, page, username } = await signedUp(stage);
    await call(page, "logOut");
    const wrong = { username, password: `${PASSWORD}?` };
    let outcome = await call(page, "logIn", wrong);
    for (let count = 0; count < 30 && outcome.code === "invalid_credentials"; count++)
      outcome = await call(page, "logIn", wrong);
    expect(outcome).toMatchObject({ name: "AuthError", code: "rate_limited", retryAfter: expect.any(Number) });
    expect(outcome.retryAfter).toBeGreaterThan(0);
    await context.close();
  });

  it("notices at the next request that another device ended the session, and says so once", async () => {
    const { context, page, username } = await signedUp(stage);
    const second = await openTab(stage, context);
    const other = await loggedIn(username);
    await endOtherSessions(other.page);
    for (const tab of [page, second]) {
      expect(await Promise.all([ask(tab), ask(tab)])).not.toContain(`private to ${username}`);
      expect(await statusOf(tab)).toBe("signed-out");
      expect(await endingsOf(tab)).toEqual(["session_ended"]);
    }
    expect(await ask(other.page)).toBe(`private to ${username}`);
    await Promise.all([context.close(), other.context.close()]);
  });

  it("logs out everywhere: here and in the other tabs at once, on another device at its next request", async () => {
    const { context, page, username } = await signedUp(stage);
    const second = await openTab(stage, context);
    const other = await loggedIn(username);
    await call(page, "logOut", { everywhere: true });
    await reached(second, "signed-out");
    expect(await ask(other.page)).not.toContain("private");
    expect(await statusOf(other.page)).toBe("signed-out");
    expect([await endingsOf(page), await endingsOf(second), await endingsOf(other.page)]).toEqual([
      ["log_out"],
      ["other_tab"],
      ["session_ended"],
    ]);
    await Promise.all([context.close(), other.context.close()]);
  });

  it("is out where the password was changed on another device, which stays in", async () => {
    const { context, page, username } = await signedUp(stage);
    const other = await loggedIn(username);
    const status = await other.page.evaluate(
      async ([url, password]) => {
        const body = JSON.stringify({ current_password: password, new_password: `${password}!` });
        const headers = { "content-type": "application/json" };
        return (await window.tab.client.fetch(`${url}/me/password`, { method: "PUT", headers, body })).status;
      },
      [stage.url, PASSWORD] as const,
    );
    expect(status).toBe(204);
    expect(await ask(page)).not.toContain("private");
    expect(await endingsOf(page)).toEqual(["session_ended"]);
    expect(await ask(other.page)).toBe(`private to ${username}`);
    await Promise.all([context.close(), other.context.close()]);
  });

  it("asks the server nothing more for a tab that nobody is logged in in", async () => {
    const context = await openContext(stage.browser);
    const refreshes = watchRequests(context, "/token/refresh");
    const page = await openTab(stage, context);
    expect(await statesOf(page)).toEqual(["loading", "signed-out"]);
    for (let count = 0; count < 3; count++) expect(await ask(page)).toBe("token_required");
    expect(refreshes).toHaveLength(1);
    expect(await endingsOf(page)).toEqual([]);
    await context.close();
  });

  async function loggedIn(username: string): Promise<{ readonly context: BrowserContext; readonly page: Page }> {
    const context = await openContext(stage.browser);
    const page = await openTab(stage, context);
    await call(page, "logIn", { username, password: PASSWORD });
    return { context, page };
  }

  async function endOtherSessions(page: Page): Promise<void> {
    const left = await page.evaluate(async (url) => {
      const { client } = window.tab;
      const { sessions } = await (await client.fetch(`${url}/me/sessions`)).json();
      const others = sessions.filter(({ current }: { current: boolean }) => !current);
      for (const { id } of others) await client.fetch(`${url}/me/sessions/${id}`, { method: "DELETE" });
      return others.length;
    }, stage.url);
    expect(left).toBe(1);
  }
});
