import { AuthError, isAuthError } from "../errors/auth-error.js";
import type { Transport, UserRow } from "../store/store.js";
import type { AccountParts, Caller } from "./account-parts.js";
import { type Grant, grantFor, newSession, requireAudience } from "./session.js";
import { findUsernameKey } from "./username.js";

/** What a user logs in with. */
export interface LogIn {
  readonly username: string;
  readonly password: string;
  readonly audience?: string | undefined;
  readonly transport?: Transport | undefined;
}

// A hash that is replaced while it is checked is met once; a second time somebody else is at work.
const TURNS = 2;

/**
 * Begins a session. An unknown user costs the same hash as a known one and gets the same `invalid_credentials`. The session begins only
 * where the password is still the one that was checked; where it was replaced meanwhile, it is checked once more.
 */
export async function logIn(parts: AccountParts, given: LogIn, caller: Caller): Promise<Grant> {
  const audience = requireAudience(parts, given.audience);
  for (let turn = 0; turn < TURNS; turn++) {
    const user = await requireUser(parts, given, caller);
    const session = await newSession(parts, { userId: user.id, transport: given.transport, caller });
    if (await parts.store.sessions.start(session, { passwordHash: user.passwordHash })) {
      parts.log({ event: "user.logged_in", user: user.id, session: session.id, address: caller.address });
      return grantFor(parts, { user, session, audience });
    }
  }
  throw new AuthError("invalid_credentials");
}

async function requireUser(parts: AccountParts, given: LogIn, caller: Caller): Promise<UserRow> {
  const key = findUsernameKey(given.username);
  const found = key === undefined ? undefined : await parts.store.users.findByUsernameKey(key);
  const { matches, outdated } = await parts.passwords.verify(given.password, found?.passwordHash);
  if (found === undefined || !matches) {
    parts.log({ event: "user.log_in_failed", user: found?.id, address: caller.address });
    throw new AuthError("invalid_credentials");
  }
  return outdated ? rehashed(parts, found, given.password) : found;
}

/** Replaces a hash of an older kind. Where that cannot be done now, the old one will do; where somebody else was faster, it will not. */
async function rehashed(parts: AccountParts, user: UserRow, password: string): Promise<UserRow> {
  try {
    const passwordHash = await parts.passwords.hash(password);
    const replaced = await parts.store.users.replacePasswordHash(user.id, user.passwordHash, passwordHash);
    return replaced ? { ...user, passwordHash } : user;
  } catch (error) {
    if (isAuthError(error)) return user;
    throw error;
  }
}
