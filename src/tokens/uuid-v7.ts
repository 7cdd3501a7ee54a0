import { randomFillSync } from "node:crypto";

const BYTES = 10;
const pool = Buffer.allocUnsafe(BYTES * 256);
let used = pool.length;

/** A UUID of version 7 (RFC 9562 section 5.7): the milliseconds of its making, then 74 bits of the first ten of the given bytes, or random ones. */
export function uuidV7(milliseconds: number, bytes?: Buffer): string {
  const time = Math.trunc(milliseconds).toString(16).padStart(12, "0");
  const digits = bytes === undefined ? randomDigits() : bytes.toString("hex", 0, BYTES);
  const variant = ((Number.parseInt(digits.charAt(0), 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digits.slice(3, 6)}-${variant}${digits.charAt(1)}${digits.slice(6, 8)}-${digits.slice(8)}`;
}

function randomDigits(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += BYTES;
  return pool.toString("hex", used - BYTES, used);
}

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The milliseconds in a UUID of version 7, or `undefined` for any other text. */
export function millisecondsOf(uuid: string): number | undefined {
  return SHAPE.test(uuid) ? Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16) : undefined;
}
