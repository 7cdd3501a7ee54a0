import { AuthError } from "../errors/auth-error.js";
import { TIERS } from "./tiers.js";

/** Lets as many attempts of one kind be under way as may fail in a row; the next ones wait until it is known what became of those. */
export interface WaitingLine {
  /** Does the act in its turn. Throws `rate_limited` where too many wait. */
  run<Result>(key: string, act: () => Promise<Result>): Promise<Result>;
}

interface Line {
  underWay: number;
  readonly waiting: (() => void)[];
}

// Whoever waits is a connection and a body in memory.
const MOST_WAITING = 1000;

/**
 * Makes a line for log-ins. Every attempt is charged before its password is checked, so without it many right log-ins at once would be
 * refused for failures that they are not.
 */
export function createWaitingLine(): WaitingLine {
  const lines = new Map<string, Line>();
  let waiting = 0;

  async function enter(line: Line): Promise<void> {
    if (line.underWay < TIERS.pair.free) {
      line.underWay += 1;
      return;
    }
    if (waiting >= MOST_WAITING) throw new AuthError("rate_limited", { retryAfter: 1 });
    waiting += 1;
    await new Promise<void>((resolve) => line.waiting.push(resolve));
    waiting -= 1;
  }

  function leave(key: string, line: Line): void {
    const next = line.waiting.shift();
    if (next === undefined) line.underWay -= 1;
    else next();
    if (line.underWay === 0) lines.delete(key);
  }

  return {
    async run(key, act) {
      const line = lines.get(key) ?? { underWay: 0, waiting: [] };
      lines.set(key, line);
      await enter(line);
      try {
        return await act();
      } finally {
        leave(key, line);
      }
    },
  };
}
