/** Chance that a seed decides: the same seed throws the same. */
export interface Dice {
  /** A whole number from 0 up to, and not including, a limit. */
  whole(limit: number): number;
  /** Whether something happens that happens so often, from 0 to 1. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  bytes(length: number): Buffer;
}

/** Makes dice of a seed, of which 32 bits count (mulberry32). */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (limit: number) => Math.floor(next() * limit);
  return {
    whole,
    chance: (probability) => next() < probability,
    pick(list) {
      if (list.length === 0) throw new Error("There is nothing to pick.");
      return list[whole(list.length)] as (typeof list)[number];
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => whole(256))),
  };
}
