import type { AttemptRow, AttemptsRead } from "../store/store.js";
import { type Charge, cleared, givenBack, newCounter, settled, tallied } from "./limit-rule.js";

/** What is to become of a charge after a log-in that succeeded or could not be decided: a `clear` empties the whole counter. */
export interface GiveBack {
  readonly charge: Charge;
  readonly clear: boolean;
}

/** What one counter is still to be told: how many attempts were refused, and what is given back. */
export interface Change {
  readonly refused: number;
  readonly givenBack: readonly GiveBack[];
}

/** Changes by key. */
export type Changes = ReadonlyMap<string, Change>;

/** Changes that wait in memory for the next write, so that neither a refused attempt nor a success costs a commit of its own. */
export interface WaitingChanges {
  readonly all: Changes;
  /** Counts a refused attempt; where too many counters wait, it is not counted. */
  addRefused(key: string): void;
  addGivenBack(back: GiveBack): void;
  /** Takes the changes of these keys away, to write them. */
  take(keys: Iterable<string>): Changes;
  /** Brings back what could not be written. */
  putBack(changes: Changes): void;
}

const MOST_COUNTERS = 10_000;
const NOTHING: Change = { refused: 0, givenBack: [] };

/** Makes an empty set of waiting changes; `onWaiting` hears of each that comes. */
export function createWaitingChanges(onWaiting: () => void): WaitingChanges {
  const all = new Map<string, Change>();

  function add(key: string, { refused, givenBack }: Change): void {
    const present = all.get(key) ?? NOTHING;
    all.set(key, { refused: present.refused + refused, givenBack: [...present.givenBack, ...givenBack] });
    onWaiting();
  }

  return {
    all,
    addRefused(key) {
      if (all.size < MOST_COUNTERS || all.has(key)) add(key, { refused: 1, givenBack: [] });
    },
    addGivenBack: (back) => add(back.charge.key, { refused: 0, givenBack: [back] }),
    take(keys) {
      const taken = new Map<string, Change>();
      for (const key of keys) {
        const change = all.get(key);
        if (change !== undefined) taken.set(key, change);
        all.delete(key);
      }
      return taken;
    },
    putBack(changes) {
      for (const [key, change] of changes) add(key, change);
    },
  };
}

/** The counters of these keys as they are at that time, with what waits for them; those that are not there have counted nothing. */
export function withChanges(
  keys: Iterable<string>,
  { rows, now }: AttemptsRead,
  changes: Changes,
): ReadonlyMap<string, AttemptRow> {
  const stored = new Map(rows.map((row) => [row.key, row]));
  const present = (key: string) => {
    const row = settled(stored.get(key) ?? newCounter(key), now);
    return changed(row, changes.get(key) ?? NOTHING, now);
  };
  return new Map([...keys].map((key) => [key, present(key)]));
}

function changed(row: AttemptRow, change: Change, now: number): AttemptRow {
  let next = row;
  for (const { charge, clear } of change.givenBack) next = clear ? cleared(next, now) : givenBack(next, charge, now);
  return tallied(next, change.refused);
}
