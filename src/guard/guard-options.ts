import type { RouteOptions } from "./route-options.js";

/** The options of `requireToken`: what the route wants, and who answers refusals. */
export interface GuardOptions<OnRefused> extends RouteOptions {
  /** Answers a refusal instead of the guard. */
  readonly onRefused?: OnRefused;
}

/** Divides what the guard reads of the options from what the adapter does. A `TypeError` where `onRefused` is no function. */
export function splitGuardOptions<OnRefused>(options: GuardOptions<OnRefused>): {
  readonly onRefused: OnRefused | undefined;
  readonly route: RouteOptions;
} {
  if (typeof options !== "object" || options === null) throw new TypeError("requireToken takes an object of options.");
  const { onRefused, ...route } = options;
  if (onRefused !== undefined && typeof onRefused !== "function") throw new TypeError("onRefused must be a function.");
  return { onRefused, route };
}
