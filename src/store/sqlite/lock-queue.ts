import { setImmediate, setTimeout } from "node:timers/promises";
import { AuthError } from "../../errors/auth-error.js";
import { isLocked } from "./sqlite-error.js";

/** How long work that waited in line may follow upon other such work before the event loop breathes, in milliseconds. */
const STRETCH = 5;

/** Runs synchronous work on a database; where another connection holds its lock, waits for it without stalling the event loop. */
export interface LockQueue {
  /** Runs work that seldom meets a lock, past whatever waits. */
  atOnce<Result>(work: () => Result): Promise<Result>;
  /** Runs work behind all that waits, so that one alone tries and first come is first served. */
  inTurn<Result>(work: () => Result): Promise<Result>;
  /** Settles when nothing waits any more. */
  idle(): Promise<void>;
}

/** Creates a queue whose work gives up after `limitMilliseconds` with an `AuthError` of code `unavailable`. */
export function createLockQueue(limitMilliseconds: number): LockQueue {
  let last = Promise.resolve();
  let waiting = 0;
  let breath = 0;

  async function atOnce<Result>(work: () => Result): Promise<Result> {
    const deadline = performance.now() + limitMilliseconds;
    const tried = attempt(work);
    return "result" in tried ? tried.result : untilUnlocked(work, deadline);
  }

  async function inTurn<Result>(work: () => Result): Promise<Result> {
    const deadline = performance.now() + limitMilliseconds;
    if (waiting === 0) {
      const tried = attempt(work);
      if ("result" in tried) return tried.result;
    }
    waiting += 1;
    const turn = last.then(() => untilUnlocked(work, deadline));
    last = turn.then(leave, leave);
    return turn;
  }

  function leave(): void {
    waiting -= 1;
  }

  async function untilUnlocked<Result>(work: () => Result, deadline: number): Promise<Result> {
    if (performance.now() - breath > STRETCH) {
      await setImmediate();
      breath = performance.now();
    }
    let cause: unknown = new Error("The writes before this one waited for a lock.");
    while (performance.now() < deadline) {
      const tried = attempt(work);
      if ("result" in tried) return tried.result;
      cause = tried.locked;
      // Random, so that processes which wait for one another fall out of step.
      await setTimeout(1 + Math.random() * 4);
    }
    throw new AuthError("unavailable", { cause, retryAfter: 1 });
  }

  return { atOnce, inTurn, idle: () => last };
}

function attempt<Result>(work: () => Result): { result: Result } | { locked: unknown } {
  try {
    return { result: work() };
  } catch (thrown) {
    if (isLocked(thrown)) return { locked: thrown };
    throw thrown;
  }
}
