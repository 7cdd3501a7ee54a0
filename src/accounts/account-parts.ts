import type { KeyRing } from "../keys/open-key-ring.js";
import type { Limits } from "../limits/create-limits.js";
import type { Passwords } from "../passwords/create-passwords.js";
import type { Store } from "../store/store.js";
import type { Revocations } from "../tokens/index.js";
import type { LiveTokens } from "./create-live-tokens.js";
import type { UserViews } from "./user-views.js";

/** How long things live, and for whom tokens can be. Durations are in seconds. */
export interface AccountSettings {
  readonly accessSeconds: number;
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  readonly graceSeconds: number;
  /** The audiences that may be asked for; the first one is the server's own and the default. */
  readonly audiences: readonly [string, ...string[]];
}

/** One event for the log: no password, token, cookie or key stands in any member. */
export interface LogEvent {
  readonly event: string;
  readonly [member: string]: string | number | boolean | null | undefined;
}

/** What the acts of this folder work with. */
export interface AccountParts extends LiveTokens {
  readonly store: Store;
  readonly passwords: Passwords;
  readonly userViews: UserViews;
  readonly limits: Limits;
  readonly keys: KeyRing;
  readonly epoch: string;
  readonly revocations: Revocations;
  /** Adds to the live set what other processes have taken back since it was last read. */
  readonly catchUp: () => Promise<void>;
  /** Reads what other processes have written, keys included, where they have written since the last look. */
  readonly look: () => Promise<void>;
  readonly settings: AccountSettings;
  readonly now: () => number;
  readonly log: (event: LogEvent) => void;
}

/** Where a request came from: kept with the session, never trusted. */
export interface Caller {
  readonly address?: string | undefined;
  readonly userAgent?: string | undefined;
  /** The id that the answer has, for the log. */
  readonly requestId?: string | undefined;
}
