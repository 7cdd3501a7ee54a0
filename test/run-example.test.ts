import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const examples = readdirSync(join(ROOT, "examples"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(`${sep}main.mjs`))
  .map((path) => dirname(path).replaceAll(sep, "/"))
  .sort();

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
}

/** What `npm run example -- NAME` runs once all is built. */
function runExample(parameters: readonly string[], settings: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [join(ROOT, ".ci/example.mjs"), ...parameters], {
    env: { PATH: process.env.PATH, PORT: "0", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  return { child, ended: once(child, "close").then(([code]) => ({ code: code as number | null, said })) };
}

const secret = () => randomBytes(32).toString("hex");

describe("npm run example", () => {
  it.each([
    ["without a name", []],
    ["with a name that there is not", ["nowhere"]],
    ["with a path", ["../examples/jwt-manager"]],
    ["with a folder that is no example", ["4geeks/web/lesson"]],
    ["with a name that every object has", ["constructor"]],
  ])("%s tells the names", async (_what, parameters) => {
    const { code, said } = await runExample(parameters).ended;
    expect(code).toBe(2);
    expect(said).toContain(`one of: ${examples.join(", ")}`);
  });

  it.each(["SIGTERM", "SIGINT"] as const)("hands %s on, and ends when the example has", async (signal) => {
    const { child, ended } = runExample(["jwt-manager"], { JWT_SECRET_KEY: secret() });
    const [line] = (await once(child.stdout as NonNullable<ChildProcess["stdout"]>, "data")) as [string];
    const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? "";
    expect((await fetch(`${origin}/optional`)).status).toBe(200);
    child.kill(signal);
    expect((await ended).code).toBe(0);
    await expect(fetch(`${origin}/optional`)).rejects.toThrow();
  });
});

describe("the tour of JwtManager does not start", () => {
  it.each([
    ["without a secret", {}, /^JWT_SECRET_KEY is missing/],
    ["with an empty secret", { JWT_SECRET_KEY: "" }, /^JWT_SECRET_KEY is missing/],
    ["with the secret of the tutorials", { JWT_SECRET_KEY: "super-secret" }, /^JWT_SECRET_KEY will not do: .*32 bytes/],
    ["with one word repeated", { JWT_SECRET_KEY: "secret".repeat(8) }, /^JWT_SECRET_KEY will not do/],
    ["on a port that is none", { JWT_SECRET_KEY: secret(), PORT: "many" }, /^PORT must be/],
    ["on a port that is too high", { JWT_SECRET_KEY: secret(), PORT: "65536" }, /^PORT must be/],
  ])("%s, and says so in one line", async (_what, settings, sentence) => {
    const { code, said } = await runExample(["jwt-manager"], settings).ended;
    expect({ code, lines: said.trim().split("\n").length }).toEqual({ code: 78, lines: 1 });
    expect(said).toMatch(sentence);
    expect(said).not.toContain("super-secret");
  });
});
