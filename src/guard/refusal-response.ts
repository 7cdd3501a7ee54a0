import type { Refusal } from "./refusal.js";

/** A refusal as a `Response`, without its body where the method is HEAD. */
export function refusalResponse({ status, headers, body }: Refusal, method?: string): Response {
  return new Response(method === "HEAD" ? null : JSON.stringify(body), { status, headers });
}
