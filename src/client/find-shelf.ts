import type { Peers } from "./create-peers.js";

/** Times in milliseconds by the names of marks; what is no time is no mark. */
export type Shelf = Record<string, unknown>;

/** The page's `localStorage`; where there is none, or the user forbids it, the marks that other tabs tell of. */
export function findShelf(peers: Peers): Shelf {
  const told: Shelf = {};
  peers.listen((word) => {
    if (word?.type === "mark") told[word.key] = word.at;
  });
  try {
    return window.localStorage ?? told;
  } catch {
    return told;
  }
}
