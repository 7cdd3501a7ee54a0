/** Chance that a seed repeats. */
export interface Random {
  /** A whole number from 0, below another. */
  below(limit: number): number;
  /** Whether something happens that happens so often, from 0 to 1. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** Makes chance of a seed (mulberry32): the same questions get the same answers. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    chance: (probability) => next() < probability,
    pick(list) {
      if (list.length === 0) throw new Error("There is nothing to pick.");
      return list[below(list.length)] as (typeof list)[number];
    },
  };
}
