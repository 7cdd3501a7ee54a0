import { AuthError } from "../errors/auth-error.js";
import { type HashThread, startHashThread } from "./hash-thread.js";
import type { AnswerTo, PasswordJob } from "./password-job.js";

/** Threads that share one queue of jobs. */
export interface HashPool {
  /** Does the job in its turn; `unavailable` where too many wait, the thread dies, or the pool is closed. */
  run<Job extends PasswordJob>(job: Job): Promise<AnswerTo<Job>>;
  /** Finishes what runs, refuses what waits, and ends the threads. */
  close(): Promise<void>;
}

/** How many threads at most, and how many jobs may wait for one. */
export interface HashPoolSize {
  readonly workers: number;
  readonly queue: number;
}

interface Turn {
  begin(): void;
  refuse(refusal: AuthError): void;
}

/** Makes a pool. One thread starts now, so that the first log-in need not wait for it; the others when needed. */
export function createHashPool({ workers, queue }: HashPoolSize): HashPool {
  const idle: HashThread[] = [startHashThread()];
  const busy = new Set<HashThread>();
  const waiting: Turn[] = [];
  let closed = false;

  async function work<Job extends PasswordJob>(job: Job): Promise<AnswerTo<Job>> {
    const last = idle.pop();
    const thread = last?.isAlive() ? last : startHashThread();
    busy.add(thread);
    return thread.run(job).finally(() => giveBack(thread));
  }

  function giveBack(thread: HashThread): void {
    busy.delete(thread);
    if (thread.isAlive()) idle.push(thread);
    waiting.shift()?.begin();
  }

  return {
    async run(job) {
      if (closed) throw unavailable();
      if (busy.size < workers) return work(job);
      if (waiting.length >= queue) throw unavailable();
      return new Promise((resolve, reject) => waiting.push({ begin: () => resolve(work(job)), refuse: reject }));
    },
    async close() {
      closed = true;
      for (const turn of waiting.splice(0)) turn.refuse(unavailable());
      await Promise.all([...busy, ...idle].map((thread) => thread.end()));
    },
  };
}

// A queue of the usual length is done within a second.
function unavailable(): AuthError {
  return new AuthError("unavailable", { retryAfter: 1 });
}
