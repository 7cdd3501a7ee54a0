import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askServer } from "./adapters/ask-server.js";
import { closeBrowsers, describeInBrowser, openBrowser, openContext } from "./browser/open-browser.js";
import { freePort } from "./cli/run-server.js";

const ROOT = resolve(import.meta.dirname, "..");
const PASSWORD = "four tall cranes by the lake";

describe("the chapter on the browser", () => {
  it("shows code of its example", () => {
    const chapter = readFileSync(join(ROOT, "docs/browser.md"), "utf8");
    const code = /^```js\n(.*?)^```$/ms.exec(chapter)?.[1] ?? "";
    expect(code).not.toBe("");
    expect(readFileSync(join(ROOT, "examples/browser.html"), "utf8")).toContain(code);
  });
});

describeInBrowser("the example of a page", () => {
  let origin: string;
  let stop: () => Promise<unknown>;
  let page: Page;

  beforeAll(async () => {
    const port = await freePort();
    origin = `http://localhost:${port}`;
    const child = spawn(process.execPath, [join(ROOT, "examples/browser.mjs")], {
      env: { PATH: process.env.PATH, PORT: String(port) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    stop = () => {
      child.kill();
      return ended;
    };
    await once(child.stdout, "data");
    page = await (await openContext(await openBrowser())).newPage();
  });

  afterAll(async () => {
    await closeBrowsers();
    expect(await stop()).toEqual([0, null]);
  });

  const who = (text: string, tab = page) => tab.locator("#who", { hasText: new RegExp(`^${text}$`) }).waitFor();
  const enter = async (button: string, password: string) => {
    await page.getByLabel("Username").fill("ada");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: button }).click();
  };

  it.each(["//", "//[", "/%", "/auth/%ff", "/latchkey/client/..%2f..%2fauth.js", "http://[/", "*"])(
    "answers whoever asks for %s, and goes on",
    async (path) => {
      expect((await askServer(Number(new URL(origin).port), path)).status).toBeOneOf([400, 404]);
      expect((await fetch(origin)).status).toBe(200);
    },
  );

  it("logs in, stays so over a reload and in another tab, and logs out", async () => {
    await page.goto(origin);
    await who("signed-out");
    await enter("Sign up", "short");
    await page.getByRole("alert").filter({ hasText: "Use at least 8 characters." }).waitFor();
    await enter("Sign up", PASSWORD);
    await who("ada");
    await page.reload();
    await who("ada");
    await page.getByRole("button", { name: "Ask the server" }).click();
    await page.locator("#answer", { hasText: '"username": "ada"' }).waitFor();
    const other = await page.context().newPage();
    await other.goto(origin);
    await who("ada", other);
    await page.getByRole("button", { name: "Log out" }).click();
    await Promise.all([who("signed-out"), who("signed-out", other)]);
    await enter("Log in", "six wild geese at dawn");
    await page.getByRole("alert").filter({ hasText: "The username or the password is wrong." }).waitFor();
    await enter("Log in", PASSWORD);
    await Promise.all([who("ada"), who("ada", other)]);
  });
});
