/** What a comparison found; `outdated`: the stored hash is of an older kind or cost, hash again. */
export interface PasswordVerdict {
  readonly matches: boolean;
  readonly outdated: boolean;
}

/**
 * One piece of work for a worker thread: a text to hash, as `requirePasswordText` gives it, or a password as it was
 * typed and the stored hash, `undefined` for a user that does not exist.
 */
export type PasswordJob =
  | { readonly kind: "hash"; readonly text: string }
  | { readonly kind: "verify"; readonly password: string; readonly hash: string | undefined };

/** What each kind of job gives. */
export interface PasswordAnswers {
  readonly hash: string;
  readonly verify: PasswordVerdict;
}

/** What one job gives. */
export type AnswerTo<Job extends PasswordJob> = PasswordAnswers[Job["kind"]];
