import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { currentKey, placeKeys } from "../../dist/keys/place-keys.js";
import { keyRow } from "../store/rows.mjs";

const MINUTE = 60_000;
const key = (kid: string, signsFrom: number, tokenSeconds = 600, createdAt = 0) =>
  keyRow(kid, { signsFrom, tokenSeconds, createdAt });
const statesAt = (at: number, ...keys: ReturnType<typeof key>[]) =>
  placeKeys(keys, at).map((placed) => `${placed.key.kid} ${placed.state}`);

describe("the place of a key", () => {
  const [a, b, c] = [key("a", 0), key("b", 100 * MINUTE), key("c", 200 * MINUTE, 60)];

  it.each<[number, string[]]>([
    [0, ["a current", "b next", "c next"]],
    [100 * MINUTE - 1, ["a current", "b next", "c next"]],
    [100 * MINUTE, ["a previous", "b current", "c next"]],
    [111 * MINUTE - 1, ["a previous", "b current", "c next"]],
    [111 * MINUTE, ["a gone", "b current", "c next"]],
    [200 * MINUTE, ["a gone", "b previous", "c current"]],
    [1e15, ["a gone", "b gone", "c current"]],
    [-1, ["a current", "b next", "c next"]],
  ])("at %i is by the times alone, in whatever order the keys come", (at, states) => {
    for (const keys of [
      [a, b, c],
      [c, b, a],
      [b, c, a],
    ])
      expect(statesAt(at, ...keys)).toEqual(states);
  });

  it("ends a minute after the last token of it, known once there is a successor", () => {
    expect(placeKeys([a, b, c], 0).map(({ endsAt }) => endsAt)).toEqual([111 * MINUTE, 211 * MINUTE, undefined]);
  });

  it("is the same for keys of one moment in every process: the one made later, and then the later name", () => {
    expect(statesAt(0, key("z", 0, 600, 1), key("a", 0, 600, 2))).toEqual(["z previous", "a current"]);
    expect(statesAt(0, key("b", 0), key("a", 0))).toEqual(["a previous", "b current"]);
  });

  it("is current for exactly one, at any moment, and none signs again that was succeeded", () => {
    const keys = fc.uniqueArray(
      fc.record({ kid: fc.string({ minLength: 1 }), signsFrom: fc.nat(1e6), tokenSeconds: fc.nat(1000) }),
      { selector: ({ kid }) => kid, minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(keys, fc.nat(2e6), fc.nat(2e6), (parts, one, other) => {
        const rows = parts.map((part) => keyRow(part.kid, part));
        const [early, late] = [Math.min(one, other), Math.max(one, other)];
        const states = placeKeys(rows, late).map(({ state }) => state);
        expect(states.filter((state) => state === "current")).toHaveLength(1);
        expect(states.lastIndexOf("previous")).toBeLessThan(states.indexOf("current"));
        const order = (kid: string | undefined) => placeKeys(rows, 0).findIndex((placed) => placed.key.kid === kid);
        expect(order(currentKey(rows, late)?.kid)).toBeGreaterThanOrEqual(order(currentKey(rows, early)?.kid));
      }),
    );
  });

  it("is nowhere where there are no keys", () => {
    expect(placeKeys([], 0)).toEqual([]);
    expect(currentKey([], 0)).toBeUndefined();
  });
});
