import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { EXAMPLES } from "./run-example.js";

/** An example that was started by its name. */
export interface Started {
  readonly port: number;
  readonly said: () => string;
  /** Asks the process that was started to end, and that one alone; answers its exit code. */
  readonly stop: () => Promise<number | null>;
  /** Whether any process that it started is still there. */
  readonly isAlive: () => boolean;
}

/** What `npm run example -- NAME` runs once all is built. */
export async function startNamed(name: string, settings: Readonly<Record<string, string>>): Promise<Started> {
  const child = spawn(process.execPath, [join(EXAMPLES, "../.ci/example.mjs"), name], {
    env: { PATH: process.env.PATH, PORT: "0", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, which can be asked for what is left of it.
    detached: true,
  });
  const ended = once(child, "exit");
  let said = "";
  const port = await new Promise<number>((found, failed) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        const listening = /^\S+ listens on http:\/\/127\.0\.0\.1:(\d+)$/m.exec(said);
        if (listening !== null) found(Number(listening[1]));
      });
    child.on("exit", (code) => failed(new Error(`It ended with ${code}: ${said}`)));
  });
  return {
    port,
    said: () => said,
    async stop() {
      child.kill("SIGTERM");
      return (await ended)[0];
    },
    isAlive() {
      try {
        return process.kill(-(child.pid as number), 0);
      } catch {
        return false;
      }
    },
  };
}
