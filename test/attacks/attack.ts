import { describe, it } from "vitest";

/** An attack by its id in docs/security.md, what must come of it, the attempt, and the milliseconds that it may take where they are many. */
export type Attack = readonly [
  id: `S${number}`,
  sentence: string,
  attempt: () => Promise<void> | void,
  limitMs?: number,
];

/** Makes every attack of a table, each a test of its own. */
export function attempt(table: string, attacks: readonly Attack[]): void {
  describe(table, () => {
    for (const [id, sentence, attack, limitMs] of attacks) it(`${id}: ${sentence}`, attack, limitMs);
  });
}
