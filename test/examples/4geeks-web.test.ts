import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../examples/open-database.mjs";
import { askServer } from "../adapters/ask-server.js";
import { closeBrowsers, describeInBrowser, openBrowser, openContext } from "../browser/open-browser.js";
import { createFolder, EXAMPLES, newSecret, runFile } from "./run-example.js";
import { describeStart } from "./start-contract.js";
import { type Started, startNamed } from "./start-named.js";

const ROOT = resolve(EXAMPLES, "..");
const WEB = join(EXAMPLES, "4geeks/web");
const USER = { username: "alesanchezr", password: "12341234" };
const WRONG = "The username or the password is wrong.";
const GONE = "The server cannot be reached.";

describe("the example 4geeks/web", () => {
  const folder = createFolder();
  const DATABASE = join(folder, "users.db");
  const settings = { JWT_SECRET_KEY: newSecret(), DATABASE };
  let web: Started;
  beforeAll(async () => {
    web = await startNamed("4geeks/web", settings);
  });
  afterAll(async () => {
    await closeBrowsers();
    await web?.stop();
  });
  const ask = (path: string, init = {}) => askServer(web.port, path, init);
  const post = (path: string, body: object) =>
    ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

  describe("as a server", () => {
    it("has the lesson's API, a Latchkey server and the pages at one origin", async () => {
      const { token } = (await post("/token", USER)).body;
      const answer = await ask("/protected", { headers: { authorization: `Bearer ${token}` } });
      expect(answer.body).toEqual({ id: 1, username: "alesanchezr" });
      expect((await ask("/protected")).status).toBe(401);
      expect((await ask("/latchkey/protected")).body).toMatchObject({ status: 401, code: "token_required" });
      expect((await ask("/auth/health/ready")).body).toEqual({ status: "ready" });
      for (const page of ["/", "/lesson/", "/latchkey/"])
        expect((await ask(page)).headers.get("content-type")).toMatch(/^text\/html/);
    });

    it("takes a token of one of the two for nothing at the other", async () => {
      const account = { username: "grace", password: "nine grey herons at dusk" };
      const ours = (await post("/auth/signup", account)).body.token;
      const theirs = (await post("/token", USER)).body.token;
      const statusOf = async (path: string, token: unknown) =>
        (await ask(path, { headers: { authorization: `Bearer ${token}` } })).status;
      expect(await statusOf("/latchkey/protected", ours)).toBe(200);
      expect(await statusOf("/latchkey/protected", theirs)).toBe(401);
      expect(await statusOf("/protected", ours)).toBe(422);
    });

    it.each(["/lesson", "/latchkey"])("leads from %s to the page", async (path) => {
      const { status, headers } = await ask(path);
      expect([status, headers.get("location")]).toEqual([302, `${path}/`]);
    });

    it.each([
      ["a program of the example", "/main.mjs", 403],
      ["a file of the repository", `/@fs${ROOT}/package.json`, 403],
      ["a database", `/@fs${DATABASE}`, 403],
      ["a database, from below a page", "/lesson/..%2f..%2fusers.db", 404],
      ["what is not there", "/nowhere", 404],
      ["a page that is none", "/latchkey/nowhere.tsx", 404],
    ])("hands out no %s", async (_what, path, status) => {
      expect((await ask(path)).status).toBe(status);
    });
  });

  describeInBrowser("in a browser", () => {
    let browser: Browser | undefined;
    let context: BrowserContext;
    let page: Page;
    let origin: string;
    let faults: string[];
    let refused: Set<string>;

    beforeEach(async () => {
      origin = `http://localhost:${web.port}`;
      browser ??= await openBrowser();
      context = await openContext(browser);
      [faults, refused] = [[], new Set()];
      context.on("weberror", (error) => faults.push(String(error.error())));
      context.on("console", (message) => {
        // A refusal is noted by the browser itself, and is looked for below.
        const isRefusal = message.text().startsWith("Failed to load resource: ");
        if (["error", "warning"].includes(message.type()) && !isRefusal) faults.push(message.text());
      });
      context.on("response", (response) => {
        if (response.status() >= 400) refused.add(`${response.status()} ${new URL(response.url()).pathname}`);
      });
      page = await context.newPage();
    });
    afterEach(async () => {
      await context.close();
      expect(faults).toEqual([]);
    });
    const alert = () => page.getByRole("alert");
    const heading = (name: string, at = page) => at.getByRole("heading", { name, level: 2 });
    const type = async ({ username, password }: typeof USER) => {
      await page.getByLabel("Username").fill(username);
      await page.getByLabel("Password").fill(password);
    };
    /** Types, presses Enter, and answers what was sent. */
    const send = async (typed: typeof USER, path: string) => {
      await type(typed);
      const sending = page.waitForRequest((request) => new URL(request.url()).pathname === path);
      await page.getByLabel("Password").press("Enter");
      return (await sending).postDataJSON();
    };
    const click = (name: string, at = page) => at.getByRole("button", { name }).click();
    const requireNoViolation = async () => {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const axe = new AxeBuilder({ page });
        // Nothing but colours is different in the dark.
        const { violations } = await (colorScheme === "dark" ? axe.withRules(["color-contrast"]) : axe).analyze();
        expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      }
    };
    const requireNoTokenLeftBehind = async () => {
      const kept = await page.evaluate(() =>
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, document.cookie]),
      );
      expect(kept).not.toMatch(/eyJ|lkr_/);
    };

    it("has a first page that leads to both", async () => {
      await page.goto(origin);
      await requireNoViolation();
      await page.getByRole("link", { name: "The lesson's app" }).click();
      await heading("Log in").waitFor();
      await page.getByRole("link", { name: "Both apps" }).click();
      await page.getByRole("link", { name: "The same on latchkey/react" }).click();
      await heading("Log in").waitFor();
      // Whether somebody is logged in is asked by a cookie that is not there.
      expect([...refused]).toEqual([]);
    });

    it.each(["/", "/lesson/", "/latchkey/"])("fits %s into 320 pixels", async (path) => {
      await page.setViewportSize({ width: 320, height: 640 });
      await page.goto(origin + path);
      await page.getByRole("heading", { level: 2 }).first().waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    });

    describe("the lesson's app", () => {
      beforeEach(async () => {
        await page.goto(`${origin}/lesson/`);
      });

      it.each([
        { ...USER, password: "nope" },
        { username: "joe", password: "1234" },
        { username: ' "><img src=x onerror=alert(1)> ', password: "  zwölf\tÄpfel 🍏 & {} " },
      ])("sends $username and the password as they were typed, and says that they are wrong", async (typed) => {
        expect(await send(typed, "/token")).toEqual(typed);
        expect(await alert().textContent()).toBe(WRONG);
        expect(await page.getByLabel("Username").inputValue()).toBe(typed.username);
        expect([...refused]).toEqual(["401 /token"]);
      });

      it("sends nothing where a field is empty", async () => {
        const asked: string[] = [];
        page.on("request", (request) => asked.push(request.method()));
        for (const typed of [
          { ...USER, password: "" },
          { ...USER, username: "" },
        ]) {
          await type(typed);
          await click("Log in");
        }
        expect(asked).toEqual([]);
      });

      it("logs in after a mistake, shows what is private, and is out after a reload", async () => {
        await requireNoViolation();
        await send({ ...USER, password: "nope" }, "/token");
        await alert().waitFor();
        await requireNoViolation();
        const asking = page.waitForRequest("**/protected");
        expect(await send(USER, "/token")).toEqual(USER);
        expect((await asking).headers().authorization).toMatch(/^Bearer eyJ/);
        expect(await page.getByText("You are").textContent()).toBe("You are alesanchezr, user 1.");
        expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Private");
        expect(await alert().count()).toBe(0);
        await requireNoViolation();
        await requireNoTokenLeftBehind();
        await page.reload();
        await heading("Log in").waitFor();
        expect([...refused]).toEqual(["401 /token"]);
      });

      it("logs out", async () => {
        await send(USER, "/token");
        await heading("Private").waitFor();
        await click("Log out");
        await heading("Log in").waitFor();
        expect(await page.getByText("alesanchezr, user").count()).toBe(0);
        // Nobody was thrown out, so nobody is told so.
        expect(await page.getByRole("status").count()).toBe(0);
      });

      it("tells at the form and on the private page that the server is away, and goes on when it is back", async () => {
        await page.getByLabel("Username").waitFor();
        await context.setOffline(true);
        await send(USER, "/token");
        expect(await alert().textContent()).toBe(GONE);
        await context.setOffline(false);
        let answers = 0;
        page.on("requestfinished", (request) => {
          if (request.url().endsWith("/protected")) answers += 1;
        });
        await send(USER, "/token");
        await page.getByText("You are alesanchezr").waitFor();
        // In development an effect runs twice: the second answer is to be here too.
        await expect.poll(() => answers).toBe(2);
        await context.setOffline(true);
        await click("Ask again");
        expect(await alert().textContent()).toBe(GONE);
        await context.setOffline(false);
        await click("Ask again");
        await alert().waitFor({ state: "detached" });
        expect(await page.getByText("You are").textContent()).toBe("You are alesanchezr, user 1.");
      });

      it("leads back to the form, which says why, when the token is good no more", async () => {
        const database = await openDatabase(DATABASE, "DATABASE");
        database.exec("insert into user (username, password_hash) select 'ada', password_hash from user where id = 1");
        await send({ ...USER, username: "ada" }, "/token");
        await page.getByText("You are ada").waitFor();
        database.exec("delete from user where username = 'ada'");
        database.close();
        await click("Ask again");
        await heading("Log in").waitFor();
        expect(await page.getByRole("status").textContent()).toBe("Your log-in has ended. Please log in again.");
        await send(USER, "/token");
        await page.getByText("You are alesanchezr").waitFor();
        expect(await page.getByRole("status").count()).toBe(0);
        expect([...refused]).toEqual(["401 /protected"]);
      });
    });

    describe("the app on latchkey/react", () => {
      const PASSWORD = "four tall cranes by the lake";
      let people = 0;
      let account: typeof USER;
      const signUp = async () => {
        await click("I have no account yet");
        const sent = await send(account, "/auth/signup");
        await page.getByText(`You are ${account.username}`).waitFor();
        return sent;
      };
      beforeEach(async () => {
        people += 1;
        account = { username: `ada${people}`, password: PASSWORD };
        await page.goto(`${origin}/latchkey/`);
      });

      it("signs up, logs out and logs in with what was typed", async () => {
        await requireNoViolation();
        expect(await signUp()).toMatchObject(account);
        expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Private");
        await requireNoViolation();
        await requireNoTokenLeftBehind();
        await click("Log out");
        await heading("Log in").waitFor();
        expect(await send({ ...account, password: "nope" }, "/auth/token")).toMatchObject({ password: "nope" });
        expect(await alert().textContent()).toBe(WRONG);
        await requireNoViolation();
        expect(await send(account, "/auth/token")).toMatchObject(account);
        await page.getByText(`You are ${account.username}`).waitFor();
        expect([...refused].sort()).toEqual(["401 /auth/token"]);
      });

      it("keeps what lasts in a cookie that no script can read", async () => {
        await signUp();
        expect(await context.cookies()).toEqual([
          expect.objectContaining({
            name: "__Host-latchkey",
            httpOnly: true,
            secure: true,
            sameSite: "Strict",
            path: "/",
          }),
        ]);
      });

      it("says what is wrong with a field of a sign-up", async () => {
        await click("I have no account yet");
        await send({ ...account, password: "short" }, "/auth/signup");
        expect(await alert().textContent()).toMatch(/8 characters/);
        await send({ ...account, username: "a\u202eb" }, "/auth/signup");
        await page.getByText(/visible characters/).waitFor();
        await send({ username: "grace", password: PASSWORD }, "/auth/signup");
        await page.getByText(/taken/).waitFor();
        await requireNoViolation();
      });

      it("is still in after a reload and in a second tab, and out in both after a log-out in one", async () => {
        await signUp();
        const since = await page.locator("time").getAttribute("datetime");
        await page.reload();
        await page.getByText(`You are ${account.username}`).waitFor();
        expect(await page.locator("time").getAttribute("datetime")).toBe(since);
        const second = await context.newPage();
        await second.goto(`${origin}/latchkey/`);
        await second.getByText(`You are ${account.username}`).waitFor();
        await click("Log out", second);
        await heading("Log in", second).waitFor();
        await heading("Log in").waitFor();
        await page.reload();
        await heading("Log in").waitFor();
      });

      it("works by the address of this machine too", async () => {
        await page.goto(`http://127.0.0.1:${web.port}/latchkey/`);
        await signUp();
        await page.reload();
        await page.getByText(`You are ${account.username}`).waitFor();
      });

      it("tells that the server is away, and nobody is logged out by that", async () => {
        await signUp();
        for (const button of ["Log out", "Ask again"]) {
          await context.setOffline(true);
          await click(button);
          expect(await alert().textContent()).toBe(GONE);
          expect(await heading("Private").count()).toBe(1);
          await context.setOffline(false);
          await click("Ask again");
          await alert().waitFor({ state: "detached" });
        }
      });

      it("leads back to the form when the session was ended from elsewhere", async () => {
        await signUp();
        const { token } = (await post("/auth/token", account)).body;
        await ask("/auth/me/sessions", { method: "DELETE", headers: { authorization: `Bearer ${token}` } });
        await click("Ask again");
        await heading("Log in").waitFor();
      });
    });

    it("ends by SIGTERM with the exit code 0 while pages are open, and leaves nothing running", async () => {
      const other = await startNamed("4geeks/web", settings);
      for (const path of ["/lesson/", "/latchkey/"]) {
        const open = await context.newPage();
        const connected = open.waitForEvent("console", (message) => message.text() === "[vite] connected.");
        await open.goto(`http://localhost:${other.port}${path}`);
        await connected;
      }
      expect(await other.stop()).toBe(0);
      expect(other.isAlive()).toBe(false);
      await expect(askServer(other.port, "/")).rejects.toThrow();
      expect(other.said()).toBe(`4geeks/web listens on http://127.0.0.1:${other.port}\n`);
    });
  });

  it.each(["DATABASE", "LATCHKEY_DATABASE"])("does not start where %s names no database", async (setting) => {
    const ended = await runFile("4geeks/web/main.mjs", { settings: { ...settings, [setting]: import.meta.filename } });
    expect(ended).toMatchObject({ code: 78, stdout: "" });
    expect(ended.stderr).toMatch(new RegExp(`^${setting} (names no|will not do: ).*\\n$`));
  });

  describeStart("4geeks/web", "JWT_SECRET_KEY");
});

describe.each(["README.md", "README.es.md"])("examples/4geeks/web/%s", (file) => {
  const text = readFileSync(join(WEB, file), "utf8");

  it("names every file of the example, and links to what there is", () => {
    const files = readdirSync(WEB, { recursive: true, encoding: "utf8" }).filter((path) => /\.(mjs|tsx?)$/.test(path));
    for (const path of files) expect(text).toContain(`(${path})`);
    const links = [...text.matchAll(/\]\((?!http)([^)#]+)[^)]*\)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !existsSync(join(WEB, link)))).toEqual([]);
  });

  it("shows small pictures of both apps", () => {
    const pictures = [...text.matchAll(/!\[[^\]]+\]\(([^)]+\.png)\)/g)].map(([, path = ""]) => path);
    expect(pictures).toEqual(["lesson.png", "latchkey.png"]);
    for (const path of pictures) expect(statSync(join(WEB, path)).size).toBeLessThan(120_000);
  });
});
