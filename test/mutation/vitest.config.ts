import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** The code of the modules that have mutants in them, by their paths. */
const code = new Map<string, string>(JSON.parse(readFileSync(process.env.MUTATION_CODE ?? "", "utf8")));

export default defineConfig({
  plugins: [
    {
      name: "mutants",
      enforce: "pre",
      load: (id) => code.get(id.replaceAll("\\", "/")),
    },
  ],
  test: {
    globalSetup: "test/secrets/make-records.ts",
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    runner: "./test/mutation/mutation-runner.mjs",
  },
});
