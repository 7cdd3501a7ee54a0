// Takes the pictures of the pages for the docs: `npm run build && node console/take-pictures.mjs [FOLDER]`. Needs Chromium, as the tests do.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const FOLDER = resolve(process.argv[2] ?? join(import.meta.dirname, "../docs/pictures"));
const LATCHKEY = join(import.meta.dirname, "../dist/cli/main.js");
const ADA = { username: "ada", password: "four tall cranes by the lake" };
const DEVICES = [
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0",
];
const HERE = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 320, height: 640 };

const PICTURES = [
  { name: "login-light", page: "login", scheme: "light", size: WIDE },
  { name: "login-dark", page: "login", scheme: "dark", size: WIDE },
  { name: "login-narrow", page: "login", scheme: "light", size: NARROW },
  { name: "signup-light", page: "signup", scheme: "light", size: WIDE },
  { name: "account-light", page: "account", scheme: "light", size: WIDE },
  { name: "account-dark", page: "account", scheme: "dark", size: WIDE },
  { name: "account-narrow", page: "account", scheme: "light", size: NARROW, whole: true },
];

const data = mkdtempSync(join(tmpdir(), "latchkey-pictures-"));
const port = await freePort();
const at = `http://localhost:${port}`;
const server = spawn(process.execPath, [LATCHKEY, "serve", "--port", String(port), "--data", data], {
  cwd: data,
  env: { PATH: process.env.PATH, LATCHKEY_BRAND_NAME: "Harbour", LATCHKEY_BRAND_COLOR: "#0f5c66" },
  stdio: ["ignore", "pipe", "inherit"],
});
const browser = await chromium.launch({
  executablePath: process.env.LATCHKEY_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  await once(server.stdout, "data");
  await post("/signup", { ...ADA, email: "ada@example.com" }, DEVICES[0]);
  await post("/token", ADA, DEVICES[1]);
  mkdirSync(FOLDER, { recursive: true });
  for (const picture of PICTURES) await take(picture);
} finally {
  await browser.close();
  server.kill();
  await once(server, "exit");
  rmSync(data, { recursive: true });
}

async function take({ name, page: path, scheme, size, whole = false }) {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: scheme,
    reducedMotion: "reduce",
    locale: "en-GB",
    userAgent: HERE,
  });
  const page = await context.newPage();
  await page.goto(`${at}/ui/${path === "account" ? "login" : path}`);
  await page.getByLabel("Username").fill(ADA.username);
  if (path === "account") await logIn(page);
  if (path === "signup") await page.getByRole("textbox", { name: "Password" }).fill(ADA.password);
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: whole });
  if (path === "account") await logOut(page);
  await context.close();
}

async function logIn(page) {
  await page.getByRole("textbox", { name: "Password" }).fill(ADA.password);
  await page.keyboard.press("Enter");
  await page.getByText("This device").waitFor();
}

async function logOut(page) {
  await page.getByRole("button", { name: "Log out", exact: true }).click();
  await page.getByText("You are logged out.").waitFor();
}

async function post(path, body, device) {
  const headers = { "content-type": "application/json", "user-agent": device };
  const response = await fetch(at + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  return port;
}
