import { statSync } from "node:fs";
import { AuthError } from "../../errors/auth-error.js";

/**
 * Makes a guard that throws `unavailable` once the file that is at a path now was removed or replaced. SQLite would go on with the one that
 * has no name any more, and all that it commits there would be gone at the next start.
 */
export function createSameFileGuard(path: string): () => void {
  const opened = identityOf(path);
  return () => {
    if (opened !== undefined && identityOf(path) === opened) return;
    const reason = `The database ${path} was removed or replaced: put it back, or start the server again.`;
    throw new AuthError("unavailable", { cause: new Error(reason) });
  };
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return undefined;
  }
}
