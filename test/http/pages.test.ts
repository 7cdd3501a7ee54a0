import { cpSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import express from "express";
import { toHandler } from "latchkey/node";
import { describe, expect, it } from "vitest";
import { askServer } from "../adapters/ask-server.js";
import { listen } from "../adapters/node-hosts.js";
import { ORIGIN, openAuth, temporaryFolder } from "./open-auth.js";

const ROOT = resolve(import.meta.dirname, "../..");
const BUILT = join(ROOT, "dist/console");
const ASSETS = readdirSync(join(BUILT, "assets"));
const assetOf = (end: string) => `/ui/assets/${ASSETS.find((name) => name.endsWith(end))}`;

const PAGES = ["/ui/login", "/ui/signup", "/ui/account"];
const FILES = [...PAGES, "/ui/brand.css", assetOf(".js"), assetOf(".css")];
const PAGE_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const door = await openAuth({ origins: ["https://app.example.com"] });
const { auth, call, get } = door;

/** The bytes of an answer, which the door reads as text. */
async function bytesAt(path: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await auth.handler(new Request(ORIGIN + path, { headers }));
  return { headers: answer.headers, status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
}

function settingsIn(html: string): unknown {
  return JSON.parse(/<script type="application\/json" id="latchkey">(.*?)<\/script>/.exec(html)?.[1] ?? "null");
}

describe("a page", () => {
  it.each(PAGES)("stands at %s, with its policy, to be asked for again each time", async (path) => {
    const { status, headers, text } = await get(path);
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(headers.get("content-security-policy")).toBe(PAGE_CSP);
    expect(headers.get("cache-control")).toBe("no-cache");
    expect(headers.get("vary")).toBe("origin, accept-encoding");
    expect(headers.get("set-cookie")).toBeNull();
    expect(settingsIn(text)).toEqual({
      name: "Latchkey",
      logo: false,
      origins: [ORIGIN, "https://app.example.com"],
      url: ORIGIN,
    });
  });

  it("holds nothing that its policy would stop, and nothing of a third party", async () => {
    const { text } = await get("/ui/login");
    const scripts = [...text.matchAll(/<script([^>]*)>([^<]*)/g)].filter(([, , content]) => content !== "");
    expect(scripts.map(([, attributes]) => attributes)).toEqual([' type="application/json" id="latchkey"']);
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|data:/i);
    const places = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, place = ""]) => place);
    expect(places.length).toBeGreaterThan(2);
    for (const place of places) {
      expect(place).toMatch(/^\.\//);
      expect((await get(new URL(place, `${ORIGIN}/ui/login`).pathname)).status, place).toBe(200);
    }
  });

  it("is the same with a query, and none of it is in the answer", async () => {
    const plain = await get("/ui/login");
    const asked = await get("/ui/login?return_to=https://evil.example/%3Cscript%3E&name=hacked");
    expect([asked.status, asked.text]).toEqual([200, plain.text]);
  });

  it("says nothing that a request says of its host", async () => {
    for (const path of ["/ui", "/ui/", ...FILES]) {
      const answer = await auth.handler(
        new Request(`https://evil.example${path}`, {
          headers: { host: "evil.example", "x-forwarded-host": "evil.example", forwarded: "host=evil.example" },
        }),
      );
      expect(JSON.stringify([...answer.headers]) + (await answer.text())).not.toContain("evil.example");
    }
  });
});

describe("/ui", () => {
  it.each([
    ["/ui", "ui/account"],
    ["/ui/", "account"],
    ["/ui?return_to=https://evil.example", "ui/account"],
  ])("%s leads to the account by a relative place", async (path, location) => {
    const { status, headers, text } = await get(path);
    expect([status, headers.get("location"), text]).toEqual([302, location, ""]);
    expect(new URL(location, ORIGIN + path).href).toBe(`${ORIGIN}/ui/account`);
  });
});

describe("an asset", () => {
  it.each(ASSETS)("%s is the file as it was built, and kept for a year", async (name) => {
    const { status, headers, bytes } = await bytesAt(`/ui/assets/${name}`);
    expect(status).toBe(200);
    expect(bytes.equals(readFileSync(join(BUILT, "assets", name)))).toBe(true);
    expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(headers.get("content-length")).toBe(String(bytes.length));
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
  });

  it.each([
    [".js", "text/javascript; charset=utf-8"],
    [".css", "text/css; charset=utf-8"],
    [".svg", "image/svg+xml"],
  ])("that ends with %s says what it is", async (end, type) => {
    expect((await get(assetOf(end))).headers.get("content-type")).toBe(type);
  });
});

describe("the coding", () => {
  it.each([
    [undefined, null],
    ["", null],
    ["identity", null],
    ["*", null],
    ["deflate", null],
    ["gzip", "gzip"],
    ["GZIP ; q=0.5", "gzip"],
    ["gzip, deflate", "gzip"],
    ["gzip, deflate, br, zstd", "br"],
    ["br;q=0.1, gzip;q=0.9", "br"],
    ["br;q=0, gzip", "gzip"],
    ["br; q=0.000, gzip;q=0", null],
    ["brotli, xgzip", null],
    [`${"x,".repeat(5000)}gzip`, "gzip"],
  ])("where %j is accepted is %s", async (accepted, coding) => {
    for (const path of FILES) {
      const plain = await bytesAt(path);
      const { headers, bytes } = await bytesAt(path, accepted === undefined ? {} : { "accept-encoding": accepted });
      // A file so small that a coding makes it longer is sent as it is.
      const named = headers.get("content-encoding");
      if (path === assetOf(".js")) expect(named).toBe(coding);
      expect([null, coding]).toContain(named);
      const read = named === "br" ? brotliDecompressSync(bytes) : named === "gzip" ? gunzipSync(bytes) : bytes;
      expect(read.equals(plain.bytes)).toBe(true);
      expect(headers.get("content-length")).toBe(String(bytes.length));
      expect(headers.get("vary")).toBe("origin, accept-encoding");
      if (named !== null) expect(bytes.length).toBeLessThan(plain.bytes.length);
    }
  });
});

describe("a file that is known", () => {
  it.each(FILES)("is not sent again: %s", async (path) => {
    const tags = new Set<string>();
    for (const coding of ["identity", "gzip", "br"]) {
      const sent = await bytesAt(path, { "accept-encoding": coding });
      const etag = sent.headers.get("etag") ?? "";
      expect(etag).toMatch(/^"[\w-]{43}"$/);
      tags.add(etag);
      for (const named of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
        const answer = await bytesAt(path, { "accept-encoding": coding, "if-none-match": named });
        expect([answer.status, answer.bytes.length, answer.headers.get("etag")]).toEqual([304, 0, etag]);
        for (const name of ["content-type", "content-length", "content-encoding"])
          expect(answer.headers.get(name)).toBeNull();
        for (const name of ["cache-control", "vary", "content-security-policy"])
          expect(answer.headers.get(name)).toBe(sent.headers.get(name));
      }
      expect((await bytesAt(path, { "if-none-match": '"other"' })).status).toBe(200);
    }
    expect(tags.size).toBe(3);
  });

  it("has another tag under another brand", async () => {
    const other = await openAuth({ brand: { name: "Four Cranes", color: "#1f6feb" } });
    for (const path of ["/ui/login", "/ui/brand.css"]) {
      const known = (await get(path)).headers.get("etag") ?? "";
      expect((await other.get(path, { "if-none-match": known })).status).toBe(200);
    }
  });
});

describe("another method", () => {
  it.each(["/ui", "/ui/", ...FILES])("than GET and HEAD is refused at %s", async (path) => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "PROPFIND"]) {
      const { status, headers, body } = await call(path, { method });
      expect([status, body.code, headers.get("allow")]).toEqual([405, "method_not_allowed", "GET, HEAD, OPTIONS"]);
    }
    const asked = { origin: "https://app.example.com", "access-control-request-method": "GET" };
    for (const headers of [{}, asked]) {
      const options = await call(path, { method: "OPTIONS", headers });
      expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS"]);
      expect(options.headers.get("access-control-allow-methods")).toBeNull();
    }
  });

  it.each(["/ui", "/ui/", ...FILES])("HEAD is GET without the body: %s", async (path) => {
    const [got, head] = [await get(path), await call(path, { method: "HEAD" })];
    const withoutId = ({ headers }: { readonly headers: Headers }) =>
      [...headers].filter(([n]) => n !== "x-request-id");
    expect([head.status, head.text]).toEqual([got.status, ""]);
    expect(withoutId(head)).toEqual(withoutId(got));
  });
});

/** Paths at which nothing is; a client in between may not have tidied them. */
const NOWHERE = [
  "/ui/nothing",
  "/ui/login/",
  "/ui/login/x",
  "/ui//login",
  "//ui/login",
  "/UI/login",
  "/ui/Login",
  "/ui/login.html",
  "/ui/index.html",
  "/ui/LICENSES.md",
  "/ui/assets",
  "/ui/assets/",
  "/ui/assets/nothing.js",
  "/ui/assets/..%2findex.html",
  "/ui/assets/..%5cindex.html",
  "/ui/assets/%2e%2e%2findex.html",
  "/ui/..%2f..%2fpackage.json",
  "/ui/%2e%2e%2fme",
  "/ui/..\\..\\package.json",
  "/ui/%6cogin",
  "/ui%2flogin",
  "/ui/login%00",
  "/ui/login%0a",
  "/ui/login;a=b",
  "/ui/assets//etc/passwd",
  "/ui/assets/file:%2f%2f%2fetc%2fpasswd",
  "/ui/%",
  "/ui/*",
  "/ui/logo",
  "/ui/constructor",
  "/ui/__proto__",
  "/uix",
  "/ui.css",
];

describe("nothing", () => {
  it.each(NOWHERE)("is at %s, by any method", async (path) => {
    for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
      const { status, headers } = await call(path, { method });
      expect([status, headers.get("content-type")]).toEqual([404, "application/problem+json"]);
      expect(headers.get("cache-control")).toBe("no-store");
    }
  });

  it("is where the pages were not built: all else works", async () => {
    const folder = temporaryFolder();
    cpSync(join(ROOT, "dist"), join(folder, "dist"), {
      recursive: true,
      filter: (path) => !path.endsWith(join("dist", "console")),
    });
    cpSync(join(ROOT, "package.json"), join(folder, "package.json"));
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
    const { createAuth } = await import(pathToFileURL(join(folder, "dist/create-auth.js")).href);
    const events: unknown[] = [];
    const log = (event: unknown) => void events.push(event);
    const bare = await createAuth({ database: ":memory:", url: ORIGIN, log });
    const statusOf = async (path: string) => (await bare.handler(new Request(ORIGIN + path))).status;
    for (const path of ["/ui", "/ui/", ...FILES, "/ui/login"]) expect(await statusOf(path), path).toBe(404);
    expect([await statusOf("/health/ready"), events]).toEqual([200, []]);
    // Built while the server runs: they are found.
    cpSync(BUILT, join(folder, "dist/console"), { recursive: true });
    expect(await statusOf("/ui/login")).toBe(200);
    await bare.close();
  });
});

describe("many at once", () => {
  it("get the pages at the first request", async () => {
    const fresh = await openAuth();
    const answers = await Promise.all(Array.from({ length: 50 }, () => fresh.get(assetOf(".js"))));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text.length}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
  });
});

describe("Strict-Transport-Security", () => {
  it("is sent with the pages where the URL is https", async () => {
    const secure = await openAuth({ url: "https://example.com/auth" });
    for (const path of ["/ui", "/ui/login", assetOf(".js"), "/ui/brand.css"]) {
      const { headers } = await secure.get(`/auth${path}`);
      expect(headers.get("strict-transport-security")).toMatch(/^max-age=\d{8,}/);
    }
  });
});

/** A host with the routes below `/auth`, or at its root. */
const HOSTS: Readonly<Record<string, (mount: string) => Promise<number>>> = {
  "node:http": (mount) =>
    listen(async (port) => toHandler((await openAuth({ url: `http://localhost:${port}${mount}` })).auth)),
  Express: (mount) =>
    listen(async (port) => {
      const { auth: mounted } = await openAuth({ url: `http://localhost:${port}${mount}` });
      return express().use(mount || "/", toHandler(mounted));
    }),
};

describe.each(Object.keys(HOSTS))("over %s", (name) => {
  it.each(["", "/auth", "/a/b"])("the pages stand below the path %j of the URL", async (mount) => {
    const port = (await HOSTS[name]?.(mount)) ?? 0;
    const ask = (path: string, headers = {}) => askServer(port, mount + path, { headers });
    const { status, text, headers } = await ask("/ui/login", { host: "evil.example" });
    expect([status, headers.get("content-security-policy")]).toEqual([200, PAGE_CSP]);
    expect(settingsIn(text)).toMatchObject({ url: `http://localhost:${port}${mount}` });
    expect(text + JSON.stringify([...headers])).not.toContain("evil");
    for (const [, place = ""] of text.matchAll(/(?:src|href)="([^"]*)"/g)) {
      const { pathname } = new URL(place, `http://localhost:${port}${mount}/ui/login`);
      expect((await askServer(port, pathname)).status, pathname).toBe(200);
    }
    const script = await ask(assetOf(".js"), { "accept-encoding": "identity" });
    expect(script.text).toBe(readFileSync(join(BUILT, "assets", assetOf(".js").slice(11)), "utf8"));
    for (const path of ["/ui", "/ui/"]) {
      const { location } = Object.fromEntries((await ask(path, { host: "evil.example" })).headers);
      expect(new URL(location ?? "", `http://localhost:${port}${mount}${path}`).pathname).toBe(`${mount}/ui/account`);
    }
    const known = { "if-none-match": headers.get("etag") ?? "", "accept-encoding": "identity" };
    expect((await ask("/ui/login", known)).status).toBe(304);
    const head = await askServer(port, `${mount}/ui/login`, { method: "HEAD" });
    expect([head.status, head.text, head.headers.get("content-length")]).toEqual([200, "", `${text.length}`]);
    expect((await askServer(port, `${mount}/ui/login`, { method: "POST", body: "{}" })).status).toBe(405);
  });

  it("dots in a path lead out of the pages, and to no file", async () => {
    const port = (await HOSTS[name]?.("")) ?? 0;
    // A target that is no sound one is refused before anybody looks where it leads.
    for (const path of ["/ui/../package.json", "/ui/assets/../index.html", "/ui/%2e%2e/package.json", ...NOWHERE])
      expect(path.includes("\\") ? [400, 404] : [404], path).toContain((await askServer(port, path)).status);
    expect((await askServer(port, "/ui/../health/live")).text).toContain("live");
  });
});
