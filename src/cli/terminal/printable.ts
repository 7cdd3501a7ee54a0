/** Escapes what a terminal would obey, as JSON writes it, and keeps line breaks: names, devices and tokens can hold anything. */
export function printable(text: string): string {
  return text.replace(/[^\P{C}\n]|\p{Zl}|\p{Zp}/gu, escaped);
}

/** {@link printable} for a text that must stay on its line. */
export function printableLine(text: string): string {
  return printable(text).replaceAll("\n", escaped);
}

function escaped(character: string): string {
  const units = character.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
  return units.map((unit) => `\\u${unit}`).join("");
}
