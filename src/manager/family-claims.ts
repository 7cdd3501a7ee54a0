import { createHmac } from "node:crypto";
import { uuidV7 } from "../tokens/uuid-v7.js";
import type { RefreshFamily } from "./refresh-store.js";

/** The claims of one generation of a family. */
export interface FamilyClaims {
  readonly jti: string;
  readonly csrf: string;
  readonly iat: number;
  readonly exp: number;
  readonly sid: string;
  readonly gen: number;
}

/**
 * The claims of the generation that a family is at: nothing of them is random, so that everybody who is given this generation is given the same
 * token. `idleSeconds` is how long it may lie unused.
 */
export function familyClaims(family: RefreshFamily, idleSeconds: number = Number.POSITIVE_INFINITY): FamilyClaims {
  const { id, nonce, generation, rotatedAt } = family;
  const iat = Math.floor(rotatedAt / 1000);
  const bytes = createHmac("sha256", nonce).update(String(generation)).digest();
  return {
    jti: uuidV7(rotatedAt, bytes),
    csrf: bytes.toString("base64url", 10, 32),
    iat,
    exp: Math.min(iat + idleSeconds, endOf(family)),
    sid: id,
    gen: generation,
  };
}

/** The second in which a family ends. */
export function endOf({ expiresAt }: RefreshFamily): number {
  return Math.floor(expiresAt / 1000);
}
