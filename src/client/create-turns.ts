import type { Peers } from "./create-peers.js";
import { findShelf, type Shelf } from "./find-shelf.js";

/** Takes turns with the other tabs at whatever changes the refresh token. */
export interface Turns {
  /**
   * Waits until no other tab is at it, or until `isMoot` says that nothing is left to do; then it is this tab's turn until the function that it answers
   * is called. The first turn of a page, and those of a hidden one, are taken without waiting for tabs that begin at the same moment.
   */
  take(isMoot?: () => boolean): Promise<() => void>;
  /** Lets the next tab begin, whatever this one is at. */
  drop(): void;
}

// A refresh is given up sooner: an older mark is that of a tab that is gone.
const STALE_MS = 15_000;
// Long enough for a mark, or a word, to reach another tab of a busy browser.
const LOOK_MS = 50;

/**
 * Makes the turns of one tab. Whoever is at work has a mark in `localStorage`, which a tab that opens later sees too; a mark that was forgotten runs
 * out. Two tabs that begin at once see each other's mark after a moment, and the one of the lower name goes first. Marks are told to
 * the other tabs too, for those without `localStorage`: only one that opens while another is at work does not know of that, and the server answers refreshes of the same moment alike.
 */
export function createTurns(name: string, peers: Peers): Turns {
  const shelf = findShelf(peers);
  const prefix = `${name}:`;
  const own = `${prefix}${Math.random()}`;
  let isFirst = true;
  let wake = () => {};
  // One after another in this tab as well.
  let last: Promise<unknown> = Promise.resolve();
  // A mark ends no wait: what its tab says is waited for.
  peers.listen((word) => word?.type === "mark" || wake());
  const tell = (at?: number) => peers.say({ type: "mark", key: own, at });
  const drop = () => {
    if (!(own in shelf)) return;
    delete shelf[own];
    tell();
  };
  // Whoever reloads in the middle of a refresh must not wait for the page before.
  globalThis.addEventListener?.("pagehide", drop);

  /** Whether another tab has a mark, of a name before the one that is given. */
  const isTaken = (end = "~") =>
    Object.keys(shelf).some((key) => key.startsWith(prefix) && key !== own && key < end && isLive(shelf, key));

  async function waitForOthers(isMoot: () => boolean): Promise<void> {
    let isBusy = isTaken();
    while (isBusy && !isMoot()) {
      // Once more after the last mark is gone: it may go before what its tab says arrives.
      isBusy = isTaken();
      await look((end) => {
        wake = end;
      });
    }
  }

  async function mark(isMoot: () => boolean): Promise<void> {
    // The timers of a hidden tab may take a minute: it would keep its mark for as long.
    const isAlone = isFirst || globalThis.document?.hidden;
    isFirst = false;
    for (;;) {
      await waitForOthers(isMoot);
      if (isMoot()) return;
      tell(Date.now());
      put(shelf, own);
      if (isAlone) return;
      await look();
      if (!isTaken(own)) return;
      drop();
    }
  }

  return {
    take: (isMoot = () => false) =>
      new Promise((begin, fail) => {
        const turn = () => new Promise<void>((end) => begin(() => end(drop())));
        last = last.then(() => mark(isMoot)).then(turn, fail);
      }),
    drop,
  };
}

/** Whether a mark is of the last seconds; one of a clock that jumped is not, and goes. */
function isLive(shelf: Shelf, key: string): boolean {
  return Math.abs(Date.now() - Number(shelf[key])) < STALE_MS || !delete shelf[key];
}

function put(shelf: Shelf, key: string): void {
  try {
    shelf[key] = Date.now();
  } catch {
    // It is full: nobody waits for this tab.
  }
}

/** Waits for a moment; the function that ends it sooner is handed out. */
function look(handOut?: (end: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    handOut?.(resolve);
    setTimeout(resolve, LOOK_MS);
  });
}
