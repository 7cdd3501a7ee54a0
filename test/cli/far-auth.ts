import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "./run-server.js";

const AUTH_PROCESS = fileURLToPath(new URL("auth-process.mjs", import.meta.url));

/** An auth in another process. */
export interface Far {
  readonly child: ChildProcess;
  /** What the method answers; throws an `Error` whose message is the code of what it threw, `gone` where the process ended before. */
  call<Value = null>(method: string, ...given: readonly unknown[]): Promise<Value>;
}

interface Answer {
  readonly call: number;
  readonly value?: unknown;
  readonly code?: string;
}

/** Opens an auth in a process of its own, on a database and for a url. It ends with this process, or when it is killed. */
export async function openFar(database: string, url: string): Promise<Far> {
  const child = fork(AUTH_PROCESS, [database, url], { env: bareEnvironment() });
  const waiting = new Map<number, (answer: Answer) => void>();
  const answer = (given: Answer) => {
    waiting.get(given.call)?.(given);
    waiting.delete(given.call);
  };
  let calls = 0;
  await Promise.race([once(child, "message"), once(child, "exit").then(() => Promise.reject(new Error("gone")))]);
  child.on("message", answer);
  child.once("disconnect", () => {
    for (const call of [...waiting.keys()]) answer({ call, code: "gone" });
  });
  return {
    child,
    async call(method, ...given) {
      if (!child.connected) throw new Error("gone");
      const call = calls++;
      const answered = new Promise<Answer>((resolve) => waiting.set(call, resolve));
      child.send({ call, method, given }, (error) => error !== null && answer({ call, code: "gone" }));
      const { value, code } = await answered;
      if (code !== undefined) throw new Error(code);
      return value as never;
    },
  };
}
