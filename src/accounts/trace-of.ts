import type { Caller } from "./account-parts.js";

/** What an event tells of the request that it comes from. */
export function traceOf({ address, requestId: request }: Caller): Record<"address" | "request", string | undefined> {
  return { address, request };
}
