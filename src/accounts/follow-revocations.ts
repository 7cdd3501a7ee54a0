import { isAuthError } from "../errors/auth-error.js";
import type { Store } from "../store/store.js";
import type { Revocations } from "../tokens/index.js";
import type { LogEvent } from "./account-parts.js";
import { revocationOf } from "./end-session.js";

const LOOK_MS = 100;
const SWEEP_MS = 60_000;

/** Keeps the live set level with the database. */
export interface Follower {
  /** Reads what was written since the last reading, now. */
  catchUp(): Promise<void>;
  stop(): void;
}

/** What a follower stands between, and where it tells what went wrong. */
export interface FollowerParts {
  readonly store: Pick<Store, "changes" | "revocations" | "sessions">;
  readonly live: Revocations;
  readonly log: (event: LogEvent) => void;
}

/**
 * Reads every revocation there is, then those that other processes write, within a tenth of a second of their commit; once a minute both sides
 * forget what has passed. A database that cannot answer is asked again; what is known stays in force meanwhile.
 */
export async function followRevocations({ store, live, log }: FollowerParts): Promise<Follower> {
  let seen = 0;
  const catchUp = async () => {
    for (const row of await store.revocations.since(seen)) {
      live.add(revocationOf(row));
      seen = Math.max(seen, row.seq);
    }
  };
  await store.revocations.forgetPast();
  let changes = store.changes();
  await catchUp();

  const look = async () => {
    const present = store.changes();
    if (present === changes) return;
    await catchUp();
    changes = present;
  };
  const sweep = async () => {
    live.forgetPast();
    await store.revocations.forgetPast();
    await store.sessions.forgetPast();
  };
  const tell = (event: string) => (error: unknown) =>
    log({ event, error: isAuthError(error) ? error.code : String(error) });
  const timers = [
    repeat(look, LOOK_MS, tell("revocations.behind")),
    repeat(sweep, SWEEP_MS, tell("revocations.unswept")),
  ];
  return { catchUp, stop: () => timers.forEach((timer) => void clearInterval(timer)) };
}

/** Runs a task again and again, one at a time; the first failure of a row of them is told. */
function repeat(task: () => Promise<unknown>, everyMs: number, tell: (error: unknown) => void): NodeJS.Timeout {
  let running = false;
  let failing = false;
  const turn = async () => {
    if (running) return;
    running = true;
    try {
      await task();
      failing = false;
    } catch (error) {
      if (!failing) tell(error);
      failing = true;
    } finally {
      running = false;
    }
  };
  const timer = setInterval(() => void turn(), everyMs);
  return timer.unref();
}
