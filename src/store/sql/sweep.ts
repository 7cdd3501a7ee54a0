import type { Driver } from "./driver.js";
import type { Statement } from "./query.js";

/** How many rows a statement for {@link sweep} deletes at most: so many at once that other writes need not wait for the rest. */
export const SWEPT_AT_ONCE = 1000;

/** Runs a statement that deletes what is past, a piece at a time, until nothing is left of it; answers how many rows went. */
export async function sweep(driver: Driver, deletePiece: Statement<object, unknown>): Promise<number> {
  let swept = 0;
  for (;;) {
    const deleted = await driver.write(deletePiece({}));
    swept += deleted.length;
    if (deleted.length < SWEPT_AT_ONCE) return swept;
  }
}
