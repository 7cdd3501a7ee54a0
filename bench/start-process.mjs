import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";

/** A port of this machine that nobody listens on. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts `node` with arguments and waits until `path` answers 200. `startMs` is the time that took. */
export async function startProcess(args, { port, path, headers = {}, env = {} }) {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: "ignore", env: { ...process.env, ...env } });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The server ended with code ${child.exitCode}.`);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.status === 200) break;
    if (performance.now() - start > 20_000) throw new Error("The server did not start.");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return {
    port,
    startMs: performance.now() - start,
    /** Resident memory in MiB. */
    residentMib: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))[1]) / 1024,
    /** The processor time that it has taken, in milliseconds. */
    cpuMs() {
      const threads = readdirSync(`/proc/${child.pid}/task`);
      const times = threads.map((id) => readFileSync(`/proc/${child.pid}/task/${id}/schedstat`, "utf8").split(" ")[0]);
      return times.reduce((sum, nanoseconds) => sum + Number(nanoseconds), 0) / 1e6;
    },
    async stop() {
      child.kill("SIGTERM");
      const cut = setTimeout(() => child.kill("SIGKILL"), 12_000);
      await exited;
      clearTimeout(cut);
    },
  };
}
