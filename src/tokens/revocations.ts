import type { Claims } from "./claims.js";
import { millisecondsOf } from "./uuid-v7.js";

/**
 * What is taken back: a session (all of its tokens, or those made before a moment), one token by its `jti`, or every token of a key.
 * `before` and `until` are in milliseconds; after `until` the entry may be forgotten, without it the entry stays. A key stays always.
 */
export type Revocation =
  | { readonly session: string; readonly before?: number; readonly until?: number }
  | { readonly token: string; readonly until?: number }
  | { readonly key: string };

/** The live set: every revocation that still concerns a token, exact and in memory. */
export interface Revocations {
  /** Takes effect at the next check. Adding twice is adding once; the stricter entry holds. */
  add(revocation: Revocation): void;
  /** Which kind of entry takes a token back, if any does. */
  find(claims: Pick<Claims, "iat" | "jti" | "sid">, kid: string): "session" | "token" | "key" | undefined;
  /** Drops the entries whose `until` has passed, and tells how many are left. */
  forgetPast(): number;
}

interface SessionEntry {
  readonly before: number;
  readonly until: number;
}

/** Makes an empty live set. It is swept while it grows, so its size follows what is alive. */
export function createRevocations({ now = Date.now }: { readonly now?: () => number } = {}): Revocations {
  const sessions = new Map<string, SessionEntry>();
  const tokens = new Map<string, number>();
  const keys = new Set<string>();
  let sweepAt = 1024;

  const size = () => sessions.size + tokens.size + keys.size;

  const forgetPast = () => {
    const time = now();
    for (const [session, entry] of sessions) if (entry.until < time) sessions.delete(session);
    for (const [token, until] of tokens) if (until < time) tokens.delete(token);
    sweepAt = Math.max(1024, size() * 2);
    return size();
  };

  const add = (revocation: Revocation) => {
    if (size() >= sweepAt) forgetPast();
    if ("key" in revocation) {
      keys.add(requireName(revocation.key));
      return;
    }
    const until = requireMoment(revocation.until);
    if ("token" in revocation) {
      const token = requireName(revocation.token);
      tokens.set(token, Math.max(until, tokens.get(token) ?? 0));
      return;
    }
    const session = requireName(revocation.session);
    const known = sessions.get(session) ?? { before: 0, until: 0 };
    const before = requireMoment(revocation.before);
    sessions.set(session, { before: Math.max(before, known.before), until: Math.max(until, known.until) });
  };

  const find: Revocations["find"] = (claims, kid) => {
    if (keys.has(kid)) return "key";
    if (claims.jti !== undefined && tokens.has(claims.jti)) return "token";
    if (claims.sid === undefined) return undefined;
    const entry = sessions.get(claims.sid);
    return entry !== undefined && !(madeAt(claims) >= entry.before) ? "session" : undefined;
  };

  return { add, find, forgetPast };
}

/** The millisecond of a token's making; a `jti` that is no UUID of version 7 leaves only the second of `iat`, and nothing that it is as old as can be. */
function madeAt(claims: Pick<Claims, "iat" | "jti">): number {
  const exact = typeof claims.jti === "string" ? millisecondsOf(claims.jti) : undefined;
  return exact ?? (claims.iat ?? 0) * 1000;
}

function requireName(name: unknown): string {
  if (typeof name !== "string" || name === "") throw new TypeError("A revocation names a session, a token or a key.");
  return name;
}

function requireMoment(moment: number | undefined): number {
  if (moment === undefined) return Number.POSITIVE_INFINITY;
  if (typeof moment !== "number" || Number.isNaN(moment)) throw new TypeError("A moment is a number of milliseconds.");
  return moment;
}
