import { isUtf8 } from "node:buffer";
import { TokenError, type TokenReason } from "./token-error.js";

const DEEPEST = 16;
const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/** A JSON object as it was parsed: its members are whatever its sender wrote. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses one JSON object, stricter than JSON: valid UTF-8, no member twice in an object, no `__proto__`, every number finite, every string
 * well-formed Unicode, at most 16 levels. Throws a {@link TokenError} that names the segment.
 */
export function parseStrictObject(bytes: Buffer, part: "header" | "payload"): JsonObject {
  if (!isUtf8(bytes)) throw faultIn(part, "not_utf8");
  const written = surveyMembers(bytes);
  if (written < 0) throw faultIn(part, "too_deep");
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw faultIn(part, "not_json");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw faultIn(part, "not_an_object");
  const kept = countMembers(value);
  if (Number.isNaN(kept)) throw faultIn(part, "unsafe_member");
  // Only an escape can write half of a surrogate pair into valid UTF-8.
  if (bytes.includes(BACKSLASH) && !isWellFormed(value)) throw faultIn(part, "unsafe_member");
  // JSON.parse keeps the last of two members of one name, so fewer are kept than were written.
  if (kept !== written) throw faultIn(part, "duplicate_member");
  return value as JsonObject;
}

function faultIn(part: "header" | "payload", reason: TokenReason): TokenError {
  return new TokenError(reason, part === "header" ? "shape" : "payload", { part });
}

/** Counts the colons outside of strings, which is the number of members of all objects; -1 where brackets nest too deeply. */
function surveyMembers(bytes: Buffer): number {
  let members = 0;
  let depth = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === QUOTE) index = endOfString(bytes, index + 1);
    else if (byte === COLON) members++;
    // The brackets of arrays are those of objects without the bit 0x20.
    else if (((byte as number) | 0x20) === OPENING && ++depth > DEEPEST) return -1;
    else if (((byte as number) | 0x20) === CLOSING) depth--;
  }
  return members;
}

function endOfString(bytes: Buffer, start: number): number {
  let index = start;
  while (index < bytes.length && bytes[index] !== QUOTE) index += bytes[index] === BACKSLASH ? 2 : 1;
  return index;
}

/** The number of members of all objects in a value; NaN where one of them is not to be had. */
function countMembers(value: object): number {
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += countIn(item);
    return members;
  }
  for (const name of Object.keys(value)) {
    // Copying such a member by assignment would replace the prototype of the copy.
    if (name === "__proto__") return Number.NaN;
    members += 1 + countIn((value as Record<string, unknown>)[name]);
  }
  return members;
}

function countIn(value: unknown): number {
  if (typeof value === "object" && value !== null) return countMembers(value);
  return typeof value === "number" && !Number.isFinite(value) ? Number.NaN : 0;
}

/** Whether every string and name in a value can be written as UTF-8: no half of a surrogate pair stands alone. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (value === null) return true;
  // Numbers, true and false have no entries.
  return Object.entries(value as object).every(([name, member]) => name.isWellFormed() && isWellFormed(member));
}

/** Whether what JSON would write of a value can be read by {@link parseStrictObject} again. */
export function isWritable(value: unknown, depth = 1): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return typeof value !== "bigint";
  if (depth > DEEPEST) return false;
  return Object.keys(value).every((name) => {
    if (name === "__proto__" || !name.isWellFormed()) return false;
    return isWritable((value as Record<string, unknown>)[name], depth + 1);
  });
}
