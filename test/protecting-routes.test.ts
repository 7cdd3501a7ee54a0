import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { ROUTE_OPTIONS } from "../dist/guard/route-options.js";

const ROOT = resolve(import.meta.dirname, "..");
const CHAPTER = readFileSync(join(ROOT, "docs/protecting-routes.md"), "utf8");
const DOORS = ["express", "fastify", "hono", "node", "fetch"];

const run = (script: string) =>
  execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: ROOT, encoding: "utf8" });

describe("examples/protecting-routes.mjs", () => {
  it("shows one guard in five kinds of applications", () => {
    const output = execFileSync(process.execPath, [join(ROOT, "examples/protecting-routes.mjs")], { encoding: "utf8" });
    const answers = "401 token_required, 401 invalid_token, 403 insufficient_role, 200 ada, 200 ada";
    const lines = ["Express", "Fastify", "Hono", "node:http", "fetch"].map((name) => `${name}: ${answers}`);
    expect(output.trim().split("\n")).toEqual([...lines, "refused: invalid_token revoked"]);
  });
});

describe("docs/protecting-routes.md", () => {
  const blocks = [...CHAPTER.matchAll(/```js\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const [prelude = "", ...examples] = blocks;

  it("has an example of every door", () => {
    for (const door of DOORS) expect(examples.some((block) => block.includes(`from "latchkey/${door}"`))).toBe(true);
  });

  it.each(examples.map((block) => [block.match(/latchkey\/\w+/)?.[0], block]))(
    "has code that runs: %s",
    (_door, block) => {
      const keys =
        'import { generateKey } from "latchkey/tokens";\nconst keys = [generateKey({ alg: "ES256" }).public];';
      expect(run(`${keys}\n${prelude}\n${block}\nconsole.log("made");`)).toBe("made\n");
    },
  );

  it("tells every option of a route, and where refusals come from", () => {
    for (const name of [...ROUTE_OPTIONS, "onRefused"]) expect(CHAPTER).toContain(`| \`${name}\` |`);
    for (const code of ["token_required", "invalid_token", "insufficient_role", "insufficient_scope", "csrf"])
      expect(CHAPTER).toContain(`\`${code}\``);
  });
});
