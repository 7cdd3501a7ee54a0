import { defineConfig } from "vitest/config";

// Searches what all the other files put out.
const LAST = "test/attacks/afterwards.test.ts";

// A project of its own runs after the others; the mode tells how long `npm run chaos` takes.
export default defineConfig(({ mode }) => ({
  test: {
    globalSetup: "test/secrets/make-records.ts",
    projects: [
      {
        mode,
        test: {
          name: "suite",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: [LAST],
          setupFiles: "test/secrets/note-file.ts",
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        mode,
        test: { name: "afterwards", include: [LAST], testTimeout: 60_000, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
}));
