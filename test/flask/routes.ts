import type { Sent } from "../adapters/ask-server.js";

/** A request of the comparison. */
export interface Ask extends Sent {
  readonly path: string;
}

/** Requests by a name that says what is odd in each. */
export type Asks = Readonly<Record<string, Ask>>;

/** The routes of the tour that want a token, each with one method. Where a token is taken back, what is asked after that is refused: it comes last. */
export const GUARDED: readonly string[] = [
  "GET /protected",
  "POST /protected",
  "HEAD /protected",
  "GET /fresh",
  "GET /optional",
  "GET /any",
  "GET /skip",
  "GET /only_headers",
  "GET /whoami",
  "GET /admin",
  "GET /implicit",
  "POST /refresh",
  "POST /cookie/refresh",
  "DELETE /logout",
];

/** What is asked with a token that was taken back. */
export const AFTER_LOGOUT: readonly string[] = [
  "GET /protected",
  "GET /fresh",
  "GET /optional",
  "GET /any",
  "GET /skip",
  "POST /refresh",
  "DELETE /logout",
  "OPTIONS /protected",
];
