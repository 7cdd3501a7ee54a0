import { AuthError } from "../errors/auth-error.js";
import { createFairQueue } from "./fair-queue.js";
import { type HashThread, NOT_BEGUN, startHashThread } from "./hash-thread.js";
import type { AnswerTo, PasswordJob } from "./password-job.js";

/** Threads that share one queue of jobs. */
export interface HashPool {
  /** Does the job in its turn, one asker's after the other's; `unavailable` where too many wait, the thread dies, or the pool is closed. */
  run<Job extends PasswordJob>(job: Job, asker: string): Promise<AnswerTo<Job>>;
  /** Throws `unavailable` where a job of this asker would be refused at this moment. */
  requireRoom(asker: string): void;
  /** Finishes what the threads have, refuses what waits, and ends them. */
  close(): Promise<void>;
}

/** How many threads at most, and how many jobs may wait for one. */
export interface HashPoolSize {
  readonly workers: number;
  readonly queue: number;
}

interface Turn {
  begin(thread: HashThread): void;
  refuse(refusal: AuthError): void;
}

// A thread has its next job ready and need not wait until the event loop has time to hand it one.
const READY = 2;

/** Makes a pool. One thread starts now, so that the first log-in need not wait for it; the others when needed. */
export function createHashPool({ workers, queue }: HashPoolSize): HashPool {
  let threads: readonly HashThread[] = [startHashThread()];
  const waiting = createFairQueue<Turn>();
  let outstanding = 0;
  let closed = false;

  function findThread(): HashThread | undefined {
    threads = threads.filter((thread) => thread.isAlive());
    const [least] = [...threads].sort((one, other) => one.load() - other.load());
    if (least?.load() === 0) return least;
    if (threads.length === workers) return least !== undefined && least.load() < READY ? least : undefined;
    const started = startHashThread();
    threads = [...threads, started];
    return started;
  }

  async function work<Job extends PasswordJob>(job: Job, asker: string, thread: HashThread): Promise<AnswerTo<Job>> {
    try {
      return await thread.run(job);
    } catch (error) {
      if (error === NOT_BEGUN) return inTurn(job, asker);
      throw error;
    } finally {
      begin();
    }
  }

  function begin(): void {
    const thread = waiting.isEmpty() ? undefined : findThread();
    if (thread !== undefined) waiting.shift()?.begin(thread);
  }

  async function inTurn<Job extends PasswordJob>(job: Job, asker: string): Promise<AnswerTo<Job>> {
    const thread = findThread();
    if (thread !== undefined) return work(job, asker, thread);
    return new Promise((resolve, reject) => {
      waiting.push(asker, { begin: (free) => resolve(work(job, asker, free)), refuse: reject });
    });
  }

  const isFull = () => outstanding >= workers + queue;

  function requireRoom(asker: string): void {
    if (closed || (isFull() && !waiting.canMakeRoomFor(asker))) throw unavailable();
  }

  return {
    requireRoom,
    async run(job, asker) {
      requireRoom(asker);
      // Whoever asks for the most has the last of it refused, so that a queue full of one asker's jobs keeps nobody else out.
      if (isFull()) waiting.makeRoomFor(asker)?.refuse(unavailable());
      outstanding += 1;
      return inTurn(job, asker).finally(() => {
        outstanding -= 1;
      });
    },
    async close() {
      closed = true;
      for (const turn of waiting.empty()) turn.refuse(unavailable());
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}

// A queue of the usual length is done within a second.
function unavailable(): AuthError {
  return new AuthError("unavailable", { retryAfter: 1 });
}
