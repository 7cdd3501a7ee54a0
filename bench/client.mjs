import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { build } from "vite";
import { median, table } from "./measure.mjs";
import { freePort, startProcess } from "./start-process.mjs";

const ROUNDS = 41;
const WARM_UP_ROUNDS = 5;
const EMAIL = "ada@example.com";
const CHROMIUM = process.env.LATCHKEY_CHROMIUM || "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];

/** A page of each client: it finds out who is logged in, as its server says, and tells when it knew. */
const PAGES = {
  latchkey: `
    import { createClient } from "latchkey/client";
    const client = createClient({ url: location.origin + "/auth" });
    globalThis.enter = (email, password) => client.signUp({ username: "ada", email, password });
    client.ready.then(({ user }) => globalThis.tell(user?.email));`,
  "better-auth": `
    import { createAuthClient } from "better-auth/client";
    const client = createAuthClient({ baseURL: location.origin });
    globalThis.enter = (email, password) => client.signUp.email({ name: "ada", email, password });
    client.getSession().then(({ data }) => globalThis.tell(data?.user.email));`,
  "@supabase/auth-js": `
    import { AuthClient } from "@supabase/auth-js";
    const client = new AuthClient({ url: location.origin + "/auth/v1", storageKey: "session" });
    globalThis.enter = (email, password) => client.signInWithPassword({ email, password });
    client.getSession().then(({ data }) => globalThis.tell(data.session?.user.email));`,
};
const TELL =
  "globalThis.told = new Promise((resolve) => { globalThis.tell = (who) => resolve({ who, at: performance.now() }); });";

/** The size of the clients in the browser, and the time from a page's start until it knows who is logged in. */
export async function run() {
  console.log(`clients in the browser, ${ROUNDS} rounds; ${cpus().length} cores, Node ${process.version}\n`);
  const folder = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const pages = [];
  try {
    for (const name of Object.keys(PAGES)) pages.push(await open(browser, name, join(folder, String(pages.length))));
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      for (let turn = 0; turn < pages.length; turn++) {
        const each = pages[(turn + round + WARM_UP_ROUNDS) % pages.length];
        const milliseconds = await each.restore();
        if (round >= 0) each.samples.push(milliseconds);
      }
    }
  } finally {
    await browser.close();
    for (const { server } of pages) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  report(pages);
}

async function open(browser, name, folder) {
  mkdirSync(folder);
  const code = await bundle(PAGES[name]);
  writeFileSync(join(folder, "page.js"), code);
  const port = await freePort();
  const main = join(import.meta.dirname, "client-server.mjs");
  const server = await startProcess([main, name, String(port), folder], { port, path: "/" });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(TELL);
  await page.goto(`http://localhost:${port}/`);
  await page.evaluate(() => globalThis.told);
  await page.evaluate((email) => globalThis.enter(email, "four tall cranes by the lake"), EMAIL);
  const restore = async () => {
    await page.reload({ waitUntil: "commit" });
    const { who, at } = await page.evaluate(() => globalThis.told);
    if (who !== EMAIL) throw new Error(`${name} does not know who is logged in.`);
    return at;
  };
  return { name, server, samples: [], bytes: gzipSync(code, { level: 9 }).length, restore };
}

/** What a page loads: the client and what it imports, minified, without what is not used. */
async function bundle(source) {
  const plugin = {
    name: "page",
    resolveId: (id) => (id === "/page" ? id : null),
    load: (id) => (id === "/page" ? source : null),
  };
  const { output } = await build({
    root: join(import.meta.dirname, ".."),
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    plugins: [plugin],
    build: { write: false, modulePreload: false, target: "es2022", rolldownOptions: { input: "/page" } },
  });
  if (output.length !== 1) throw new Error("The page is more than one file.");
  return output[0].code;
}

function report(pages) {
  const [own, ...peers] = pages.map(({ name, bytes, samples }) => ({ name, bytes, at: median(samples), samples }));
  const rows = [own, ...peers].map(({ name, bytes, at }) => [name, bytes.toLocaleString("en"), at.toFixed(1)]);
  table([["client", "gzipped bytes", "ms until it is known who is logged in"], ...rows]);
  console.log();
  for (const { name, bytes, samples } of peers) {
    const ratio = median(samples.map((value, round) => value / own.samples[round]));
    console.log(`${name}: ${(bytes / own.bytes).toFixed(1)} x the size, ${ratio.toFixed(2)} x the time`);
  }
}
