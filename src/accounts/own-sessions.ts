import { AuthError } from "../errors/auth-error.js";
import type { SessionRow, Transport } from "../store/store.js";
import type { AccountParts, Caller } from "./account-parts.js";
import { endSession, endSessionsOf } from "./end-session.js";
import { requireId } from "./require-texts.js";
import { traceOf } from "./trace-of.js";

/** A living session as its user may see it; instants are in milliseconds, `device` is the user agent as it was sent. */
export interface SessionView {
  readonly id: string;
  readonly device: string | null;
  readonly address: string | null;
  readonly transport: Transport;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  /** When it ends unless it is used before. */
  readonly expiresAt: number;
}

// Nothing bounds how many somebody begins, and all of them in one answer would keep everybody else waiting.
const MOST_OWN = 100;

/** The living sessions of a user as they themselves may list them: the 100 used last, the latest first. */
export async function listOwnSessions(parts: AccountParts, userId: string): Promise<readonly SessionView[]> {
  const rows = await parts.store.sessions.listLiving(userId, MOST_OWN);
  return rows.map(sessionViewOf);
}

/** All living sessions of a user, the latest used first. */
export async function listSessions(parts: AccountParts, userId: string): Promise<readonly SessionView[]> {
  requireId(userId, "userId");
  const rows = await parts.store.sessions.listLiving(userId);
  return rows.map(sessionViewOf);
}

/** Ends one session of a user. Throws `not_found` for any other session, and for one that has ended. */
export async function endOwnSession(
  parts: AccountParts,
  { userId, sessionId }: { readonly userId: string; readonly sessionId: string },
  caller: Caller,
): Promise<void> {
  requireId(sessionId);
  if (!(await endSession(parts, sessionId, "ended_by_user", userId))) throw new AuthError("not_found");
  parts.log({ event: "session.ended", user: userId, session: sessionId, ...traceOf(caller) });
}

/** Ends all sessions of a user. */
export async function logOutEverywhere(parts: AccountParts, userId: string, caller: Caller): Promise<void> {
  const sessions = await endSessionsOf(parts, userId, "log_out_everywhere");
  parts.log({ event: "user.logged_out_everywhere", user: userId, sessions, ...traceOf(caller) });
}

/** A session without its secrets. */
function sessionViewOf(row: SessionRow): SessionView {
  const { id, userAgent: device, address, transport, createdAt, lastUsedAt, idleExpiresAt, expiresAt } = row;
  return { id, device, address, transport, createdAt, lastUsedAt, expiresAt: Math.min(idleExpiresAt, expiresAt) };
}
