import { readFileSync, statSync } from "node:fs";

/** A picture that was read, with its media type. */
export interface Logo {
  readonly bytes: Uint8Array;
  readonly type: string;
}

const WHAT = "The logo of the brand (LATCHKEY_BRAND_LOGO)";
const MOST_BYTES = 256 * 1024;

const DRAWING = /^(?:\xef\xbb\xbf)?(?:\s|<\?[^>]*\?>|<!--(?:(?!-->)[\s\S])*-->|<!DOCTYPE\s[^>]*>)*<svg[\s>]/;

const KINDS: readonly (readonly [type: string, isOne: (start: string) => boolean])[] = [
  ["image/png", (start) => start.startsWith("\x89PNG\r\n\x1a\n")],
  ["image/jpeg", (start) => start.startsWith("\xff\xd8\xff")],
  ["image/webp", (start) => start.startsWith("RIFF") && start.startsWith("WEBP", 8)],
  ["image/svg+xml", (start) => DRAWING.test(start)],
];

/** Reads a logo. A `TypeError` where there is no such file, or it is too large, or no picture of a known kind. */
export function requireLogo(path: unknown): Logo {
  if (typeof path !== "string" || path === "") throw new TypeError(`${WHAT} must be the path of a file.`);
  const bytes = readLogo(path);
  const start = bytes.toString("latin1");
  const type = KINDS.find(([, isOne]) => isOne(start))?.[0];
  if (type === undefined) throw new TypeError(`${WHAT} must be a picture: PNG, JPEG, WebP or SVG.`);
  return { bytes, type };
}

function readLogo(path: string): Buffer {
  try {
    const stats = statSync(path);
    // What is no file, such as a pipe, might never end.
    if (stats.isFile() && stats.size <= MOST_BYTES) return readFileSync(path);
  } catch (cause) {
    throw new TypeError(`${WHAT} cannot be read: ${(cause as NodeJS.ErrnoException).code}.`, { cause });
  }
  throw new TypeError(`${WHAT} must be a file of 256 KiB at most.`);
}
