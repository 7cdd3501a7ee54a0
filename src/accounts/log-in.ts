import { AuthError } from "../errors/auth-error.js";
import type { RevocationRow, Transport, UserRow } from "../store/store.js";
import type { AccountParts, Caller } from "./account-parts.js";
import { requirePassword } from "./check-password.js";
import { takeBack } from "./end-session.js";
import { requireTexts } from "./require-texts.js";
import { type Grant, grantFor, newSession, requireAudience, requireCaller, requireTransport } from "./session.js";
import { traceOf } from "./trace-of.js";
import { findUsernameKey } from "./username.js";

/** What a user logs in with. */
export interface LogIn {
  readonly username: string;
  readonly password: string;
  readonly audience?: string | undefined;
  readonly transport?: Transport | undefined;
}

// So many that nobody has them, and so few that all of them end in a moment.
const MOST_SESSIONS = 1000;

// A user who is changed while the password is checked is met once; a second time somebody else is at work.
const TURNS = 2;

/**
 * Begins a session. An unknown user costs the same hash as a known one and gets the same `invalid_credentials`; `account_disabled` is told
 * only after a right password. The session begins only where password and roles are still those that were checked; where they were changed
 * meanwhile, all is checked once more. Of more than 1000 sessions of a user, the one that was not used for longest ends.
 */
export async function logIn(parts: AccountParts, given: LogIn, caller: Caller): Promise<Grant> {
  requireTexts(given, ["username", "password"]);
  requireTransport(given.transport);
  requireCaller(caller);
  const audience = requireAudience(parts, given.audience);
  for (let turn = 0; turn < TURNS; turn++) {
    const user = await requireUser(parts, given, caller);
    const session = await newSession(parts, { userId: user.id, transport: given.transport, caller });
    const crowdedOut = await parts.store.sessions.start(session, user, MOST_SESSIONS);
    if (crowdedOut !== undefined) {
      await endCrowdedOut(parts, user.id, crowdedOut);
      parts.log({ event: "user.logged_in", user: user.id, session: session.id, ...traceOf(caller) });
      return grantFor(parts, { user, session, audience, readAt: session.createdAt });
    }
  }
  throw new AuthError("invalid_credentials");
}

async function endCrowdedOut(parts: AccountParts, user: string, ended: readonly RevocationRow[]): Promise<void> {
  if (ended.length === 0) return;
  await takeBack(parts, ended);
  parts.log({ event: "user.sessions_crowded_out", user, sessions: ended.length });
}

async function requireUser(parts: AccountParts, { username, password }: LogIn, caller: Caller): Promise<UserRow> {
  const key = findUsernameKey(username);
  const found = key === undefined ? undefined : await parts.store.users.findByUsernameKey(key);
  const claimed = { account: key ?? username, user: found, password };
  const user = await requirePassword(parts, claimed, caller);
  if (user.disabledAt === null) return user;
  parts.log({ event: "user.log_in_disabled", user: user.id, ...traceOf(caller) });
  throw new AuthError("account_disabled");
}
