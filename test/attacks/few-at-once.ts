const AT_ONCE = 16;

/** Does something with each item, sixteen at once, so that every hash thread has work and no queue overflows; the answers in the order of the items. */
export async function fewAtOnce<Item, Result>(
  items: Iterable<Item>,
  act: (item: Item, at: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const entries = [...items].entries();
  const take = async () => {
    for (const [at, item] of entries) results[at] = await act(item, at);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
  return results;
}
