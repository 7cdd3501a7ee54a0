import { AuthError } from "../errors/auth-error.js";
import { readHash } from "./read-hash.js";

/**
 * Refuses a hash that no log-in could compare with: `invalid_request` for one of an unknown kind, one that is broken and
 * one that costs too much. Nothing is computed.
 */
export function requireUsableHash(hash: string): void {
  const stored = readHash(hash);
  if (stored.kind !== "unusable") return;
  throw new AuthError("invalid_request", { fields: [{ field: "hash", message: stored.why }] });
}
