import { createHmac } from "node:crypto";
import type { Counter, TierName } from "./tiers.js";

/** Whose attempts a counter counts: an account, a network, or both. */
export interface Counted {
  readonly account?: string | undefined;
  readonly network?: string | undefined;
}

/**
 * The counter of a tier. Its key is an HMAC-SHA-256 over all that is counted, because people type passwords into the field of the name, and a
 * copy of the database must not tell who tried from where.
 */
export function counterOf(tier: TierName, { account, network }: Counted, secret: Uint8Array): Counter {
  const counted = JSON.stringify(["latchkey attempts", tier, account ?? null, network ?? null]);
  return { tier, key: createHmac("sha256", secret).update(counted).digest("base64url") };
}
