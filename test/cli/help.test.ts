import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAuth } from "latchkey";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bareEnvironment, type Ended, endAll, LATCHKEY, newFolder, PASSWORD, run } from "./run-server.js";

afterAll(endAll);

/** Every command with the names in front of it, found by reading the help of those above. */
async function commandsBelow(path: readonly string[]): Promise<readonly (readonly string[])[]> {
  const { stdout } = await run([...path, "--help"]);
  const list = /\nCommands:\n((?:.+\n)+)/.exec(stdout)?.[1] ?? "";
  const names = [...list.matchAll(/^ {2}([a-z-]+)/gm)].map((match) => match[1] ?? "").filter((name) => name !== "help");
  const below = await Promise.all(names.map((name) => commandsBelow([...path, name])));
  return [path, ...below.flat()];
}

function examplesIn(help: string): readonly string[] {
  const after = help.slice(help.search(/^Examples?:$/m));
  return [...after.matchAll(/^ {2}(latchkey .+)$/gm)].map((match) => match[1] ?? "");
}

/** The example that ends only when it is told to. */
const NOT_RUN = /^latchkey serve/;
/** Examples that name a session or a key that nobody has, or a token of another issuer. */
const REFUSED = /^latchkey (session end 0|key revoke|token explain --jwks)/;

let commands: readonly (readonly string[])[];
let template: string;

beforeAll(async () => {
  commands = await commandsBelow([]);
  template = newFolder();
  const data = join(template, "data");
  const auth = await createAuth({ database: join(data, "latchkey.db"), data, url: "http://localhost:4000" });
  const { token } = await auth.signUp({ username: "ada", password: PASSWORD });
  const hash = "$2b$04$J9Zk5v0Xw3mQe7LrT1yUuO5dVYh1iX0b8cN2sKfGqPzWmA4tE6RlS";
  const files = {
    "token.txt": token,
    "jwks.json": JSON.stringify(auth.jwks),
    "password.txt": `${PASSWORD}\n`,
    "users.csv": `username,hash\ngrace,${hash}\n`,
    "users.jsonl": JSON.stringify({ username: "grace", hash }),
  };
  await auth.close();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(template, name), text);
  mkdirSync(join(template, "bin"));
  writeFileSync(join(template, "bin", "latchkey"), `#!/bin/sh\nexec "${process.execPath}" "${LATCHKEY}" "$@"\n`);
  chmodSync(join(template, "bin", "latchkey"), 0o755);
}, 120_000);

/** Runs an example as a shell does, in a folder of its own, with a password on standard input. */
async function tried(example: string): Promise<Pick<Ended, "code" | "stderr">> {
  const folder = newFolder();
  const isMaking = example.startsWith("latchkey user add");
  cpSync(template, folder, { recursive: true, filter: (path) => !(isMaking && path.endsWith("/data")) });
  return new Promise((resolve) => {
    const env = { ...bareEnvironment(), PATH: `${join(folder, "bin")}:${process.env.PATH}` };
    const child = execFile("sh", ["-c", example], { cwd: folder, env, timeout: 20_000 }, (error, _stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stderr });
    });
    child.stdin?.on("error", () => {}).end(`${PASSWORD}\n`);
  });
}

describe("--help", () => {
  it("knows every command", () => {
    expect(commands.map((path) => path.join(" ")).sort()).toEqual([
      "",
      "check",
      "key",
      "key list",
      "key revoke",
      "key rotate",
      "migrate",
      "secret",
      "secret new",
      "secret rotate",
      "serve",
      "session",
      "session end",
      "session list",
      "token",
      "token explain",
      "user",
      "user add",
      "user delete",
      "user disable",
      "user enable",
      "user import",
      "user list",
      "user set-password",
      "user set-roles",
      "user show",
    ]);
  });

  it("of every command has an example of that command, and every example works", async () => {
    const examples = new Set<string>();
    for (const path of commands) {
      const ended = await run([...path, "--help"]);
      expect(ended).toMatchObject({ code: 0, stderr: "" });
      const own = examplesIn(ended.stdout);
      expect(own.length, path.join(" ")).toBeGreaterThan(0);
      for (const example of own) {
        expect(example.startsWith(["latchkey", ...path].join(" ")), example).toBe(true);
        examples.add(example);
      }
    }
    for (const example of [...examples].filter((text) => !NOT_RUN.test(text))) {
      const { code, stderr } = await tried(example);
      expect(code, `${example}\n${stderr}`).toBe(REFUSED.test(example) ? 1 : 0);
    }
  }, 180_000);

  it("of serve names every variable that there is", async () => {
    const unknown = await run(["check", "--json"], { environment: { LATCHKEY_X: "x" } });
    const known = JSON.parse(unknown.stdout).findings[0].remedy.match(/LATCHKEY_[A-Z_]+/g);
    const { stdout } = await run(["serve", "--help"]);
    const named = new Set(stdout.match(/LATCHKEY_[A-Z_]+/g));
    expect([...named, "LATCHKEY_NEW_SECRET"].sort()).toEqual([...known].sort());
  });

  it("tells the flags of the command itself before those that name the server", async () => {
    for (const path of commands) {
      const { stdout } = await run([...path, "--help"]);
      const [own, place] = ["\nOptions:\n", "\nWhich server"].map((title) => stdout.indexOf(title));
      expect(own, path.join(" ")).toBeGreaterThan(0);
      if (place !== -1) expect(place, path.join(" ")).toBeGreaterThan(own ?? 0);
    }
  });

  it("names every variable that has a flag, and no password flag", async () => {
    const { stdout } = await run(["user", "add", "--help"]);
    expect(stdout).toContain("LATCHKEY_DATA");
    expect(stdout).not.toContain("--password");
  });
});

describe("wrong usage", () => {
  it.each([
    ["no command", []],
    ["a command that is unknown", ["usr"]],
    ["a command below one that is unknown", ["user", "ad"]],
    ["a group alone", ["user"]],
    ["a flag that is unknown", ["user", "list", "--colour"]],
    ["a flag without its value", ["user", "list", "--data"]],
    ["a flag that is given twice", ["user", "list", "--data", "a", "--data", "b"]],
    ["a limit that is given twice", ["user", "list", "--limit", "1", "--limit", "2"]],
    ["an argument too many", ["migrate", "now"]],
    ["a secret with an argument", ["secret", "new", "x"]],
  ])("is exit code 2: %s", async (_name, parameters) => {
    const ended = await run(parameters);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(/^(error: |Usage: )/);
    expect(ended.stderr).not.toMatch(/\n {4}at /);
  });
});
