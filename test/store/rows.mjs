// Plain JavaScript, because the processes that the tests start import it too.
import { randomUUID } from "node:crypto";

const MINUTE = 60_000;

/**
 * A user of a name that nobody else has.
 * @param {Partial<import("../../dist/store/store.js").UserRow>} parts
 * @returns {import("../../dist/store/store.js").UserRow}
 */
export function userRow(parts = {}) {
  const id = randomUUID();
  return {
    id,
    username: `Name-${id}`,
    usernameKey: `name-${id}`,
    usernameSkeleton: `name-${id}`,
    email: `Name-${id}@example.com`,
    emailKey: `name-${id}@example.com`,
    passwordHash: "hash-1",
    roles: ["editor", "reader"],
    createdAt: 1_700_000_000_000,
    disabledAt: null,
    ...parts,
  };
}

/**
 * A session of the user that lives for some minutes more, by the real clock.
 * @param {string} userId
 * @param {Partial<import("../../dist/store/store.js").SessionRow>} parts
 * @returns {import("../../dist/store/store.js").SessionRow}
 */
export function sessionRow(userId, parts = {}) {
  const now = Date.now();
  return {
    id: randomUUID(),
    userId,
    generation: 0,
    rotatedAt: now,
    nonce: "nonce",
    createdAt: now,
    lastUsedAt: now,
    idleExpiresAt: now + 5 * MINUTE,
    expiresAt: now + 10 * MINUTE,
    largestExp: 1000,
    tokensFrom: 0,
    authTime: Math.floor(now / 1000),
    amr: ["pwd"],
    transport: "body",
    userAgent: "Test/1.0",
    address: "127.0.0.1",
    endedAt: null,
    endedWhy: null,
    ...parts,
  };
}

/**
 * A key of that kid.
 * @param {string} kid
 * @param {Partial<import("../../dist/store/store.js").KeyRow>} parts
 * @returns {import("../../dist/store/store.js").KeyRow}
 */
export function keyRow(kid, parts = {}) {
  const at = 1_700_000_000_000;
  return {
    kid,
    purpose: "access",
    alg: "ES256",
    sealed: "sealed",
    createdAt: at,
    signsFrom: at,
    tokenSeconds: 600,
    ...parts,
  };
}
