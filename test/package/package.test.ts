import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, until, within } from "../cli/run-server.js";
import { type Installed, installPacked, ROOT } from "./install-packed.js";

const MANIFEST = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const DOORS: readonly string[] = Object.keys(MANIFEST.exports)
  .filter((path) => path !== "./package.json")
  .map((path) => `latchkey${path.slice(1)}`);

// Their types are those of a framework that is not installed here: frameworks.test.ts and react.test.ts compile them.
const PEER_DOORS: readonly string[] = Object.keys(MANIFEST.peerDependencies).map((name) => `latchkey/${name}`);

let installed: Installed;

/** What a command prints in the application; throws with all of it where it fails. */
const run: Installed["run"] = (...command) => installed.run(...command);

const tool = (name: string) => join(ROOT, "node_modules/.bin", name);

beforeAll(async () => {
  installed = await installPacked();
  // The one peer that its door loads.
  symlinkSync(join(ROOT, "node_modules/react"), join(installed.app, "node_modules/react"));
}, 180_000);

afterAll(() => installed?.remove());

// npm, npx and two compilers share the machine with other tests.
const PATIENCE = { timeout: 120_000 };

describe("the packed package", PATIENCE, () => {
  it("holds the build, the papers and nothing else", () => {
    const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter((path) =>
      /\.tsx?$/.test(path),
    );
    const built = sources.flatMap((path) => [".js", ".d.ts"].map((end) => `dist/${path.replace(/\.tsx?$/, end)}`));
    const papers = ["CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "package.json"];
    const others = installed.packed.filter((path) => !path.startsWith("dist/console/"));
    expect([...others].sort()).toEqual([...papers, ...built].sort());
  });

  it("holds the pages with the licences of what is in them, and no maps", () => {
    const pages = installed.packed.filter((path) => path.startsWith("dist/console/"));
    const assets = pages.filter((path) => /^dist\/console\/assets\/[\w-]+-[\w-]{8}\.(?:js|css|svg|woff2)$/.test(path));
    const others = pages.filter((path) => !assets.includes(path));
    expect([...others].sort()).toEqual(["dist/console/LICENSES.md", "dist/console/index.html"]);
    for (const end of [".js", ".css"]) expect(assets.filter((path) => path.endsWith(end))).not.toEqual([]);
  });

  it("is what publint expects", async () => {
    expect(await run(tool("publint"), ["run", installed.tarball, "--strict"])).toContain("All good!");
  });

  it("has types that every resolution of ES modules finds", async () => {
    const output = await run(tool("attw"), [
      installed.tarball,
      "--profile",
      "esm-only",
      "--no-definitely-typed",
      "-f",
      "json",
    ]);
    const { analysis } = JSON.parse(output);
    expect(Object.keys(analysis.entrypoints).map((path) => `latchkey${path.slice(1)}`)).toEqual(
      expect.arrayContaining([...DOORS]),
    );
  });
});

describe("in an empty folder", PATIENCE, () => {
  it("npx runs the command", async () => {
    expect(await run("npx", ["latchkey", "--version"])).toBe(`${MANIFEST.version}\n`);
  });

  it("npx with the tarball alone runs the server", async () => {
    const empty = join(installed.folder, "empty");
    mkdirSync(empty);
    copyFileSync(installed.tarball, join(empty, "latchkey.tgz"));
    const port = await freePort();
    const parameters = ["--yes", "./latchkey.tgz", "serve", "--port", String(port)];
    // A group of its own, since npx does not hand signals on.
    const child = spawn("npx", parameters, { cwd: empty, env: installed.environment, detached: true, stdio: "ignore" });
    try {
      const ready = () =>
        fetch(`http://127.0.0.1:${port}/health/ready`).then(
          ({ status }) => status,
          () => undefined,
        );
      expect(await until(ready, 60_000, 50)).toBe(200);
      expect(readdirSync(join(empty, "data"))).toContain("latchkey.db");
    } finally {
      await endGroup(child);
    }
  });

  it.each([
    { module: "nodenext", moduleResolution: "nodenext" },
    { module: "esnext", moduleResolution: "bundler" },
  ])("TypeScript knows every door: %j", async (resolution) => {
    const source = readFileSync(join(import.meta.dirname, "every-door.ts"), "utf8");
    const doors = DOORS.filter((door) => !PEER_DOORS.includes(door));
    for (const door of doors) expect(source).toContain(`from "${door}"`);
    const project = join(installed.app, resolution.moduleResolution);
    mkdirSync(project);
    mkdirSync(join(installed.app, "node_modules/@types"), { recursive: true });
    rmSync(join(installed.app, "node_modules/@types/node"), { force: true });
    symlinkSync(join(ROOT, "node_modules/@types/node"), join(installed.app, "node_modules/@types/node"));
    writeFileSync(join(project, "every-door.ts"), source);
    const compilerOptions = { ...resolution, target: "es2023", strict: true, noEmit: true, types: ["node"] };
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    expect(await run(tool("tsc"), ["-p", project])).toBe("");
  });

  it.each(DOORS)("CommonJS can require %s, and gets what an import gets", async (door) => {
    const names = (load: string) =>
      `console.log(Object.keys(${load}).filter((name) => /^[a-z]/i.test(name)).sort().join())`;
    const required = await run(process.execPath, ["-e", names(`require("${door}")`)]);
    const imported = await run(process.execPath, ["--input-type=module", "-e", names(`await import("${door}")`)]);
    expect(required.split(",").length).toBeGreaterThan(1);
    expect(required.replace(/,?__esModule/, "")).toBe(imported);
  });
});

/** What a door may load: folders or files of `dist/`, and packages. */
const LOADED: Readonly<Record<string, { readonly layers: readonly string[]; readonly packages: readonly string[] }>> = {
  latchkey: {
    layers: ["accounts", "create-auth", "errors", "guard", "http", "keys", "limits", "passwords", "store", "tokens"],
    packages: ["hono", "kysely", "zod"],
  },
  "latchkey/tokens": { layers: ["errors", "tokens"], packages: [] },
  "latchkey/manager": { layers: ["errors", "guard", "manager", "tokens"], packages: ["hono"] },
  "latchkey/express": {
    layers: ["adapters", "errors", "guard", "tokens"],
    packages: ["@hono/node-server", "hono"],
  },
  "latchkey/fastify": {
    layers: ["adapters", "errors", "guard", "tokens"],
    packages: ["@hono/node-server", "hono"],
  },
  "latchkey/hono": { layers: ["adapters", "errors", "guard", "tokens"], packages: ["hono"] },
  "latchkey/node": {
    layers: ["adapters", "errors", "guard", "tokens"],
    packages: ["@hono/node-server", "hono"],
  },
  "latchkey/fetch": { layers: ["adapters", "errors", "guard", "tokens"], packages: ["hono"] },
  "latchkey/client": { layers: ["client", "errors"], packages: [] },
  "latchkey/react": { layers: ["react"], packages: ["react"] },
  "latchkey/testing": {
    layers: [
      "accounts",
      "create-auth",
      "errors",
      "guard",
      "http",
      "keys",
      "limits",
      "passwords",
      "store",
      "testing",
      "tokens",
    ],
    packages: ["hono", "kysely", "zod"],
  },
};

describe("a door", PATIENCE, () => {
  it.each(DOORS)("%s loads its layers, their packages, and nothing else", async (door) => {
    const list = join(installed.folder, `${door.replace("/", "-")}.txt`);
    copyFileSync(join(import.meta.dirname, "list-modules.mjs"), join(installed.app, "list-modules.mjs"));
    await run(process.execPath, ["list-modules.mjs", door, list]);
    const modules = readFileSync(list, "utf8")
      .split("\n")
      .flatMap((url) => url.split("/node_modules/").slice(1).slice(-1));
    const own = modules.filter((path) => path.startsWith("latchkey/dist/"));
    const foreign = modules.filter((path) => !path.startsWith("latchkey/"));
    const layers = own.map((path) => path.split("/")[2]?.replace(/\.js$/, ""));
    const packages = foreign.map((path) => /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
    expect({ layers: [...new Set(layers)].sort(), packages: [...new Set(packages)].sort() }).toEqual(LOADED[door]);
  });
});

/** What the table of docs/dependencies.md says of a package. */
interface Written {
  readonly licence: string;
  readonly hasScript: boolean;
  readonly why: string;
}

interface Locked {
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
}

function writtenDependencies(): ReadonlyMap<string, Written> {
  const rows = readFileSync(join(ROOT, "docs/dependencies.md"), "utf8").matchAll(
    /^\| `([^`]+)` \| ([^|]+) \| (yes|no) \| ([^|]+) \|$/gm,
  );
  return new Map(
    [...rows].map(([, name = "", licence = "", script, why = ""]) => [
      name,
      { licence, hasScript: script === "yes", why },
    ]),
  );
}

const ARGON2 = /^@node-rs\/argon2-.+/;
const asWritten = (name: string) => name.replace(ARGON2, "@node-rs/argon2-*");

describe("what comes with the package", PATIENCE, () => {
  const lockfile = (folder: string): ReadonlyMap<string, Locked> => {
    const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
    const entries = Object.entries<Locked>(packages).filter(([path]) => path !== "");
    return new Map(entries.map(([path, locked]) => [path.replace(/^.*node_modules\//, ""), locked]));
  };

  it("is what docs/dependencies.md says, with licence, install script and a reason", () => {
    const written = writtenDependencies();
    const { latchkey, ...locked } = Object.fromEntries(lockfile(installed.app));
    expect(latchkey).not.toHaveProperty("hasInstallScript");
    expect([...new Set(Object.keys(locked).map(asWritten))].sort()).toEqual([...written.keys()].sort());
    for (const [name, { license, hasInstallScript = false, optional = false }] of Object.entries(locked)) {
      const { licence, hasScript, why } = written.get(asWritten(name)) as Written;
      expect({ name, licence, hasScript }).toEqual({ name, licence: license, hasScript: hasInstallScript });
      expect({ name, optional }).toEqual({ name, optional: ARGON2.test(name) });
      expect(why.length, name).toBeGreaterThan(20);
    }
  });

  it("is named in package.json exactly, but for what applications share", () => {
    const ranges = Object.entries<string>(MANIFEST.dependencies).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(ranges.map(([name]) => name)).toEqual(["hono"]);
  });

  it("has no script of ours that an install runs", () => {
    const { scripts } = JSON.parse(readFileSync(join(installed.app, "node_modules/latchkey/package.json"), "utf8"));
    const names = ["preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare"];
    expect(Object.keys(scripts).filter((name) => names.includes(name))).toEqual([]);
  });

  it("stands in the bill of materials that docs/releasing.md writes, all of it and nothing else", async () => {
    const steps = readFileSync(join(ROOT, "docs/releasing.md"), "utf8");
    const [script = ""] = [...steps.matchAll(/```sh\n([\s\S]*?)```/g)]
      .map(([, block]) => block)
      .filter((block) => block?.includes("npm sbom"));
    const place = join(installed.folder, "release/clone");
    mkdirSync(place, { recursive: true });
    copyFileSync(installed.tarball, join(installed.folder, "release", basename(installed.tarball)));
    await run("sh", ["-e", "-c", script], place);
    const bill = JSON.parse(readFileSync(join(installed.folder, "release/latchkey.cdx.json"), "utf8"));
    expect(bill).toMatchObject({ bomFormat: "CycloneDX", components: expect.any(Array) });
    const components: readonly { name: string; version: string; purl: string; licenses: unknown }[] = bill.components;
    const names = components.map(({ name }) => asWritten(name));
    expect([...new Set(names)].sort()).toEqual([...writtenDependencies().keys(), "latchkey"].sort());
    for (const { name, version, purl, licenses } of components) {
      expect(purl).toBe(`pkg:npm/${name.replace("@", "%40")}@${version}`);
      expect(licenses, name).toHaveLength(1);
    }
  });
});

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const closed = once(child, "close");
  process.kill(-child.pid, "SIGTERM");
  await within(20_000, closed, () => "npx did not end.");
}
