import { randomBytes } from "node:crypto";

/** A new master key as `LATCHKEY_SECRET` takes it: 32 random bytes in base64url. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}
