// Loaded before a server, with --expose-gc: on SIGUSR2 writes what it sees of itself to the file that VITALS_FILE names, by renaming.
import { renameSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const file = process.env.VITALS_FILE;
let turn = 0;

process.on("SIGUSR2", () => {
  const slowestMs = delay.max / 1e6;
  // Twice: what finalizers held is free after the second time.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  turn += 1;
  writeFileSync(`${file}.next`, JSON.stringify({ turn, heapMib: (heapUsed + external) / 2 ** 20, slowestMs }));
  renameSync(`${file}.next`, file);
  // The collection itself is no stall of the server.
  setImmediate(() => delay.reset());
});
