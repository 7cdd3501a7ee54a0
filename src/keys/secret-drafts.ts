import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readdirSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

// A draft is wanted for as long as the disk takes to keep it.
const LEFT_BEHIND_MS = 60_000;
const SUFFIX = /^\.(?:next\.)?\d+\.[0-9a-f]{8}$/;

/** Writes a secret beside the file that it is for, for the owner alone, and answers where, once the disk has it. */
export function writeDraft(path: string, secret: string): string {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  const file = openSync(draft, "wx", 0o600);
  try {
    // Until all of it is written, or an error: a single write may stop halfway.
    writeFileSync(file, `${secret}\n`);
    fsyncSync(file);
  } catch (error) {
    unlinkSync(draft);
    throw error;
  } finally {
    closeSync(file);
  }
  return draft;
}

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
