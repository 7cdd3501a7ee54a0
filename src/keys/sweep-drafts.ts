import { readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

// A draft is wanted for as long as the disk takes to keep it.
const LEFT_BEHIND_MS = 60_000;
const SUFFIX = /^\.(?:next\.)?\d+\.[0-9a-f]{8}$/;

/** Removes the drafts of a secret's file that processes have left which were killed; a younger one may be in use. */
export function sweepDrafts(path: string): void {
  const [folder, name] = [dirname(path), basename(path)];
  try {
    for (const each of readdirSync(folder)) {
      if (each.startsWith(name) && SUFFIX.test(each.slice(name.length))) removeOld(join(folder, each));
    }
  } catch {
    // No folder yet, or one that may not be changed: a server does not need this to start.
  }
}

function removeOld(draft: string): void {
  if (statSync(draft).mtimeMs < Date.now() - LEFT_BEHIND_MS) rmSync(draft, { force: true });
}
