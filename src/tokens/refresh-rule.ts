/** What is known when a refresh token is presented: generations count from 0, ages and windows are in milliseconds. */
export interface RefreshFacts {
  /** The generation in the token. */
  readonly presented: number;
  /** The generation that the session is at. */
  readonly current: number;
  /** How long ago the session moved to its current generation, by the database's clock. */
  readonly ageMs: number;
  /** How long the direct predecessor is answered with the same successor again. */
  readonly graceMs: number;
}

/** `rotate` to the next generation, `reissue` the current one again, `replay` ends the session, `refuse` changes nothing. */
export type RefreshVerdict = "rotate" | "reissue" | "replay" | "refuse";

/**
 * The rule of refresh token rotation (RFC 9700 section 4.14.2): two tabs, a retry or a lost answer get the same successor and log nobody
 * out; a token older than that was used twice, and ends the session.
 */
export function refreshRule({ presented, current, ageMs, graceMs }: RefreshFacts): RefreshVerdict {
  if (presented === current) return "rotate";
  if (presented > current) return "refuse";
  // A negative age means that the clock was set back: nothing is known then, and a replay is the safe reading.
  return presented === current - 1 && ageMs >= 0 && ageMs < graceMs ? "reissue" : "replay";
}
