import { setTimeout } from "node:timers/promises";
import { AuthError } from "../../errors/auth-error.js";
import { isLocked } from "./sqlite-error.js";

/**
 * Runs synchronous work on a database; where another connection holds its lock, tries again without stalling the event loop. Tries at least
 * once, and gives up at the deadline, which is in the time of `performance.now()`, with an `AuthError` of code `unavailable`.
 */
export async function untilUnlocked<Result>(work: () => Result, deadline: number): Promise<Result> {
  for (;;) {
    try {
      return work();
    } catch (thrown) {
      if (!isLocked(thrown)) throw thrown;
      if (performance.now() >= deadline) throw new AuthError("unavailable", { cause: thrown, retryAfter: 1 });
    }
    // Random, so that processes which wait for one another fall out of step.
    await setTimeout(1 + Math.random() * 4);
  }
}
