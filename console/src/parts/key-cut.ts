/** The outline of a key's cuts, from the left to the right, in pixels. */
export interface KeyCut {
  readonly width: number;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const CUTS = 6;
const FLAT = 7;
const SLOPE = 10;
const DEPTHS = 5;
const TIP = 20;

/** Cuts a key for a name: the same name has the same key. Neighbours differ, as a locksmith would have it. */
export function keyCutOf(name: string, deepest: number): KeyCut {
  let state = 7;
  for (const letter of name) state = (state * 31 + (letter.codePointAt(0) ?? 0)) % 2_147_483_647;
  const points: [number, number][] = [[0, 0]];
  let x = 0;
  let depth = 0;
  for (let cut = 0; cut < CUTS; cut++) {
    state = (state * 48_271) % 2_147_483_647;
    depth = (depth + 1 + (state % (DEPTHS - 1))) % DEPTHS;
    const y = Math.round((depth * deepest) / (DEPTHS - 1));
    points.push([x + SLOPE, y], [x + SLOPE + FLAT, y]);
    x += SLOPE + FLAT;
  }
  const end = x + SLOPE + TIP;
  points.push([x + SLOPE, 0], [end - TIP + 6, 0], [end - 1, deepest]);
  return { width: end, points };
}
