import { isAuthError } from "../errors/auth-error.js";
import type { Store } from "../store/store.js";
import type { Revocations } from "../tokens/index.js";
import { revocationOf } from "./end-session.js";

const EVERY_MS = 100;

/** Keeps the live set level with the database. */
export interface Follower {
  stop(): void;
}

/**
 * Reads every revocation there is, then those that other processes write, within a tenth of a second of their commit. A database that cannot
 * answer is asked again; what is known stays in force meanwhile.
 */
export async function followRevocations(
  store: Pick<Store, "changes" | "revocations">,
  live: Revocations,
): Promise<Follower> {
  let seen = 0;
  const read = async () => {
    for (const row of await store.revocations.since(seen)) {
      live.add(revocationOf(row));
      seen = row.seq;
    }
  };
  let changes = store.changes();
  await read();
  let reading = false;

  const look = async () => {
    if (reading) return;
    reading = true;
    try {
      const present = store.changes();
      if (present === changes) return;
      await read();
      changes = present;
    } catch (error) {
      if (!isAuthError(error)) throw error;
    } finally {
      reading = false;
    }
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
