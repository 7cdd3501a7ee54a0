import { setImmediate } from "node:timers/promises";

/** What one piece of work came to inside a batch. */
export type Outcome = { readonly result: unknown } | { readonly thrown: unknown };

/** Puts work that arrives together into one transaction, because the commit, which waits for the disk, is what costs. */
export interface GroupCommit<Work> {
  /** Settles as the work's outcome says once the batch is committed; rejects where the batch could not be. */
  add(work: Work): Promise<unknown>;
  /** Settles when nothing waits any more. */
  idle(): Promise<void>;
}

interface Waiting<Work> {
  readonly work: Work;
  readonly since: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (thrown: unknown) => void;
}

// What one transaction may hold: it must not keep other processes, or this one's event loop, for long.
const MOST = 128;

/**
 * Creates a queue over what commits a batch: first come, first served, one batch at a time. `commit` is told since when, by
 * `performance.now()`, the first of them has waited.
 */
export function createGroupCommit<Work>(
  commit: (batch: readonly Work[], since: number) => Promise<readonly Outcome[]>,
): GroupCommit<Work> {
  const waiting: Waiting<Work>[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      // A turn of the event loop, in which all requests that have arrived come to their writes.
      await setImmediate();
      await commitBatch(waiting.splice(0, MOST));
    }
    running = undefined;
  }

  async function commitBatch(batch: readonly Waiting<Work>[]): Promise<void> {
    try {
      const since = batch[0]?.since ?? 0;
      const outcomes = await commit(
        batch.map(({ work }) => work),
        since,
      );
      for (const [index, outcome] of outcomes.entries()) settle(batch[index], outcome);
    } catch (thrown) {
      for (const { reject } of batch) reject(thrown);
    }
  }

  return {
    add: (work) =>
      new Promise((resolve, reject) => {
        waiting.push({ work, since: performance.now(), resolve, reject });
        running ??= run();
      }),
    idle: async () => running,
  };
}

function settle<Work>(waiting: Waiting<Work> | undefined, outcome: Outcome): void {
  if ("result" in outcome) waiting?.resolve(outcome.result);
  else waiting?.reject(outcome.thrown);
}
