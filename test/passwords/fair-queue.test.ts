import { describe, expect, it } from "vitest";
import { createFairQueue } from "../../dist/passwords/fair-queue.js";

function queueOf(...items: readonly string[]) {
  const queue = createFairQueue<string>();
  for (const item of items) queue.push(item[0] ?? "", item);
  return queue;
}

describe("what waits", () => {
  it.each([
    ["of one asker comes in its order", ["a1", "a2", "a3"], ["a1", "a2", "a3"]],
    ["of two comes in turns", ["a1", "a2", "a3", "b1", "b2"], ["a1", "b1", "a2", "b2", "a3"]],
    ["of one that asks late has its turn next but one", ["a1", "a2", "b1", "b2", "c1"], ["a1", "b1", "c1", "a2", "b2"]],
  ])("%s", (_what, items, expected) => {
    const queue = queueOf(...items);
    const taken = [];
    while (!queue.isEmpty()) taken.push(queue.shift());
    expect(taken).toEqual(expected);
    expect(queue.shift()).toBeUndefined();
  });

  it("of an asker that was served waits behind the others, also what comes later", () => {
    const queue = queueOf("a1", "a2", "b1");
    expect(queue.shift()).toBe("a1");
    queue.push("c", "c1");
    queue.push("a", "a3");
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual(["b1", "a2", "c1", "a3"]);
  });

  it.each([
    ["the last of whoever has the most", ["a1", "a2", "a3", "b1", "b2"], "c", "a3"],
    ["nothing for whoever has the most", ["a1", "a2", "b1"], "a", undefined],
    ["nothing for whoever would then have as much", ["a1", "a2", "b1"], "b", undefined],
    ["nothing where each has one", ["a1", "b1"], "c", undefined],
    ["nothing where nothing waits", [], "a", undefined],
  ])("makes room by giving up %s", (_what, items, asker, expected) => {
    const queue = queueOf(...items);
    expect(queue.canMakeRoomFor(asker)).toBe(expected !== undefined);
    expect(queue.makeRoomFor(asker)).toBe(expected);
    expect(queue.empty()).toHaveLength(items.length - (expected === undefined ? 0 : 1));
    expect(queue.isEmpty()).toBe(true);
  });
});
