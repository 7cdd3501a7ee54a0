import type { Query } from "./query.js";

/**
 * The statements of one transaction and what happens between them. An act yields queries and is handed their rows, so that a
 * driver may run it in one synchronous go or await each answer. It may run again from the start: it does nothing but ask.
 */
export type Act<Result> = Generator<Query<unknown>, Result, readonly unknown[]>;

/** Asks a query inside an act. */
export function* ask<Row>(query: Query<Row>): Act<readonly Row[]> {
  return (yield query) as readonly Row[];
}
