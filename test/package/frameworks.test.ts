import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Installed, installPacked, ROOT } from "./install-packed.js";

const { devDependencies, peerDependencies, dependencies } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
);

/** Each door with what its users have installed besides, in the versions that the other tests use. */
const PROJECTS: Readonly<Record<string, readonly string[]>> = {
  express: [`express@${devDependencies.express}`, `@types/express@${devDependencies["@types/express"]}`],
  fastify: [`fastify@${devDependencies.fastify}`],
  hono: [`hono@${dependencies.hono}`],
  node: [],
  fetch: [],
};

// What these programs never load.
const LIGHT = ["--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"];
const EXPECTED = ["/me 200 42 ", "/optional 200 42 ", "/me 401 nobody token_required", "/optional 200 nobody ", ""];

let installed: Installed;

beforeAll(async () => {
  installed = await installPacked();
}, 180_000);

afterAll(() => installed?.remove(), 180_000);

describe.each(Object.keys(PROJECTS))("a project with latchkey/%s", { timeout: 180_000 }, (name) => {
  let project: string;
  const run = (command: string, ...parameters: string[]) => installed.run(command, parameters, project);

  beforeAll(async () => {
    project = join(installed.folder, `with-${name}`);
    mkdirSync(project);
    await run("npm", "install", installed.tarball, ...(PROJECTS[name] ?? []), ...LIGHT);
    mkdirSync(join(project, "node_modules/@types"), { recursive: true });
    const types = join(project, "node_modules/@types/node");
    // Those of Express bring them along.
    if (name !== "express") symlinkSync(join(ROOT, "node_modules/@types/node"), types);
  }, 180_000);

  it("installs it without another framework, and without a complaint about peers", async () => {
    const { packages } = JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8"));
    const others = Object.keys(peerDependencies).filter((peer) => peer !== name);
    expect(others.filter((peer) => `node_modules/${peer}` in packages)).toEqual([]);
    expect(await run("npm", "ls", "--all")).not.toMatch(/invalid|missing:/);
  });

  it.each([
    ["module", "an import"],
    ["commonjs", "a require()"],
  ])("is compiled and runs as %s, by %s", async (type) => {
    const folder = join(project, type);
    mkdirSync(folder);
    const files = [`${name}.ts`, "try-routes.ts"];
    for (const file of files) copyFileSync(join(import.meta.dirname, "frameworks", file), join(folder, file));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type }));
    const compilerOptions = {
      module: "nodenext",
      target: "es2023",
      strict: true,
      types: ["node"],
      outDir: "out",
      rootDir: ".",
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    expect(await run(join(ROOT, "node_modules/.bin/tsc"), "-p", folder)).toBe("");
    const built = readFileSync(join(folder, "out", `${name}.js`), "utf8");
    expect(built).toContain(type === "module" ? `from "latchkey/${name}"` : `require("latchkey/${name}")`);
    expect((await run(process.execPath, join(folder, "out", `${name}.js`))).split("\n")).toEqual(EXPECTED);
  });
});
