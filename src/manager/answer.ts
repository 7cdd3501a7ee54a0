/** An answer in the words of one library. */
export interface Answer {
  readonly status: number;
  /** What is wrong, in one sentence. */
  readonly sentence: string;
  /** Whether the request counts as one without a token. */
  readonly isMissing?: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}
