import type { Act } from "../sql/act.js";
import { plain, type Query } from "../sql/query.js";
import type { Outcome } from "./group-commit.js";

/** Runs one statement on the connection. */
export type Run = <Row>(query: Query<Row>) => readonly Row[];

const BEGIN = plain("begin immediate");
const COMMIT = plain("commit");
const ROLLBACK = plain("rollback");
const SAVE = plain("savepoint act");
const TAKE_BACK = plain("rollback to act");
const RELEASE = plain("release act");

/**
 * Runs acts in one transaction, in one synchronous go: an act that throws is taken back for itself. Throws where the transaction cannot
 * begin or be committed, and then takes all of it back; `onDoubt` hears of a failed commit, which may have been kept all the same.
 */
export function runBatch(
  run: Run,
  batch: readonly (() => Act<unknown>)[],
  onDoubt: () => void = () => {},
): readonly Outcome[] {
  let isCommitting = false;
  try {
    run(BEGIN);
    const outcomes = batch.map((act) => runAct(run, act));
    isCommitting = true;
    run(COMMIT);
    return outcomes;
  } catch (thrown) {
    if (isCommitting) onDoubt();
    // Also where it was the beginning that failed: whatever is open now would keep every later transaction from beginning.
    succeeds(run, ROLLBACK);
    throw thrown;
  }
}

function runAct(run: Run, start: () => Act<unknown>): Outcome {
  run(SAVE);
  try {
    const act = start();
    let step = act.next();
    while (step.done !== true) step = act.next(run(step.value));
    run(RELEASE);
    return { result: step.value };
  } catch (thrown) {
    // On a full disk SQLite has rolled back everything by itself: there is nothing to return to.
    if (!succeeds(run, TAKE_BACK, RELEASE)) throw thrown;
    return { thrown };
  }
}

function succeeds(run: Run, ...queries: readonly Query<unknown>[]): boolean {
  try {
    for (const query of queries) run(query);
    return true;
  } catch {
    // The error before this one is the one that tells.
    return false;
  }
}
