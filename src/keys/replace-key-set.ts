import { AuthError } from "../errors/auth-error.js";
import type { KeyRow, KeyTerms, Store } from "../store/store.js";

/** The set that shall be in the place of another. */
export interface KeyChange extends KeyTerms {
  readonly rows: readonly KeyRow[];
}

// Every turn means that another process has changed the set meanwhile, or kept the database, which happens a few times in a year.
const TURNS = 20;

/**
 * Puts what is planned of the key set in its place; where somebody else was faster, the plan is made anew of what they left. Answers the rows
 * that are there now, `undefined` where the plan wants nothing.
 */
export async function replaceKeySet(
  { keys }: Pick<Store, "keys">,
  plan: (rows: readonly KeyRow[]) => Promise<KeyChange | undefined>,
): Promise<readonly KeyRow[] | undefined> {
  for (let turn = 0; turn < TURNS; turn++) {
    const rows = await keys.list();
    const change = await plan(rows);
    if (change === undefined) return undefined;
    if (await keys.replace(rows, change.rows, change)) return change.rows;
  }
  throw new AuthError("unavailable", { cause: new Error("Other processes changed the keys all the time.") });
}
