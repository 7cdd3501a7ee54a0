import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject } from "vitest";

// Whether this was the whole suite shows in the list of its files.
appendFileSync(join(inject("records"), "files"), `${expect.getState().testPath}\n`);
