import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const EXAMPLES = resolve(import.meta.dirname, "../examples");
// What examples share, and no example.
const SHARED = new Set(["open-database.mjs", "settings.mjs"]);

describe("the examples", () => {
  it.each(readdirSync(EXAMPLES).filter((name) => name.endsWith(".mjs") && !SHARED.has(name)))("%s runs to its end", (name) => {
    const output = execFileSync(process.execPath, [join(EXAMPLES, name)], { encoding: "utf8" });
    expect(output).toMatch(/refused: \w+/);
  });
});
