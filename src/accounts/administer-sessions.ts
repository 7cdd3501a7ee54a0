import type { AccountParts } from "./account-parts.js";
import { endSession, endSessionsOf } from "./end-session.js";
import { listSessions, type SessionView } from "./own-sessions.js";
import { requireId } from "./require-texts.js";

/** What an administrator does to sessions. An id that is no text throws `invalid_request`. */
export interface SessionAdmin {
  /** The living sessions of a user, the latest used first. */
  list(userId: string): Promise<readonly SessionView[]>;
  /** Ends a session; answers whether it lived. */
  end(id: string): Promise<boolean>;
  /** Ends all sessions of a user; answers how many there were. */
  endAll(userId: string): Promise<number>;
}

/** Makes the administration of the sessions of a server. */
export function createSessionAdmin(parts: AccountParts): SessionAdmin {
  return {
    list: (userId) => listSessions(parts, userId),
    async end(id) {
      requireId(id);
      const ended = await endSession(parts, id, "ended_by_admin");
      if (ended) parts.log({ event: "session.ended_by_admin", session: id });
      return ended;
    },
    async endAll(userId) {
      requireId(userId, "userId");
      const sessions = await endSessionsOf(parts, userId, "ended_by_admin");
      parts.log({ event: "user.sessions_ended", user: userId, sessions });
      return sessions;
    },
  };
}
