import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");

const BELOW_CREATE_AUTH = [
  "tokens",
  "passwords",
  "store",
  "limits",
  "keys",
  "verifier",
  "guard",
  "manager",
  "accounts",
  "http",
];

/** What each layer may import besides itself and `errors`: from the bottom to the top. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  tokens: [],
  passwords: [],
  store: [],
  limits: ["store"],
  keys: ["tokens", "store"],
  verifier: ["tokens"],
  guard: ["tokens"],
  manager: ["guard", "tokens"],
  accounts: ["keys", "limits", "tokens", "store", "passwords"],
  http: ["guard", "accounts"],
  "create-auth": BELOW_CREATE_AUTH,
  adapters: ["guard"],
  cli: ["create-auth", ...BELOW_CREATE_AUTH],
  testing: ["create-auth", ...BELOW_CREATE_AUTH],
  client: [],
  react: ["client"],
};

const IMPORT =
  /(?:import|export)\s[^;]*?from\s*"([^"]+)"|import\s*\(\s*"([^"]+)"|import\s+"([^"]+)"|new URL\(\s*"(\.[^"]+)"/g;

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const files: readonly SourceFile[] = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") || path.endsWith(".tsx"))
  .map((path) => ({ path, text: readFileSync(join(SRC, path), "utf8") }));

function layerOf(path: string): string {
  return (path.split(sep)[0] ?? "").replace(/\.(tsx?|js)$/, "");
}

function importsOf({ path, text }: SourceFile): readonly string[] {
  const found = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? match[4] ?? "");
  return found
    .filter((name) => name.startsWith("."))
    .map((name) => relative(SRC, resolve(SRC, path, "..", name)))
    .filter((target) => !target.startsWith(".."));
}

/** The imports of a file that its layer may not have, as sentences. */
function forbidden(file: SourceFile): readonly string[] {
  const layer = layerOf(file.path);
  const allowed = new Set([layer, "errors", ...(MAY_IMPORT[layer] ?? [])]);
  return importsOf(file)
    .filter((target) => !allowed.has(layerOf(target)))
    .map((target) => `${file.path} imports ${target}`);
}

describe("the layers of src/", () => {
  it("are those of the table and nothing else", () => {
    expect(files.map((file) => layerOf(file.path)).filter((layer) => !(layer in MAY_IMPORT))).toEqual([]);
  });

  it("import only what their row names, and errors", () => {
    expect(files.flatMap(forbidden)).toEqual([]);
  });

  it("would show a forbidden import of any spelling", () => {
    const planted = [
      'import { createAuth } from "../create-auth.js";',
      'import type { Store } from "../store/store.js";',
      'export { serve } from "../cli/serve.js";',
      'const late = await import("../http/routes.js");',
      'import "../accounts/session.js";',
    ];
    for (const text of planted) expect(forbidden({ path: join("tokens", "planted.ts"), text })).toHaveLength(1);
  });

  it("have no cycle between their files", () => {
    const targets = new Map(files.map((file) => [file.path, importsOf({ ...file, text: withoutTypes(file.text) })]));
    const done = new Set<string>();
    const walk = (path: string, trail: readonly string[]): readonly string[] => {
      if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
      if (done.has(path)) return [];
      done.add(path);
      for (const target of targets.get(path) ?? []) {
        const cycle = walk(sourceOf(target), [...trail, path]);
        if (cycle.length > 0) return cycle;
      }
      return [];
    };
    expect(files.flatMap((file) => walk(file.path, []))).toEqual([]);
  });
});

/** The source of what an import names. */
function sourceOf(target: string): string {
  const base = target.replace(/\.js$/, "");
  return files.find(({ path }) => path === `${base}.tsx`)?.path ?? `${base}.ts`;
}

function withoutTypes(text: string): string {
  return text.replace(/(?:import|export) type [^;]*;/g, "");
}

describe("console/", () => {
  it("reaches src/ by the doors of the browser alone", () => {
    const folder = resolve(SRC, "../console/src");
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path))
      .flatMap((path) =>
        [...readFileSync(join(folder, path), "utf8").matchAll(IMPORT)].map(([, name = ""]) =>
          name.startsWith(".") ? relative(folder, resolve(folder, path, "..", name)) : name,
        ),
      );
    expect(new Set(names.filter((name) => /^(latchkey|\.\.)/.test(name)))).toEqual(
      new Set(["latchkey/client", "latchkey/react"]),
    );
  });
});

describe("the files of src/", () => {
  const wrongNames = ["utils", "helpers", "common", "misc", "types"];

  it("have names that say something, in kebab-case", () => {
    for (const { path } of files) {
      const name =
        path
          .split(sep)
          .at(-1)
          ?.replace(/\.tsx?$/, "") ?? "";
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(wrongNames).not.toContain(name);
    }
  });

  it("are 300 lines at most, with a median near 60", () => {
    const lengths = files.map((file) => file.text.split("\n").length).sort((a, b) => a - b);
    expect(lengths.at(-1)).toBeLessThanOrEqual(300);
    expect(lengths[lengths.length >> 1]).toBeLessThanOrEqual(75);
  });

  it("have no barrel but the doors", () => {
    expect(
      files
        .map((file) => file.path)
        .filter((path) => path.endsWith("index.ts"))
        .sort(),
    ).toEqual([join("react", "index.ts"), join("tokens", "index.ts")]);
  });

  it.each([
    ["tokens", ["node:buffer", "node:crypto"]],
    ["client", []],
    ["react", ["react"]],
  ])("of %s/ load no packages but %j", (layer, packages) => {
    const loaded = files
      .filter((file) => layerOf(file.path) === layer)
      .flatMap((file) => [...withoutTypes(file.text).matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? ""))
      .filter((name) => !name.startsWith("."));
    expect([...new Set(loaded)].sort()).toEqual(packages);
  });
});
