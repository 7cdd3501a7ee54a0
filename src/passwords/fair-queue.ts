/** What waits, by who asked for it: each asker has a turn after the other, however much one of them asks for. */
export interface FairQueue<Item> {
  isEmpty(): boolean;
  /** The next one: the first of the asker whose turn it is. */
  shift(): Item | undefined;
  push(asker: string, item: Item): void;
  /** Whether the asker with the most, without its last one, is no worse off than this asker with one more. */
  canMakeRoomFor(asker: string): boolean;
  /** Takes out the last one of the asker with the most; `undefined` where there is none to take. */
  makeRoomFor(asker: string): Item | undefined;
  /** Takes out all. */
  empty(): readonly Item[];
}

/** Makes a queue in which nothing waits. */
export function createFairQueue<Item>(): FairQueue<Item> {
  // The asker whose turn is next comes first.
  const waiting = new Map<string, Item[]>();

  function take(asker: string, pick: (items: Item[]) => Item | undefined): Item | undefined {
    const items = waiting.get(asker) ?? [];
    const item = pick(items);
    if (items.length === 0) waiting.delete(asker);
    return item;
  }

  function findFullest(asker: string): string | undefined {
    const [most] = [...waiting].sort(([, one], [, other]) => other.length - one.length);
    const own = waiting.get(asker)?.length ?? 0;
    return most !== undefined && most[1].length > own + 1 ? most[0] : undefined;
  }

  return {
    isEmpty: () => waiting.size === 0,
    shift() {
      const [asker] = waiting.keys();
      if (asker === undefined) return undefined;
      const items = waiting.get(asker) ?? [];
      waiting.delete(asker);
      waiting.set(asker, items);
      return take(asker, (list) => list.shift());
    },
    push(asker, item) {
      const items = waiting.get(asker);
      if (items === undefined) waiting.set(asker, [item]);
      else items.push(item);
    },
    canMakeRoomFor: (asker) => findFullest(asker) !== undefined,
    makeRoomFor(asker) {
      const fullest = findFullest(asker);
      return fullest === undefined ? undefined : take(fullest, (list) => list.pop());
    },
    empty() {
      const all = [...waiting.values()].flat();
      waiting.clear();
      return all;
    },
  };
}
