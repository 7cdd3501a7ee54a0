import type { Dialect } from "./driver.js";
import { compileOnce, type Statement } from "./query.js";

/** Asks for the database's time in milliseconds. */
export function selectClock({ queries, clock }: Dialect): Statement<object, { now: number }> {
  return compileOnce(() => queries.selectNoFrom(clock.as("now")));
}

/** The time in the answer of {@link selectClock}. */
export function timeOf([row]: readonly { readonly now: number }[]): number {
  if (row === undefined) throw new Error("The database has no time.");
  return row.now;
}
