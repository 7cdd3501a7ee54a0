import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createFolder, EXAMPLES, newSecret, run, runFile } from "./run-example.js";

const ROOT = resolve(EXAMPLES, "..");
const shell = promisify(execFile);

const READMES = [
  ["4geeks", "README.md"],
  ["4geeks", "README.es.md"],
  ["csa", "README.md"],
  ["mountain", "README.md"],
  ["cybermooc", "README.md"],
] as const;

const NAMES = ["4geeks", "4geeks/web", "csa", "cybermooc", "mountain", "jwt-manager"];

interface Step {
  readonly command: string;
  /** What the text says that it prints. */
  readonly shown: string;
}

/** The commands of a text for which it says what they print. */
function stepsOf(text: string): readonly Step[] {
  const blocks = text.matchAll(/```sh\n([^`]*)```\n\n```json\n([^`]*)```/g);
  return [...blocks].map(([, command = "", shown = ""]) => ({ command, shown }));
}

/** A value as a text shows it, where long texts are cut off with "…". */
function asShown(shown: unknown): unknown {
  if (typeof shown === "string" && shown.endsWith("…")) return expect.stringMatching(`^${shown.slice(0, -1)}`);
  if (Array.isArray(shown)) return shown.map(asShown);
  if (typeof shown !== "object" || shown === null) return shown;
  return Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, asShown(value)]));
}

describe.each(READMES)("examples/%s/%s", (name, file) => {
  const folder = createFolder();
  const text = readFileSync(join(EXAMPLES, name, file), "utf8");

  it("has commands that run one after another, and print what it says", async () => {
    const secret = newSecret();
    const settings = {
      JWT_SECRET_KEY: secret,
      SECRET_KEY: secret,
      DATABASE_URL: `sqlite:///${join(folder, "course.db")}`,
    };
    const example = await run(name, settings);
    try {
      const steps = stepsOf(text);
      expect(steps.length).toBeGreaterThan(3);
      const script = steps.map(({ command }) => command.trim()).join("\necho; echo ----\n");
      const here = script.replaceAll("http://127.0.0.1:5000", example.url);
      const { stdout } = await shell("bash", ["-euc", here], { cwd: ROOT, encoding: "utf8" });
      const printed = stdout.split("----\n").map((part) => JSON.parse(part));
      expect(printed).toEqual(steps.map(({ shown }) => asShown(JSON.parse(shown))));
    } finally {
      await example.stop();
    }
  });

  it("names every file of the example, and links to what there is", () => {
    for (const path of readdirSync(join(EXAMPLES, name)).filter((path) => path.endsWith(".mjs")))
      expect(text).toContain(`(${path})`);
    const links = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link = ""]) => link);
    const here = dirname(join(EXAMPLES, name, file));
    expect(links.filter((link) => !existsSync(join(here, link)))).toEqual([]);
  });
});

describe("npm run example", () => {
  const folder = createFolder();
  const example = (parameters: readonly string[], settings: Readonly<Record<string, string>> = {}) =>
    runFile("../.ci/example.mjs", { parameters, settings });

  it("starts each by its name, and hands its words and its exit code on", async () => {
    for (const name of NAMES)
      expect(await example([name])).toMatchObject({ code: 78, stderr: expect.stringMatching(/SECRET_KEY is missing/) });
    const DATABASE_URL = `sqlite:///${join(folder, "course.db")}`;
    const reset = await example(["cybermooc", "reset-db"], { DATABASE_URL });
    expect(reset).toEqual({ code: 0, stdout: "The database is empty.\n", stderr: "" });
  });

  it("is told of in the README of the project, by every name", () => {
    const text = readFileSync(join(ROOT, "README.md"), "utf8");
    expect(text).toContain("npm run example -- ");
    for (const name of NAMES) expect(text).toContain(`(examples/${name}/README.md)`);
  });

  it("keeps settings and databases out of the repository", () => {
    const ignored = readFileSync(join(ROOT, ".gitignore"), "utf8").split("\n");
    for (const line of ["examples/*/.env", "*.db", "*.db-wal", "*.db-shm"]) expect(ignored).toContain(line);
  });
});
