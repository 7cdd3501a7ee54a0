import { requireKnownOptions } from "../tokens/known-options.js";
import { ROUTE_OPTIONS, type RouteOptions } from "./route-options.js";

/** The options of `requireToken`: what the route wants, and who answers refusals. */
export interface GuardOptions<OnRefused> extends RouteOptions {
  /** Answers a refusal instead of the guard. */
  readonly onRefused?: OnRefused;
}

/** Divides what the guard reads of the options from what the adapter does. A `TypeError` for an option that there is not, or where `onRefused` is no function. */
export function splitGuardOptions<OnRefused>(options: GuardOptions<OnRefused>): {
  readonly onRefused: OnRefused | undefined;
  readonly route: RouteOptions;
} {
  requireKnownOptions(options, "requireToken", [...ROUTE_OPTIONS, "onRefused"]);
  const { onRefused, ...route } = options;
  if (onRefused !== undefined && typeof onRefused !== "function") throw new TypeError("onRefused must be a function.");
  return { onRefused, route };
}
