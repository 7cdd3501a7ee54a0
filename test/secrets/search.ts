/** Texts to search for, each with what it stands for. */
export type Wanted<T> = readonly (readonly [bytes: Buffer, meaning: T])[];

const WINDOW = 8;
const FILTER_BITS = 26;

/**
 * A search for many texts of at least eight bytes in one pass: a filter of bits says for the eight bytes from each place on whether they may
 * begin one of them. Calls back for each place where one stands.
 */
export function createSearch<T>(wanted: Wanted<T>): (text: Buffer, found: (meaning: T, at: number) => void) => void {
  const filter = new Uint32Array(2 ** (FILTER_BITS - 5));
  const beginnings = new Map<number, (readonly [Buffer, T])[]>();
  for (const entry of wanted) {
    const hash = hashOf(entry[0].readUInt32LE(0), entry[0].readUInt32LE(4));
    filter[hash >>> (37 - FILTER_BITS)] = (filter[hash >>> (37 - FILTER_BITS)] ?? 0) | (1 << (hash & 31));
    const known = beginnings.get(hash);
    if (known === undefined) beginnings.set(hash, [entry]);
    else known.push(entry);
  }
  return (text, found) => {
    if (text.length < WINDOW) return;
    let [low, high] = [text.readUInt32LE(0), text.readUInt32LE(4)];
    for (let at = 0; ; at++) {
      const hash = hashOf(low, high);
      if (((filter[hash >>> (37 - FILTER_BITS)] ?? 0) & (1 << (hash & 31))) !== 0) {
        for (const [bytes, meaning] of beginnings.get(hash) ?? [])
          if (text.compare(bytes, 0, bytes.length, at, Math.min(at + bytes.length, text.length)) === 0)
            found(meaning, at);
      }
      const next = text[at + WINDOW];
      if (next === undefined) return;
      low = (low >>> 8) | ((high & 0xff) << 24);
      high = (high >>> 8) | (next << 24);
    }
  };
}

function hashOf(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
