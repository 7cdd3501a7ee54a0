import { requireKnownOptions } from "../tokens/known-options.js";

/** Throws a `TypeError` for an option that no guard has: a wish that nobody reads would leave a route open. */
export function requireGuardOptions(options: object): void {
  requireKnownOptions(options, "requireToken", ["onRefused"]);
}
