import { isAuthError } from "../errors/auth-error.js";
import type { KeyRing } from "../keys/open-key-ring.js";
import type { Limits } from "../limits/create-limits.js";
import type { Store } from "../store/store.js";
import type { Revocations } from "../tokens/index.js";
import type { LogEvent } from "./account-parts.js";
import { revocationOf } from "./end-session.js";
import type { UserViews } from "./user-views.js";

const LOOK_MS = 100;
const SWEEP_MS = 60_000;

/** Keeps what is in memory level with the database. */
export interface Follower {
  /** Reads the revocations that were written since the last reading, now. */
  catchUp(): Promise<void>;
  /** Reads revocations and keys where another process has committed since the last look; else it costs next to nothing. */
  look(): Promise<void>;
  /** Resolves when nothing of it runs any more: from then on the store can be closed. */
  stop(): Promise<void>;
}

/** What a follower stands between, and where it tells what went wrong. */
export interface FollowerParts {
  readonly store: Pick<Store, "changes" | "revocations" | "sessions">;
  readonly live: Revocations;
  readonly keys: Pick<KeyRing, "reload" | "tend">;
  readonly limits: Pick<Limits, "forgetPast">;
  readonly userViews: Pick<UserViews, "forget">;
  /** In milliseconds. */
  readonly now: () => number;
  readonly log: (event: LogEvent) => void;
}

/**
 * Reads every revocation there is, then those that other processes write, and their keys, within a tenth of a second of their commit; once a
 * minute both sides forget what has passed. A database that cannot answer is asked again; what is known stays in force meanwhile.
 */
export async function followStore({
  store,
  live,
  keys,
  limits,
  userViews,
  now,
  log,
}: FollowerParts): Promise<Follower> {
  let seen = 0;
  const catchUp = async () => {
    for (const row of await store.revocations.since(seen)) {
      live.add(revocationOf(row));
      seen = Math.max(seen, row.seq);
    }
  };
  await store.revocations.forgetPast();
  let changes = store.changes();
  let lookedAt = now();
  await catchUp();
  await keys.reload();

  const look = async () => {
    const time = now();
    // By a clock that was ahead a key may be gone whose tokens still live.
    if (time < lookedAt) await keys.reload();
    lookedAt = time;
    const present = store.changes();
    if (present === changes) return;
    userViews.forget();
    // First what is taken back: a key that was revoked is refused before its successor is known.
    await catchUp();
    await keys.reload();
    changes = present;
  };
  const sweep = async () => {
    live.forgetPast();
    await store.revocations.forgetPast();
    await store.sessions.forgetPast();
    await limits.forgetPast();
  };
  const tell = (event: string) => (error: unknown) =>
    log({ event, error: isAuthError(error) ? error.code : String(error) });
  const tasks = [
    repeat(look, LOOK_MS, tell("store.behind")),
    repeat(sweep, SWEEP_MS, tell("store.unswept")),
    repeat(keys.tend, SWEEP_MS, tell("keys.untended")),
  ];
  return {
    catchUp,
    look,
    async stop() {
      await Promise.all(tasks.map((task) => task.stop()));
    },
  };
}

interface Repeated {
  /** Resolves when the turn that runs has ended. */
  stop(): Promise<void>;
}

/** Runs a task again and again, one at a time; the first failure of a row of them is told. */
function repeat(task: () => Promise<unknown>, everyMs: number, tell: (error: unknown) => void): Repeated {
  let running: Promise<void> | undefined;
  let failing = false;
  const turn = async () => {
    try {
      await task();
      failing = false;
    } catch (error) {
      if (!failing) tell(error);
      failing = true;
    } finally {
      running = undefined;
    }
  };
  const timer = setInterval(() => {
    running ??= turn();
  }, everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
