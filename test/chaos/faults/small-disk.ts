import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PAGE = 4096;
const mounted: string[] = [];

function sudo(program: string, ...parameters: string[]): void {
  const { status, stderr, error } = spawnSync(program, parameters, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${parameters.join(" ")}: ${error?.message ?? stderr}`);
}

/** A disk in memory of so many KiB, where `close` leaves none. */
export function mountDisk(kibibytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-disk-"));
  sudo("mount", "-t", "tmpfs", "-o", `size=${kibibytes}k,mode=0700`, "tmpfs", folder);
  mounted.push(folder);
  return folder;
}

/** Mounts it anew, so that it can only be read, or written again. */
export function remount(folder: string, mode: "ro" | "rw"): void {
  sudo("mount", "-o", `remount,${mode}`, folder);
}

export function unmountAll(): void {
  for (const folder of mounted.splice(0)) {
    sudo("umount", "-l", folder);
    rmSync(folder, { recursive: true });
  }
}

/** Why no disk can be mounted here, if it cannot. */
export function whyNoDisk(): string | undefined {
  try {
    mountDisk(64);
    unmountAll();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** Fills a disk to its last byte, but for so many pages of 4 KiB. */
export function fill(folder: string, free = 0): void {
  const path = join(folder, "filler");
  rmSync(path, { force: true });
  const spare = openSync(join(folder, "spare"), "w");
  if (free > 0) writeSync(spare, Buffer.alloc(free * PAGE));
  closeSync(spare);
  const file = openSync(path, "w");
  try {
    for (;;) writeSync(file, Buffer.alloc(PAGE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    closeSync(file);
    rmSync(join(folder, "spare"));
  }
}

export function empty(folder: string): void {
  rmSync(join(folder, "filler"), { force: true });
}

/** Sets a limit of a process that runs: `fsize` is how far it may write into files, in bytes, `nofile` how many it may open. */
export function limit(pid: number, what: "fsize" | "nofile", most: number | "unlimited"): void {
  sudo("prlimit", "--pid", String(pid), `--${what}=${most}:`);
}
