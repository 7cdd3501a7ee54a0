import type { LimitRule } from "./limit-rule.js";
import type { SprayRule } from "./spray-watch.js";

/** The name of a tier, as it stands in the log. */
export type TierName = "pair" | "account" | "network" | "known_network" | "sign_up" | "refresh";

const HOUR = 3600;

/** What is counted, and how much of it is let through. Those of a network are buckets: once full, they let one through for each that leaks. */
export const TIERS: Readonly<Record<TierName, LimitRule>> = {
  /** One account from one network. */
  pair: { free: 10, leakSeconds: HOUR, firstSeconds: 1, mostSeconds: HOUR / 2 },
  /** One account from all networks that it did not log in from lately. */
  account: { free: 30, leakSeconds: HOUR, firstSeconds: 1, mostSeconds: HOUR },
  /** One network, all accounts that did not log in from there lately. */
  network: { free: 100, leakSeconds: 10, firstSeconds: 10, mostSeconds: 10 },
  /** One network, all accounts that did: whoever guesses names there cannot keep them out. */
  known_network: { free: 100, leakSeconds: 10, firstSeconds: 10, mostSeconds: 10 },
  /** One network, sign-ups that were refused. */
  sign_up: { free: 50, leakSeconds: 10, firstSeconds: 10, mostSeconds: 10 },
  /** One network, refresh tokens that were refused. */
  refresh: { free: 1000, leakSeconds: 1, firstSeconds: 1, mostSeconds: 1 },
};

/** What of all failed log-ins together is told to the log. It refuses nobody: each alone is below every tier. */
export const SPRAY: SprayRule = { accounts: 100, ofOneNetwork: 10, share: 1 / 4, seconds: 600, most: 10_000 };

/** A tier for one account, one network, or both; the key is what it is stored under. */
export interface Counter {
  readonly tier: TierName;
  readonly key: string;
}
