import type { ClientSettings } from "./client-options.js";

/** The address of the page, by which a relative URL goes; on a server that of its origin. */
export function pageOf({ origin, url }: ClientSettings): URL {
  return new URL(globalThis.location?.href ?? origin ?? url);
}
