import type { Peers } from "./create-peers.js";
import { findShelf } from "./find-shelf.js";

/** Takes turns with the other tabs at whatever changes the refresh token. */
export interface Turns {
  /**
   * Waits until no other tab is at it, or until `isMoot` says that nothing is left to do; then it is this tab's turn until the function that it answers
   * is called. The first turn of a page, and those of a hidden one, are taken without waiting for tabs that begin at the same moment.
   */
  take(isMoot?: () => boolean): Promise<() => void>;
}

// A refresh is given up sooner: an older mark is that of a tab that is gone.
const STALE_MS = 15_000;
// Long enough for a mark, or a word, to reach another tab of a busy browser.
const LOOK_MS = 50;

/**
 * Makes the turns of one tab. Whoever is at work has a mark in `localStorage`, which a tab that opens later sees too; a mark that was forgotten runs
 * out. Two tabs that begin at once see each other's mark after a moment, and the one of the lower name goes first. Where there is no
 * `localStorage` nobody waits longer than that moment, in which what another tab got is heard; the server answers refreshes of the same moment alike.
 */
export function createTurns(name: string, peers: Peers): Turns {
  const shelf = findShelf();
  const prefix = `${name}:`;
  const own = `${prefix}${Math.random()}`;
  let isFirst = true;
  // One after another in this tab as well.
  let last: Promise<unknown> = Promise.resolve();
  const drop = () => void delete shelf[own];
  // Whoever reloads in the middle of a refresh must not wait for the page before.
  globalThis.addEventListener?.("pagehide", drop);

  /** Whether a mark is of the last seconds; one of a clock that jumped is not, and goes. */
  const isLive = (key: string) => Math.abs(Date.now() - Number(shelf[key])) < STALE_MS || !delete shelf[key];
  /** Whether another tab has a mark, of a name before the one that is given. */
  const isTaken = (end = "~") =>
    Object.keys(shelf).some((key) => key.startsWith(prefix) && key !== own && key < end && isLive(key));

  function put(): void {
    try {
      shelf[own] = String(Date.now());
    } catch {
      // It is full: nobody waits for this tab.
    }
  }

  async function waitForOthers(isMoot: () => boolean): Promise<void> {
    let isBusy = isTaken();
    while (isBusy && !isMoot()) {
      // Once more after the last mark is gone: it may go before what its tab says arrives.
      isBusy = isTaken();
      await Promise.race([peers.heard(), pause(LOOK_MS)]);
    }
  }

  async function mark(isMoot: () => boolean): Promise<void> {
    // The timers of a hidden tab may take a minute: it would keep its mark for as long.
    const isAlone = isFirst || globalThis.document?.hidden;
    isFirst = false;
    for (;;) {
      await waitForOthers(isMoot);
      if (isMoot()) return;
      put();
      if (isAlone) return;
      await pause(LOOK_MS);
      if (!isTaken(own)) return;
      drop();
    }
  }

  return {
    async take(isMoot = () => false) {
      const before = last;
      let release: () => void = drop;
      last = new Promise<void>((resolve) => {
        release = () => resolve(drop());
      });
      await before;
      await mark(isMoot);
      return release;
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
