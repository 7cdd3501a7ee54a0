import type { AttemptRow, AttemptStore, AttemptsDecided, AttemptsRead } from "../store/store.js";
import { type Charge, charged, chargeOf, newCounter, waitMs } from "./limit-rule.js";
import { type Counter, TIERS } from "./tiers.js";
import { type Changes, createWaitingChanges, type GiveBack, withChanges } from "./waiting-changes.js";

/** Counters by key, and the time at which they were read, in milliseconds. */
export interface Reading {
  readonly rows: ReadonlyMap<string, AttemptRow>;
  readonly now: number;
}

/** Picks the counters that an attempt is counted by, of all that were read for it. */
export type Choice = (reading: Reading) => readonly Counter[];

/** A counter that blocks, for how long yet, and until when: one `until` is one block. */
export interface Block {
  readonly counter: Counter;
  readonly waitMs: number;
  readonly until: number;
  readonly attempts: number;
}

/** What an attempt met: the counters that block, or else its charges. */
export interface Verdict {
  readonly now: number;
  readonly blocks: readonly Block[];
  readonly charges: readonly Charge[];
}

/** The counters in the store, and what waits in memory to be written to them. */
export interface Counters {
  /** Tells which of the chosen counters block; charges nothing and takes no lock. */
  look(keys: readonly string[], choose: Choice): Promise<Verdict>;
  /** Charges each of the chosen counters a failure, in one transaction, where none of them blocks; where one does, none is charged. */
  charge(keys: readonly string[], choose: Choice): Promise<Verdict>;
  /** Counts a refused attempt. */
  tally(key: string): void;
  /** Gives a charge back. */
  giveBack(back: GiveBack): void;
  /** Writes all that waits, where the store can, and from then on nothing by itself. */
  close(): Promise<void>;
}

// Other processes learn this late that a charge was given back.
const WRITE_OUT_MS = 250;
const WRITTEN_AT_ONCE = 100;

/** Opens the counters of a store. Tallies and what is given back are in force here at once and written a quarter of a second later, or with the next charge. */
export function openCounters(store: AttemptStore, onUnwritten: (error: unknown) => void): Counters {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let failing = false;
  const waiting = createWaitingChanges(() => {
    if (!closed) timer ??= setTimeout(() => void tryToWriteOut(), WRITE_OUT_MS).unref();
  });

  async function tryToWriteOut(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    try {
      await writeOut();
      failing = false;
    } catch (error) {
      if (!failing) onUnwritten(error);
      failing = true;
    }
  }

  async function writeOut(): Promise<void> {
    const keys = [...waiting.all.keys()];
    for (let from = 0; from < keys.length; from += WRITTEN_AT_ONCE) {
      await change(keys.slice(from, from + WRITTEN_AT_ONCE), () => ({ rows: [], answer: undefined }));
    }
  }

  /** What waits for these keys goes into the same transaction, and waits on where that fails. */
  async function change<Answer>(
    keys: readonly string[],
    decide: (reading: Reading) => AttemptsDecided<Answer>,
  ): Promise<Answer> {
    const taken = waiting.take(keys);
    try {
      return await store.change(keys, (read) => {
        const reading = readingOf(keys, read, taken);
        const { rows, answer } = decide(reading);
        const written = new Map([...reading.rows].filter(([key]) => taken.has(key)));
        for (const row of rows) written.set(row.key, row);
        return { rows: [...written.values()], answer };
      });
    } catch (error) {
      waiting.putBack(taken);
      throw error;
    }
  }

  return {
    async look(keys, choose) {
      const reading = readingOf(keys, await store.find(keys), waiting.all);
      return { now: reading.now, blocks: blocksOf(choose(reading), reading), charges: [] };
    },
    charge: (keys, choose) => change(keys, (reading) => chargeEach(choose(reading), reading)),
    tally: waiting.addRefused,
    giveBack: waiting.addGivenBack,
    async close() {
      closed = true;
      await tryToWriteOut();
    },
  };
}

function readingOf(keys: readonly string[], read: AttemptsRead, changes: Changes): Reading {
  return { rows: withChanges(keys, read, changes), now: read.now };
}

function blocksOf(counters: readonly Counter[], { rows, now }: Reading): readonly Block[] {
  return counters
    .map((counter) => {
      const row = rows.get(counter.key) ?? newCounter(counter.key);
      const rest = waitMs(row, TIERS[counter.tier], now);
      return { counter, waitMs: rest, until: row.blockedUntil, attempts: row.attempts + 1 };
    })
    .filter((block) => block.waitMs > 0);
}

function chargeEach(counters: readonly Counter[], reading: Reading): AttemptsDecided<Verdict> {
  const { rows, now } = reading;
  const blocks = blocksOf(counters, reading);
  if (blocks.length > 0) return { rows: [], answer: { now, blocks, charges: [] } };
  const steps = counters.map(({ tier, key }) => {
    const before = rows.get(key) ?? newCounter(key);
    return { before, after: charged(before, TIERS[tier], now) };
  });
  const charges = steps.map(({ before, after }) => chargeOf(before, after));
  return { rows: steps.map(({ after }) => after), answer: { now, blocks, charges } };
}
