/** A colour as `#rrggbb`. */
export type Color = `#${string}`;

/** The contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio). */
export function contrastOf(one: Color, other: Color): number {
  const [darker = 0, lighter = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** White or black, whichever is read better on a colour: 4.58 at the least. */
export function textOn(color: Color): Color {
  return contrastOf(color, "#ffffff") >= contrastOf(color, "#000000") ? "#ffffff" : "#000000";
}

/** The colour itself where it has that contrast with a surface, or else as little darker or lighter as it takes. */
export function standOut(color: Color, surface: Color, contrast: number): Color {
  const end = textOn(surface);
  for (let part = 0; part < 1; part += 0.01) {
    const mixed = mix(color, end, part);
    if (contrastOf(mixed, surface) >= contrast) return mixed;
  }
  return end;
}

/** A colour with a part, from 0 to 1, of another one. */
export function mix(color: Color, other: Color, part: number): Color {
  const others = channelsOf(other);
  const mixed = channelsOf(color).map((channel, index) =>
    Math.round(channel + ((others[index] ?? 0) - channel) * part),
  );
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

/** WCAG 2.2, relative luminance. */
function luminanceOf(color: Color): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(color).map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channelsOf(color: Color): readonly number[] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
}
