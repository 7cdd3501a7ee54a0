import type { ImportedUser } from "../../accounts/import-users.js";

/** One line of an import: the user that it holds, or why it holds none. Lines are counted from 1. */
export type ImportLine =
  | { readonly line: number; readonly user: ImportedUser }
  | { readonly line: number; readonly reason: string };

/** What a user may be told by. */
export const MEMBERS: readonly string[] = ["username", "email", "hash", "roles"];

/** More than any user needs. */
export const LONGEST_LINE_BYTES = 65_536;

/** The line of the values of a user, of whatever type; those that are not given are `null`. */
export function importLine(line: number, values: Readonly<Record<string, unknown>>): ImportLine {
  const given = Object.entries(values).filter(([, value]) => value !== null);
  const nul = given.find(([, value]) => typeof value === "string" && value.includes("\0"));
  if (nul !== undefined) return { line, reason: `${nul[0]}: This holds a NUL.` };
  // The import looks at the types.
  return { line, user: Object.fromEntries(given) as unknown as ImportedUser };
}

/** The name of a column or member as it may be shown: a value that stands in its place may be a hash. */
export function shownName(name: string): string {
  return /^[\p{L}\p{N}_ -]{1,32}$/u.test(name) ? `"${name}"` : "one that is no name";
}
