import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "latchkey-readme-"));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** The code blocks of a language, in their order. */
function blocks(language: string, text = README): readonly string[] {
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map((match) => match[1] ?? "");
}

let server: ReturnType<typeof spawn>;
let port: number;

beforeAll(async () => {
  port = await freePort();
  const main = join(ROOT, "dist/cli/main.js");
  server = spawn(process.execPath, [main, "serve", "--port", String(port), "--data", folder], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(server.stdout as NodeJS.ReadableStream, "data");
});

afterAll(async () => {
  server.kill();
  await once(server, "exit");
  rmSync(folder, { recursive: true, force: true });
});

describe("the README", () => {
  it("has commands that run one after another and answer as it says", () => {
    const mainJob = README.slice(README.indexOf("## The main job"), README.indexOf("## Settings"));
    const commands = blocks("sh", mainJob).filter((block) => block.startsWith("curl"));
    const script = commands.join("\necho; echo ----\n").replaceAll("localhost:4000", `localhost:${port}`);
    const output = execFileSync("sh", ["-e", "-c", script], { cwd: folder, encoding: "utf8" });
    const answers = output.split("----\n").map((text) => text.trim());
    const shown = blocks("json", mainJob).map((text) => JSON.parse(text));

    const [signUp, logIn, me, refreshed, loggedOut, refused] = answers;
    expect(Object.keys(JSON.parse(signUp ?? ""))).toEqual(Object.keys(shown[0]));
    expect(logIn).toBe("");
    expect(Object.keys(JSON.parse(me ?? ""))).toEqual(Object.keys(shown[1]));
    expect(JSON.parse(me ?? "")).toMatchObject({ username: "ada", email: null, roles: [] });
    expect(Object.keys(JSON.parse(refreshed ?? ""))).toEqual(Object.keys(shown[2]));
    expect(loggedOut).toBe("");
    expect(JSON.parse(refused ?? "")).toEqual(shown[3]);
  });

  it("has library code that runs", () => {
    const [code] = blocks("js");
    const script = `${code}\nconsole.log(verifier.verifySync(token).sub);`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect(output).toBe("42\n");
  });
});
