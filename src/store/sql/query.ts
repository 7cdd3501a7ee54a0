import type { Compilable } from "kysely";

/** SQL with its values in place; `Row` is what it answers with. */
export interface Query<Row> {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Never there: it only carries the type. */
  readonly row?: Row;
}

/** A query that takes no values. */
export function plain<Row>(sql: string): Query<Row> {
  return { sql, parameters: [] };
}

/** A query that was built once and takes its values at each run. */
export type Statement<Values, Row> = (values: Values) => Query<Row>;

class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Builds and compiles a query once, because building costs several times what running does. While it is built, every value is
 * a slot that stands for the value of that name.
 */
export function compileOnce<Values extends object, Row>(
  build: (values: Values) => Compilable<Row>,
): Statement<Values, Row> {
  const slots = new Proxy({}, { get: (_target, name) => new Slot(String(name)) });
  const { sql, parameters } = build(slots as Values).compile();
  return (values) => ({
    sql,
    parameters: parameters.map((each) => (each instanceof Slot ? values[each.name as keyof Values] : each)),
  });
}
