import { Worker, type WorkerOptions } from "node:worker_threads";
import { AuthError } from "../errors/auth-error.js";
import type { AnswerTo, PasswordJob } from "./password-job.js";

/** A worker thread that does its jobs one after another; it keeps the process alive only while it has one. */
export interface HashThread {
  /** Does the job. Rejects with `unavailable` where the thread dies of it, and with {@link NOT_BEGUN} where it dies of the one before. */
  run<Job extends PasswordJob>(job: Job): Promise<AnswerTo<Job>>;
  /** How many jobs it has. */
  load(): number;
  isAlive(): boolean;
  /** Ends the thread after the jobs that it has. */
  end(): Promise<void>;
}

/** What a job is rejected with that another thread may do. */
export const NOT_BEGUN: unique symbol = Symbol("not begun");

interface Asked {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (reason: unknown) => void;
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
  const asked: Asked[] = [];
  let alive = true;
  let last: Promise<unknown> = Promise.resolve();
  const die = (cause?: unknown) => {
    alive = false;
    const [begun, ...others] = asked.splice(0);
    begun?.reject(new AuthError("unavailable", { cause, retryAfter: 1 }));
    for (const { reject } of others) reject(NOT_BEGUN);
  };
  worker.on("error", die);
  worker.on("exit", () => die());
  // Answers come in the order of the jobs.
  worker.on("message", (answer) => {
    asked.shift()?.resolve(answer);
    if (asked.length === 0) worker.unref();
  });
  worker.unref();

  return {
    run<Job extends PasswordJob>(job: Job) {
      const answer = new Promise<AnswerTo<Job>>((resolve, reject) => {
        asked.push({ resolve: resolve as (answer: unknown) => void, reject });
        worker.ref();
        worker.postMessage(job);
      });
      last = answer;
      return answer;
    },
    load: () => asked.length,
    isAlive: () => alive,
    async end() {
      await Promise.allSettled([last]);
      await worker.terminate();
    },
  };
}
