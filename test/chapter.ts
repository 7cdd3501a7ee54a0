import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");

/** The code blocks of a chapter in one language. */
function blocksOf(chapter: string, language: string): readonly string[] {
  return [...chapter.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map((match) => match[1] ?? "");
}

/** A chapter is true: its example runs and prints what the chapter shows, and the code that it begins with is the example's. */
export function itIsTrue(name: string): void {
  const chapter = readFileSync(join(ROOT, "docs", `${name}.md`), "utf8");
  const path = join(ROOT, "examples", `${name}.mjs`);

  it("shows what its example prints", () => {
    const printed = execFileSync(process.execPath, [path], { encoding: "utf8" });
    expect(printed).toBe(blocksOf(chapter, "text")[0]);
  });

  it("shows code of its example", () => {
    const [code = ""] = blocksOf(chapter, "js");
    expect(code).not.toBe("");
    expect(readFileSync(path, "utf8")).toContain(code.trimEnd());
  });
}
