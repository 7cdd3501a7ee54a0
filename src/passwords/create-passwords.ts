import { availableParallelism } from "node:os";
import { createHashPool } from "./hash-pool.js";
import type { PasswordVerdict } from "./password-job.js";
import { requirePasswordText } from "./password-text.js";

export type { PasswordVerdict } from "./password-job.js";

/**
 * Hashes and compares passwords in threads of their own; a call rejects with `unavailable` where too many wait. Askers, such as the networks that
 * requests come from, have their turns one after the other, and a full queue refuses whoever has the most in it.
 */
export interface Passwords {
  /** Gives an Argon2id PHC string of the NFC form; `invalid_request` beyond 1024 code points or on a lone surrogate. */
  hash(password: string, asker?: string): Promise<string>;
  /** Compares with a stored hash; `undefined`, for a user that does not exist, costs the same and never matches. */
  verify(password: string, hash: string | undefined, asker?: string): Promise<PasswordVerdict>;
  /** Throws `unavailable` where a call for this asker would be refused at this moment: to be asked before what is costly, or written. */
  requireRoom(asker?: string): void;
  /** Finishes what the threads have, refuses what waits and what comes later with `unavailable`, and ends them. */
  close(): Promise<void>;
}

/** `workers`: threads at most, one a core by default; `queue`: jobs that may wait for one, 32 a worker by default. */
export interface PasswordsOptions {
  readonly workers?: number;
  readonly queue?: number;
}

/** Makes the one place of a process where passwords are hashed. A job keeps the process alive, an idle thread not. */
export function createPasswords(options: PasswordsOptions = {}): Passwords {
  const workers = requireWhole("workers", options.workers ?? availableParallelism(), 1);
  const queue = requireWhole("queue", options.queue ?? 32 * workers, 0);
  const pool = createHashPool({ workers, queue });
  return {
    async hash(password, asker = "") {
      return pool.run({ kind: "hash", text: requirePasswordText(password) }, asker);
    },
    verify: (password, hash, asker = "") => pool.run({ kind: "verify", password, hash }, asker),
    requireRoom: (asker = "") => pool.requireRoom(asker),
    close: () => pool.close(),
  };
}

function requireWhole(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new TypeError(`${name} must be a whole number of at least ${least}.`);
}
