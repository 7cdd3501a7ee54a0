import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, inject } from "vitest";
import { checkRecords } from "../secrets/check-records.js";
import { attempt } from "./attack.js";

const TEST = resolve(import.meta.dirname, "..");

/** The test files that were not run before this one. */
function notRun(folder: string): readonly string[] {
  const list = join(folder, "files");
  const run = new Set(existsSync(list) ? readFileSync(list, "utf8").split("\n") : []);
  const all = readdirSync(TEST, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".test.ts"));
  return all.map((path) => join(TEST, path)).filter((path) => path !== import.meta.filename && !run.has(path));
}

// This file runs after all others.
attempt("After the whole suite", [
  [
    "S54",
    "no password, token, cookie or key that it used stands in a log, an answer, what a process printed, or a database: plain, in base64 or in hex",
    () => {
      const folder = inject("records");
      const { leaks, secrets, bytes } = checkRecords(folder);
      expect(leaks).toEqual([]);
      const missing = notRun(folder);
      if (missing.length > 0)
        return console.warn(`Searched for a part alone: ${missing.length} test files were not run.`);
      const least = {
        password: 50,
        "access token": 1000,
        "refresh token": 1000,
        "master key": 50,
        "private key": 100,
        "data key": 100,
      };
      for (const [kind, count] of Object.entries(least))
        expect(secrets, kind).toHaveProperty(
          [kind],
          expect.toSatisfy((found) => found >= count),
        );
      for (const kind of ["log", "answer", "stdout", "stderr", "database"])
        expect(bytes, kind).toHaveProperty(
          [kind],
          expect.toSatisfy((found) => found >= 10_000),
        );
    },
    120_000,
  ],
]);
