import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder where the run keeps what was secret and what came out. */
    readonly records: string;
  }
}

const folder = mkdtempSync(join(tmpdir(), "latchkey-records-"));

export function setup(project: TestProject): void {
  project.provide("records", folder);
}

export function teardown(): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
