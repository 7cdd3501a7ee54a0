import type { Sent } from "../adapters/ask-server.js";

/** The routes of the tour that want a token, by method. */
export const GUARDED: readonly (readonly [method: string, path: string])[] = [
  ["GET", "/protected"],
  ["POST", "/protected"],
  ["GET", "/fresh"],
  ["GET", "/optional"],
  ["GET", "/any"],
  ["GET", "/skip"],
  ["GET", "/only_headers"],
  ["GET", "/whoami"],
  ["GET", "/admin"],
  ["GET", "/implicit"],
  ["POST", "/refresh"],
  ["POST", "/cookie/refresh"],
  ["DELETE", "/logout"],
];

/** A request of the comparison. */
export interface Ask extends Sent {
  readonly path: string;
}
