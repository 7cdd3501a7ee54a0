import { watchStatements } from "./statements.mjs";

/** What SQLite says, as `node:sqlite` throws it. */
function sqliteError(errcode: number, message: string): () => Error {
  return () => Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR", errcode });
}

/** How a statement fails: in a way that SQLite knows, or in one that nobody has thought of. */
export const FAILURES = {
  busy: sqliteError(5, "database is locked"),
  full: sqliteError(13, "database or disk is full"),
  io: sqliteError(10, "disk I/O error"),
  plain: () => new Error("select the nerve of the machine is cut"),
} as const;

/**
 * A statement fails: the one of that number, counted from 1, before it runs or after it has run, so that only its answer is lost. A `lasting`
 * fault goes on with all that follow.
 */
export interface Fault {
  readonly at: number;
  readonly when: "before" | "after";
  readonly failure: keyof typeof FAILURES;
  readonly lasting?: boolean;
}

/** What became of an act under a fault: which statements it came to, and whether the fault was met. */
export interface Faulted<Result> {
  readonly result: Result;
  readonly statements: readonly string[];
  readonly isMet: boolean;
}

// SQLite takes back without the disk: this is the one thing that does not fail with it.
const TAKES_BACK = /^(rollback|release)/;

/** Does an act while a statement fails, or, without a fault, only counts; `onCommit` hears of each transaction that is kept. */
export async function underFault<Result>(
  fault: Fault | undefined,
  act: () => Promise<Result>,
  onCommit: () => void = () => {},
): Promise<Faulted<Result>> {
  const statements: string[] = [];
  let isMet = false;
  const meet = (sql: string, when: Fault["when"]) => {
    if (fault === undefined || fault.when !== when) return;
    const isHere = statements.length === fault.at || (isMet && fault.lasting === true && !TAKES_BACK.test(sql));
    if (!isHere) return;
    isMet = true;
    throw FAILURES[fault.failure]();
  };
  watchStatements({
    before(sql) {
      statements.push(sql);
      meet(sql, "before");
    },
    after(sql) {
      if (sql === "commit") onCommit();
      meet(sql, "after");
    },
  });
  try {
    return { result: await act(), statements, isMet };
  } finally {
    watchStatements();
  }
}
