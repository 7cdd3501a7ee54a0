import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const CHAPTER = readFileSync(join(ROOT, "docs/security.md"), "utf8");

interface Row {
  readonly id: string;
  readonly answer: string;
  readonly tests: readonly string[];
}

const rows: readonly Row[] = [...CHAPTER.matchAll(/^\| (S\d\d) \| .+? \| (.+) \| (.+?) \|$/gm)].map(
  ([, id = "", answer = "", cell = ""]) => ({
    id,
    answer,
    tests: [...cell.matchAll(/`([^`]+)`/g)].map(([, path = ""]) =>
      path.includes("/") ? path : `test/attacks/${path}`,
    ),
  }),
);

const idsIn = (path: string) =>
  new Set([...readFileSync(join(ROOT, path), "utf8").matchAll(/["(](S\d\d)[":)]/g)].map(([, id = ""]) => id));

describe("docs/security.md", () => {
  it("lists every attack once, in order", () => {
    const ids = rows.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(60);
    expect(ids).toEqual([...new Set(ids)].toSorted());
  });

  it("names for each attack the file in which it is tried, or says why there is nothing to try", () => {
    const wrong = rows.filter(({ id, answer, tests }) => {
      if (tests.length === 0) return !/there (?:is|are)|not changed yet/i.test(answer);
      return !tests.every(
        (path) => existsSync(join(ROOT, path)) && (!/^test\/(?:attacks|chaos)\//.test(path) || idsIn(path).has(id)),
      );
    });
    expect(wrong).toEqual([]);
  });

  it("knows every attack that is tried", () => {
    const files = ["test/attacks", "test/chaos"].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".test.ts") && path !== "matrix.test.ts")
        .map((path) => `${folder}/${path.replaceAll("\\", "/")}`),
    );
    const unknown = files.flatMap((path) =>
      [...idsIn(path)]
        .filter((id) => !rows.some((row) => row.id === id && row.tests.includes(path)))
        .map((id) => `${id} in ${path}`),
    );
    expect(unknown).toEqual([]);
  });

  it("names no test of another chapter that is not there", () => {
    const named = [...CHAPTER.matchAll(/`(test\/[\w/.-]+\.test\.ts)`/g)].map(([, path = ""]) => path);
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named)].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
