import type { Peers } from "./create-peers.js";

/** Times in milliseconds by the names of marks; what is no time is no mark. */
export type Shelf = Record<string, unknown>;

/** The page's `localStorage`; where the user forbids it, an object with the marks that other tabs tell of. */
export function findShelf(peers: Peers): Shelf {
  try {
    return window.localStorage;
  } catch {
    const shelf: Shelf = {};
    peers.listen((word) => {
      if (word?.type === "mark") shelf[word.key] = word.at;
    });
    return shelf;
  }
}
