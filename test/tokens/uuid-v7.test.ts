import { describe, expect, it } from "vitest";
import { millisecondsOf, uuidV7 } from "../../dist/tokens/uuid-v7.js";

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("a UUID of version 7", () => {
  it.each([0, 1, 65_535, 65_536, 1_645_557_742_000, Date.UTC(2026, 5, 1), 2 ** 48 - 1])(
    "holds the %i milliseconds of its making",
    (milliseconds) => {
      const uuid = uuidV7(milliseconds);
      expect(uuid).toMatch(SHAPE);
      expect(millisecondsOf(uuid)).toBe(milliseconds);
    },
  );

  it("is the example of RFC 9562 appendix A.6 with its bytes, and begins as it with random ones", () => {
    const bytes = Buffer.from("180cc3c4dc0c0c07398f", "hex");
    expect(uuidV7(0x017f22e279b0, bytes)).toBe("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    expect(uuidV7(0x017f22e279b0).slice(0, 15)).toBe("017f22e2-79b0-7");
    expect(millisecondsOf("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")).toBe(0x017f22e279b0);
  });

  it("is never the same twice, with random bits in every place", () => {
    const seen = Array.from({ length: 20_000 }, () => uuidV7(0));
    expect(new Set(seen).size).toBe(seen.length);
    for (const uuid of seen) expect(uuid).toMatch(SHAPE);
    for (const place of [15, 16, 17, 19, 20, 21, 22, 24, 30, 35]) {
      expect(new Set(seen.map((uuid) => uuid[place])).size).toBe(place === 19 ? 4 : 16);
    }
  });

  it("sorts by time", () => {
    const inOrder = Array.from({ length: 1000 }, (_, index) => uuidV7(1_700_000_000_000 + index * 7));
    expect([...inOrder].sort()).toEqual(inOrder);
  });

  it("of a fraction of a millisecond is one all the same", () => {
    expect(uuidV7(1_700_000_000_000.25)).toMatch(SHAPE);
    expect(millisecondsOf(uuidV7(1_700_000_000_000.75))).toBe(1_700_000_000_000);
  });

  it.each([
    [""],
    ["x"],
    ["017f22e2-79b0-4cc3-98c4-dc0c0c07398f"],
    ["017f22e2-79b0-7cc3-c8c4-dc0c0c07398f"],
    ["017F22E2-79B0-7CC3-98C4-DC0C0C07398F"],
    ["017f22e279b07cc398c4dc0c0c07398f"],
    [" 017f22e2-79b0-7cc3-98c4-dc0c0c07398f"],
    ["017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n"],
    ["{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}"],
  ])("is not what %j is", (text) => {
    expect(millisecondsOf(text)).toBeUndefined();
  });
});
