import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { JwtManager } from "latchkey/manager";
import { describe, expect, it } from "vitest";
import { readSettings } from "../dist/cli/settings.js";
import { ROUTES } from "../dist/http/routes.js";
import { COOKIE_OPTIONS, CSRF_OPTIONS } from "../dist/manager/cookie-rules.js";
import { MANAGER_OPTIONS } from "../dist/manager/manager-options.js";

const ROOT = resolve(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const files = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter((path) =>
  path.endsWith(".ts"),
);
const missing = (text: string, names: Iterable<string>) =>
  [...new Set(names)].filter((name) => !text.includes(`\`${name}\``));

describe("docs/server.md", () => {
  const chapter = read("docs/server.md");

  it("tells every route", () => {
    expect(
      missing(
        chapter,
        ROUTES.map(({ method, path }) => `${method} ${path}`),
      ),
    ).toEqual([]);
  });

  it("tells every code that a route refuses with", () => {
    const table = chapter.slice(chapter.indexOf("## Refusals"), chapter.indexOf("## Rate limits"));
    expect(missing(table, [...ROUTES.flatMap(({ refusals }) => refusals), "method_not_allowed"])).toEqual([]);
  });

  it("tells every event that is logged", () => {
    const source = files.filter((path) => !path.startsWith("cli")).map((path) => read(join("src", path)));
    const events = [...source.join("\n").matchAll(/"((?:user|session|login|keys?|attempts|store|request)\.[a-z_]+)"/g)];
    expect(events.length).toBeGreaterThan(20);
    expect(
      missing(
        chapter,
        events.map(([, event = ""]) => event),
      ),
    ).toEqual([]);
  });

  it("tells every variable that settings are read from", () => {
    const names = new Set<string>();
    const get = (_: object, name: string | symbol) => void names.add(String(name));
    readSettings({}, new Proxy({}, { get }));
    expect(names.size).toBeGreaterThan(10);
    expect(missing(chapter, names)).toEqual([]);
  });
});

describe("docs/manager.md", () => {
  const chapter = read("docs/manager.md");
  const told = (name: string) => new RegExp(`\\b${name}\\b`).test(chapter);

  it("tells every option and every method", () => {
    const methods = Object.getOwnPropertyNames(JwtManager.prototype).filter((name) => name !== "constructor");
    expect(MANAGER_OPTIONS.length).toBeGreaterThan(35);
    expect(methods.length).toBeGreaterThan(20);
    expect([...MANAGER_OPTIONS, ...COOKIE_OPTIONS, ...CSRF_OPTIONS, ...methods].filter((name) => !told(name))).toEqual(
      [],
    );
  });
});

describe("docs/from-flask.md", () => {
  const chapter = read("docs/from-flask.md");
  const rowsOf = (title: string) => {
    const [section = ""] = chapter.slice(chapter.indexOf(`## ${title}`) + 3).split("\n## ");
    return [...section.matchAll(/^\| (`[^|]+) \| `([^|]+)` \|/gm)].map(([, old = "", now = ""]) => [old, now] as const);
  };

  it("has a row for every option, and names options that there are", () => {
    const rows = rowsOf("Options");
    expect(new Set(rows.map(([old]) => old)).size).toBe(43);
    const parts = { cookies: COOKIE_OPTIONS, csrf: CSRF_OPTIONS };
    for (const [, name] of rows) {
      const [option = "", part] = name.split(".");
      expect(MANAGER_OPTIONS).toContain(option);
      if (part !== undefined && option in parts) expect(parts[option as keyof typeof parts]).toContain(part);
    }
  });

  it("has a row for every function and every callback", () => {
    expect(rowsOf("Functions").flatMap(([old]) => old.split(", "))).toHaveLength(20);
    const callbacks = rowsOf("Callbacks");
    expect(callbacks).toHaveLength(15);
    for (const [, name] of callbacks) expect(MANAGER_OPTIONS).toContain(/^\w+/.exec(name)?.[0]);
    for (const [, method] of rowsOf("Functions").flatMap(([, name]) => [...name.matchAll(/jwt\.(\w+)/g)]))
      expect(Object.getOwnPropertyNames(JwtManager.prototype)).toContain(method);
  });
});

describe("ARCHITECTURE.md", () => {
  it("names files that there are", () => {
    const named = [...read("ARCHITECTURE.md").matchAll(/`([\w/-]+\.ts)`/g)].map(([, name = ""]) => name);
    const known = new Set(files.flatMap((path) => [path.replaceAll("\\", "/"), basename(path)]));
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((name) => !name.startsWith("test/") && !known.has(name))).toEqual([]);
  });
});

describe("the README", () => {
  it("names every folder of src/", () => {
    const table = read("README.md").slice(read("README.md").indexOf("## The folders"));
    const folders = readdirSync(join(ROOT, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(
      missing(
        table,
        folders.map(({ name }) => `src/${name}`),
      ),
    ).toEqual([]);
  });
});
