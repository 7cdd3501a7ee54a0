/** The bounds of a cache: how many tokens, and how many bytes of tokens, about. */
export interface CacheBounds {
  readonly entries: number;
  readonly bytes: number;
}

/** Tokens that passed, with what was found in them. */
export interface TokenCache<Entry> {
  /** What was found in this very token, or `undefined`. */
  find(token: string): Entry | undefined;
  add(token: string, entry: Entry): void;
  clear(): void;
  readonly size: number;
}

// Text of a signature is as good as random, so a few characters of it tell tokens apart; the whole token is compared afterwards.
const TAIL = 22;
// The most that the parsed claims of a token take, as a multiple of its text: claims that are all small objects.
const WEIGHT = 12;

/**
 * A bounded map from tokens to what was found in them, by the tail of their signature. Two generations make room without a list to
 * keep: when the young one is half of the bound, it becomes the old one, and the old one is forgotten.
 */
export function createTokenCache<Entry>(bounds: CacheBounds): TokenCache<Entry> {
  requireBound(bounds.entries);
  requireBound(bounds.bytes);
  type Slot = { readonly token: string; readonly entry: Entry };
  let young = new Map<string, Slot>();
  let old = new Map<string, Slot>();
  let youngBytes = 0;

  const put = (tail: string, slot: Slot) => {
    const bytes = slot.token.length * WEIGHT;
    if (bytes * 2 > bounds.bytes) return;
    if ((young.size + 1) * 2 > bounds.entries || (youngBytes + bytes) * 2 > bounds.bytes) {
      old = young;
      young = new Map();
      youngBytes = 0;
    }
    if (bounds.entries < 2) old = new Map();
    young.set(tail, slot);
    youngBytes += bytes;
  };

  return {
    find(token) {
      const tail = token.slice(-TAIL);
      const slot = young.get(tail);
      if (slot !== undefined) return slot.token === token ? slot.entry : undefined;
      const kept = old.get(tail);
      if (kept === undefined || kept.token !== token) return undefined;
      put(tail, kept);
      return kept.entry;
    },
    add(token, entry) {
      put(token.slice(-TAIL), { token, entry });
    },
    clear() {
      young = new Map();
      old = new Map();
      youngBytes = 0;
    },
    get size() {
      return young.size + old.size;
    },
  };
}

function requireBound(bound: number): void {
  if (!Number.isInteger(bound) || bound < 1) throw new TypeError("The bounds of a cache are whole numbers from 1 on.");
}
