import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type Server, signUp } from "../cli/run-server.js";

/** What a process takes of its machine, as /proc tells. */
export interface Vitals {
  readonly residentMib: number;
  readonly descriptors: number;
}

/** Whether this machine can tell. */
export const canTell: boolean = process.platform === "linux";

/** The vitals of a server at this moment. */
export function vitalsOf({ child }: Pick<Server, "child">): Vitals {
  return { residentMib: statusOf(child.pid, "VmRSS"), descriptors: readdirSync(`/proc/${child.pid}/fd`).length };
}

/** The most memory that a server has held since {@link forgetPeak}. */
export function peakMib({ child }: Pick<Server, "child">): number {
  return statusOf(child.pid, "VmHWM");
}

/** From now on only what comes counts for the peak. */
export function forgetPeak({ child }: Pick<Server, "child">): void {
  writeFileSync(`/proc/${child.pid}/clear_refs`, "5");
}

function statusOf(pid: number | undefined, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}

/** Makes accounts until every hash thread of a server has worked: each is started when it is first needed, and has descriptors of its own. */
export async function startHashThreads(server: Server): Promise<void> {
  await Promise.all(Array.from({ length: 3 * availableParallelism() }, (_, index) => signUp(server, `early-${index}`)));
}

/** The events of a server by their names, with how many there were. Throws for a line of standard error that is none. */
export function eventCounts(server: Pick<Server, "stderr">): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const line of server.stderr().split("\n").slice(0, -1)) {
    if (!line.startsWith('{"time":"')) throw new Error(`This is no event: ${line.slice(0, 500)}`);
    const { event } = JSON.parse(line) as { readonly event: string };
    counts[event] = (counts[event] ?? 0) + 1;
  }
  return counts;
}

/** Waits until a server has closed what it need not hold any more. */
export async function untilDescriptors(server: Pick<Server, "child">, most: number, limitMs = 20_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (vitalsOf(server).descriptors > most) {
    if (performance.now() > deadline)
      throw new Error(`${vitalsOf(server).descriptors} descriptors are open, and ${most} were.`);
    await sleep(50);
  }
}
