/** A family of refresh tokens: all that followed from one log-in. Moments are in milliseconds. */
export interface RefreshFamily {
  /** The `sid` of its tokens, a UUID of version 7. */
  readonly id: string;
  /** Whose it is. */
  readonly identity: string;
  /** A random text, of which the values of its tokens are derived. */
  readonly nonce: string;
  /** The generation of the refresh token that is good now, from 0. */
  readonly generation: number;
  /** When that generation began. */
  readonly rotatedAt: number;
  /** When the family ends, however often it is rotated. */
  readonly expiresAt: number;
}

/** How long after its end a family is kept at least: more than the clocks of verifiers may differ. */
export const KEPT_MS = 60_000;

/** Keeps families. A family that has ended is not found any more. Each method may answer with a promise, or a lazy query. */
export interface RefreshStore {
  create(family: RefreshFamily): void | PromiseLike<void>;
  find(id: string): RefreshFamily | undefined | PromiseLike<RefreshFamily | undefined>;
  /** Moves a family to the next generation, in one step, where it is still at `fromGeneration`; tells whether it was. */
  rotate(id: string, fromGeneration: number, now: number): boolean | PromiseLike<boolean>;
  end(id: string): void | PromiseLike<void>;
}
