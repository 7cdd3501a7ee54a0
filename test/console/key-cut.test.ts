import { describe, expect, it } from "vitest";
import { keyCutOf } from "../../console/src/parts/key-cut.js";

describe("the cut of a name's key", () => {
  it("is the same for the same name, and another one for another", () => {
    expect(keyCutOf("Harbour", 17)).toEqual(keyCutOf("Harbour", 17));
    const cuts = ["Latchkey", "Harbour", "Acme", "acme", "Acme!", "🦆"].map((name) =>
      JSON.stringify(keyCutOf(name, 17)),
    );
    expect(new Set(cuts).size).toBe(cuts.length);
  });

  it("goes from the left to the right within its bounds, whatever the name", () => {
    for (const name of ["", "a", "W".repeat(64), "\u0000", "￿".repeat(64), "🔑".repeat(64)]) {
      const { width, points } = keyCutOf(name, 17);
      const across = points.map(([x]) => x);
      expect(across).toEqual([...across].sort((a, b) => a - b));
      expect(across.every((x) => x >= 0 && x <= width)).toBe(true);
      expect(points.every(([, y]) => y >= 0 && y <= 17)).toBe(true);
    }
  });
});
