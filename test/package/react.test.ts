import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Installed, installPacked, ROOT } from "./install-packed.js";

const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const ofThisRepository = (...names: string[]) => names.map((name) => `${name}@${devDependencies[name]}`);

const OLDER = "18.3.1";

/** What an application has installed with each React. The tests of this repository run with the one, and are run again with the other. */
const PROJECTS: Readonly<Record<string, readonly string[]>> = {
  [OLDER]: [
    "@types/react@18.3.8",
    "react-dom@18.3.1",
    ...ofThisRepository("@testing-library/react", "@testing-library/dom"),
  ],
  [devDependencies.react]: ofThisRepository("@types/react", "@types/react-dom"),
};
const LIGHT = ["--no-audit", "--no-fund", "--ignore-scripts"];
const tool = (name: string) => join(ROOT, "node_modules/.bin", name);

let installed: Installed;

beforeAll(async () => {
  installed = await installPacked();
}, 180_000);

afterAll(() => installed?.remove(), 180_000);

/** What the compiler has to say of an application with these files besides `app.tsx`. */
function compile(project: string, files: readonly string[]): Promise<string> {
  cpSync(join(import.meta.dirname, "react/app.tsx"), join(project, "app.tsx"));
  const compilerOptions = {
    module: "esnext",
    moduleResolution: "bundler",
    target: "es2022",
    lib: ["es2022", "dom", "dom.iterable"],
    types: [],
    jsx: "react-jsx",
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["app.tsx", ...files] }));
  return installed.run(tool("tsc"), ["-p", project], project);
}

// The application of the one has the server too, for its tests.
const folderOf = (version: string) => (version === OLDER ? installed.app : join(installed.folder, "with-react"));

describe.each(Object.keys(PROJECTS))("a project with React %s", { timeout: 180_000 }, (version) => {
  let project: string;
  const run = (command: string, ...parameters: string[]) => installed.run(command, parameters, project);

  beforeAll(async () => {
    project = folderOf(version);
    mkdirSync(project, { recursive: true });
    const packages = [`react@${version}`, ...(PROJECTS[version] ?? [])];
    if (version === OLDER) await run("npm", "install", ...packages, ...LIGHT);
    else await run("npm", "install", installed.tarball, ...packages, ...LIGHT, "--omit=optional");
  }, 180_000);

  it("is compiled without the types of Node", async () => {
    expect(readdirSync(join(project, "node_modules/@types"))).not.toContain("node");
    expect(await compile(project, [])).toBe("");
  });

  /** What Vite makes of a page with this script. */
  async function bundle(script: string): Promise<string> {
    const page = join(project, `page-${script.length}`);
    mkdirSync(page);
    writeFileSync(join(page, "index.html"), `<script type="module" src="./main.tsx"></script>`);
    writeFileSync(join(page, "main.tsx"), script);
    // Nothing of Vite's own.
    writeFileSync(join(page, "vite.config.mjs"), "export default { build: { modulePreload: false } };");
    const told = await run(tool("vite"), "build", page);
    expect(told).not.toMatch(/externalized|warn/i);
    const assets = join(page, "dist/assets");
    const code = readdirSync(assets).map((name) => readFileSync(join(assets, name), "utf8"));
    expect(code).toHaveLength(1);
    return String(code[0]);
  }

  it("is bundled by Vite, with nothing of Node and nothing of the server", async () => {
    const app = readFileSync(join(import.meta.dirname, "react/app.tsx"), "utf8");
    const code = await bundle(`${app}\nglobalThis.app = App;`);
    expect(code).toContain("__Host-latchkey");
    expect(code).not.toMatch(/["'`]node:|argon2|sqlite|kysely/i);
  });

  it("has a client of less than 5,000 bytes, without React", async () => {
    const names = "AuthError, createClient, isAuthError, requireOk";
    const code = await bundle(`import { ${names} } from "latchkey/client";\nglobalThis.client = [${names}];`);
    expect(gzipSync(code, { level: 9 }).length).toBeLessThan(5_000);
    expect(code).not.toMatch(/useState|createContext/);
  });

  it("takes no more of the client than it uses", async () => {
    const code = await bundle('import { isAuthError } from "latchkey/client";\nconsole.log(isAuthError(1));');
    expect(code).not.toMatch(/BroadcastChannel|localStorage/);
  });
});

describe("the chapters on React", { timeout: 180_000 }, () => {
  it("show code that is compiled", async () => {
    const project = folderOf(devDependencies.react);
    const texts = ["README.md", "docs/react.md", "docs/server-rendering.md"].map((path) =>
      readFileSync(join(ROOT, path), "utf8"),
    );
    const blocks = texts.flatMap((text) => [...text.matchAll(/^```tsx\n(.*?)^```$/gms)].map(([, code = ""]) => code));
    expect(blocks.length).toBeGreaterThan(6);
    const files = blocks.map((code, index) => {
      // What one of them imports, another one shows.
      const file = code.includes("function LogInForm") ? "log-in-form.tsx" : `chapter-${index}.tsx`;
      writeFileSync(join(project, file), code);
      return file;
    });
    expect(await compile(project, files)).toBe("");
  });
});

describe("React 18", { timeout: 180_000 }, () => {
  it("passes the tests of latchkey/react", async () => {
    const project = folderOf(OLDER);
    mkdirSync(join(project, "test/client"), { recursive: true });
    for (const name of ["vitest", "happy-dom"])
      symlinkSync(join(ROOT, "node_modules", name), join(project, "node_modules", name));
    for (const path of ["react", "client/in-process-browser.ts", "client/open-client.ts"])
      cpSync(join(ROOT, "test", path), join(project, "test", path), { recursive: true });
    const report = join(project, "report.json");
    const parameters = ["run", "--root", project, "--reporter=json", `--outputFile=${report}`];
    // What failed stands in the report.
    await installed.run(tool("vitest"), parameters, project).catch(() => {});
    const { testResults }: Report = JSON.parse(readFileSync(report, "utf8"));
    expect(testResults.flatMap(({ message }) => message)).toEqual(testResults.map(() => ""));
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    const failed = tests.filter(({ status }) => status !== "passed");
    expect(failed.map(({ fullName, failureMessages: [first] }) => `${fullName}: ${first}`)).toEqual([]);
    expect(tests.map(({ fullName }) => fullName).join()).toContain(`AuthProvider, with React ${OLDER}`);
    const files = readdirSync(join(ROOT, "test/react")).filter((name) => name.includes(".test."));
    expect(testResults).toHaveLength(files.length);
  });
});

/** What Vitest writes of its tests. */
interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}
