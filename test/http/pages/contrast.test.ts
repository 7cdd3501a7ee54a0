import { describe, expect, it } from "vitest";
import { brandCss, DARK_SURFACE, LIGHT_SURFACE } from "../../../dist/http/pages/brand-css.js";
import { type Color, contrastOf, mix, standOut, textOn } from "../../../dist/http/pages/contrast.js";

/** A grid through all colours, and the ones that are hard. */
const STEPS = ["00", "1f", "3b", "5a", "77", "9c", "c3", "e0", "ff"];
const COLORS: readonly Color[] = [
  ...STEPS.flatMap((red) => STEPS.flatMap((green) => STEPS.map((blue): Color => `#${red}${green}${blue}`))),
  "#757575",
  "#767676",
  "#777777",
  LIGHT_SURFACE,
  DARK_SURFACE,
];

describe("the contrast of two colours", () => {
  it.each<readonly [Color, Color, number]>([
    ["#ffffff", "#000000", 21],
    ["#000000", "#ffffff", 21],
    ["#1f6feb", "#1f6feb", 1],
    ["#767676", "#ffffff", 4.54],
    ["#777777", "#ffffff", 4.48],
    ["#ff0000", "#ffffff", 4],
    ["#00ff00", "#ffffff", 1.37],
    ["#0000ff", "#ffffff", 8.59],
    ["#ffff00", "#000000", 19.56],
    ["#050505", "#000000", 1.03],
  ])("of %s and %s is that of WCAG", (one, other, contrast) => {
    expect(contrastOf(one, other)).toBeCloseTo(contrast, 2);
  });
});

/** The variables of a style sheet, those of light pages first. */
function schemesOf(css: string): readonly Readonly<Record<string, Color>>[] {
  const schemes = css.split("@media (prefers-color-scheme: dark)");
  return schemes.map((part) =>
    Object.fromEntries([...part.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, name, value]) => [name, value])),
  );
}

function complaintsOn(color: Color | undefined): readonly string[] {
  const schemes = schemesOf(brandCss(color));
  if (schemes.length !== 2) return [`${color} has ${schemes.length} schemes.`];
  return schemes.flatMap((scheme, index) => {
    const surfaces: readonly Color[] = index === 0 ? [LIGHT_SURFACE, "#ffffff"] : [DARK_SURFACE, "#000000"];
    const { brand = "#", "brand-text": text = "#", "brand-hover": hover = "#" } = scheme;
    const { "brand-edge": edge = "#", "brand-ink": ink = "#" } = scheme;
    const wanted: readonly (readonly [string, boolean])[] = [
      ["is the accent itself", color === undefined || brand === color],
      ["has a text that is read", contrastOf(brand, text) >= 4.5],
      ["has a text that is read under a pointer", contrastOf(hover, text) >= 4.5],
      ["has an edge that is seen", surfaces.every((surface) => contrastOf(edge, surface) >= 3)],
      ["has an ink that is read", surfaces.every((surface) => contrastOf(ink, surface) >= 4.5)],
    ];
    return wanted.filter(([, holds]) => !holds).map(([what]) => `${color} ${what}: not in ${JSON.stringify(scheme)}`);
  });
}

describe("the style sheet of a colour", () => {
  it("can be read with every colour, on light pages and on dark ones", () => {
    expect(COLORS.length).toBeGreaterThan(700);
    expect(COLORS.flatMap(complaintsOn)).toEqual([]);
  });

  it("can be read without a colour, and then is dark on light and light on dark", () => {
    expect(complaintsOn(undefined)).toEqual([]);
    const [light, dark] = schemesOf(brandCss(undefined));
    expect([light?.["brand-text"], dark?.["brand-text"]]).toEqual(["#ffffff", "#000000"]);
  });

  it("leaves a colour alone that stands out by itself", () => {
    const [light, dark] = schemesOf(brandCss("#8a3ffc"));
    expect([light?.["brand-edge"], light?.["brand-ink"], dark?.["brand-edge"]]).toEqual([
      "#8a3ffc",
      "#8a3ffc",
      expect.not.stringMatching("#8a3ffc"),
    ]);
  });

  it("changes a colour no more than it takes", () => {
    for (const color of COLORS) {
      const ink = standOut(color, LIGHT_SURFACE, 4.5);
      if (ink !== color) expect(contrastOf(ink, LIGHT_SURFACE), color).toBeLessThan(4.8);
    }
  });

  it("goes to black or white where nothing else would do", () => {
    expect(standOut("#808080", "#777777", 4.68)).toBe("#000000");
    expect(standOut("#808080", "#ffffff", 20.9)).toBe("#000000");
    expect(textOn("#777777")).toBe("#000000");
    expect(textOn("#757575")).toBe("#ffffff");
  });
});

describe("a mixture", () => {
  it.each<readonly [Color, Color, number, Color]>([
    ["#000000", "#ffffff", 0, "#000000"],
    ["#000000", "#ffffff", 1, "#ffffff"],
    ["#000000", "#ffffff", 0.02, "#050505"],
    ["#ff8000", "#0080ff", 0.5, "#808080"],
  ])("of %s with %s by %d is %s", (one, other, part, mixed) => {
    expect(mix(one, other, part)).toBe(mixed);
  });
});
