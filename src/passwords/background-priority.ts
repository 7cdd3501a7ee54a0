import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";

/**
 * Makes this thread take what the others leave of the cores. Linux alone gives a thread a priority of its own;
 * elsewhere, or where it is forbidden, nothing happens.
 */
export function enterBackground(): void {
  if (process.platform !== "linux") return;
  try {
    const [pid, , thread] = readlinkSync("/proc/thread-self").split("/");
    // A /proc of another PID namespace counts differently, and its number could be somebody else's.
    if (Number(pid) === process.pid) setPriority(Number(thread), constants.priority.PRIORITY_LOW);
  } catch {
    // Slower neighbours are no reason not to work.
  }
}
