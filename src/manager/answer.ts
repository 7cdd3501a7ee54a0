/** An answer in the words of one library. */
export interface Answer {
  readonly status: number;
  /** What is wrong, in one sentence. */
  readonly sentence: string;
  readonly body: Readonly<Record<string, unknown>>;
}
