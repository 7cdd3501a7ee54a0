import { hasInvisible } from "../../accounts/has-invisible.js";
import type { Color } from "./contrast.js";
import { type Logo, requireLogo } from "./logo.js";

/** How the pages of the server look. */
export interface BrandOptions {
  /** What the server is called: 1 to 64 characters; `Latchkey` where it is not given. */
  readonly name?: string;
  /** The path of a PNG, JPEG, WebP or SVG file of 256 KiB at most. */
  readonly logo?: string;
  /** The accent, as `#rrggbb`. */
  readonly color?: string;
}

/** A brand that was checked, its logo read. */
export interface Brand {
  readonly name: string;
  readonly logo?: Logo | undefined;
  readonly color?: Color | undefined;
}

/** The names of the options of a brand. */
export const BRAND_OPTIONS: readonly (keyof BrandOptions)[] = ["name", "logo", "color"];

const LONGEST_NAME = 64;
// The two joiners shape the letters of some scripts, and emoji.
const NAME = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\u200c\u200d]+$/u;
const SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** Checks a brand and reads its logo. A `TypeError` names what is wrong. */
export function requireBrand(options: BrandOptions): Brand {
  const { name = "Latchkey", logo, color } = options;
  return {
    name: requireName(name),
    logo: logo === undefined ? undefined : requireLogo(logo),
    color: color === undefined ? undefined : requireColor(color),
  };
}

function requireName(name: unknown): string {
  const isName = typeof name === "string" && name.trim() === name && NAME.test(name);
  if (isName && [...name].length <= LONGEST_NAME && [...name].some((each) => SEEN.test(each) && !hasInvisible(each)))
    return name;
  throw new TypeError(
    `The name of the brand (LATCHKEY_BRAND_NAME) must have 1 to ${LONGEST_NAME} visible characters, on one line and with no space around them.`,
  );
}

function requireColor(color: unknown): Color {
  if (typeof color === "string" && /^#[\da-f]{6}$/i.test(color)) return color.toLowerCase() as Color;
  throw new TypeError(
    "The color of the brand (LATCHKEY_BRAND_COLOR) must be one like #1f6feb: six hexadecimal digits.",
  );
}
