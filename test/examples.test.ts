import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const EXAMPLES = resolve(import.meta.dirname, "../examples");

/** Whether a file is a program, and not a part that others import, or a server that runs until it is asked to end. */
function isProgram(name: string): boolean {
  return name.endsWith(".mjs") && !/^export |"SIGTERM"/m.test(readFileSync(join(EXAMPLES, name), "utf8"));
}

describe("the examples", () => {
  it.each(readdirSync(EXAMPLES).filter(isProgram))("%s runs to its end", (name) => {
    const output = execFileSync(process.execPath, [join(EXAMPLES, name)], { encoding: "utf8" });
    expect(output).toMatch(/refused: \w+/);
  });
});
