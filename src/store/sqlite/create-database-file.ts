import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { AuthError } from "../../errors/auth-error.js";

/**
 * Creates an empty file, and its folder, that the owner alone may read; a file that is there already stays as it is. Throws an
 * `AuthError` with code `unavailable` where that cannot be.
 */
export function createDatabaseFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    createFile(path);
  } catch (thrown) {
    throw new AuthError("unavailable", { cause: thrown });
  }
}

function createFile(path: string): void {
  try {
    // Never opened where it exists: closing it again would drop the locks that this process holds on it by another connection.
    closeSync(openSync(path, "wx", 0o600));
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown;
  }
}
