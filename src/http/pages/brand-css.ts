import { type Color, mix, standOut, textOn } from "./contrast.js";

/** The darkest surface that the pages put their accent on where they are light. */
export const LIGHT_SURFACE: Color = "#f3f4f6";
/** The lightest surface that the pages put their accent on where they are dark. */
export const DARK_SURFACE: Color = "#1f2937";

// Without a colour the accent is ink on paper, and paper on ink.
const INK: Color = "#1f2937";
const PAPER: Color = "#e5e7eb";

// WCAG 2.2, 1.4.3 for text, 1.4.11 for the edge of a control.
const OF_TEXT = 4.5;
const OF_EDGE = 3;

/**
 * The style sheet of a colour: `--brand` is that colour, `--brand-hover` the same under a pointer, `--brand-text` what is read on both; `--brand-edge` can be
 * told from the page, and `--brand-ink` can be read on it, as a link. Each for light pages and for dark ones.
 */
export function brandCss(color: Color | undefined): string {
  const light = rootOf(color ?? INK, LIGHT_SURFACE);
  const dark = rootOf(color ?? PAPER, DARK_SURFACE);
  return `${light}\n@media (prefers-color-scheme: dark) {\n${dark}\n}\n`;
}

function rootOf(brand: Color, surface: Color): string {
  const text = textOn(brand);
  const variables = {
    brand,
    "brand-hover": mix(brand, text === "#ffffff" ? "#000000" : "#ffffff", 0.15),
    "brand-text": text,
    "brand-edge": standOut(brand, surface, OF_EDGE),
    "brand-ink": standOut(brand, surface, OF_TEXT),
  };
  const lines = Object.entries(variables).map(([name, value]) => `  --${name}: ${value};`);
  return `:root {\n${lines.join("\n")}\n}`;
}
