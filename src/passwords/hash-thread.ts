import { once } from "node:events";
import { Worker, type WorkerOptions } from "node:worker_threads";
import { AuthError } from "../errors/auth-error.js";
import type { AnswerTo, PasswordJob } from "./password-job.js";

/** A worker thread that does one job at a time; it keeps the process alive only while it has one. */
export interface HashThread {
  /** Does the job, or rejects with `unavailable` where the thread dies of it. */
  run<Job extends PasswordJob>(job: Job): Promise<AnswerTo<Job>>;
  isAlive(): boolean;
  /** Ends the thread after the job that it has. */
  end(): Promise<void>;
}

const OPTIONS: WorkerOptions = {
  // The options of the process may hold loaders or an --input-type, which are not meant for this file.
  execArgv: [],
  // A thread needs 4 MB of JavaScript; where V8 knows that it will stay small, it takes 1 MB less while it is idle.
  resourceLimits: { maxOldGenerationSizeMb: 32 },
};

/** Starts a thread; jobs may be given to it at once. */
export function startHashThread(): HashThread {
  const worker = new Worker(new URL("./hash-worker.js", import.meta.url), OPTIONS);
  const gone = new AbortController();
  worker.on("error", (error) => gone.abort(error));
  worker.on("exit", () => gone.abort());
  worker.unref();
  let current: Promise<unknown> | undefined;

  async function ask(job: PasswordJob): Promise<unknown> {
    worker.ref();
    try {
      worker.postMessage(job);
      const [answer] = await once(worker, "message", { signal: gone.signal });
      return answer;
    } catch (cause) {
      throw new AuthError("unavailable", { cause, retryAfter: 1 });
    } finally {
      worker.unref();
    }
  }

  return {
    run<Job extends PasswordJob>(job: Job) {
      current = ask(job);
      return current as Promise<AnswerTo<Job>>;
    },
    isAlive: () => !gone.signal.aborted,
    async end() {
      await Promise.allSettled([current]);
      await worker.terminate();
    },
  };
}
