/** Returns a number of seconds over 0, and `most` at most; a `TypeError` for anything else, since what never expires cannot be taken back. */
export function requireSeconds(value: unknown, name: string, most?: number): number {
  if (typeof value === "number" && value > 0 && value <= (most ?? Number.MAX_SAFE_INTEGER - 1)) return value;
  const limit = most === undefined ? "" : `, and ${most} at most`;
  throw new TypeError(`${name} must be a number of seconds over 0${limit}: a token always expires.`);
}

/** Returns a text that is not empty. */
export function requireText(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new TypeError(`${name} must be a string that is not empty.`);
}

/** Returns `true` or `false`: a text in its place would count as true. */
export function requireFlag(value: unknown, name: string): boolean {
  if (typeof value === "boolean") return value;
  throw new TypeError(`${name} must be true or false.`);
}

/** Returns a list of texts, copied. */
export function requireTexts(value: unknown, name: string): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return [...value];
  throw new TypeError(`${name} must be a list of strings.`);
}

/** Throws where something that will be called is given and is no function. */
export function requireFunctions(options: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  for (const name of names) {
    const given = options[name];
    if (given !== undefined && typeof given !== "function") throw new TypeError(`${name} must be a function.`);
  }
}

/** Returns one of a few texts. */
export function requireOneOf<T extends string>(value: unknown, name: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new TypeError(`${name} must be one of ${known.join(", ")}.`);
  return found;
}

// RFC 9110 section 5.6.2.
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Returns the name of a header, or of a scheme. */
export function requireHeaderName(value: unknown, name: string): string {
  if (typeof value === "string" && NAME.test(value)) return value;
  throw new TypeError(`${name} must be letters, digits and hyphens: it stands in a header.`);
}
