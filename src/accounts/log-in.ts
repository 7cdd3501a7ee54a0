import { AuthError } from "../errors/auth-error.js";
import type { Transport, UserRow } from "../store/store.js";
import type { AccountParts, Caller } from "./account-parts.js";
import { type Grant, grantFor, newSession, requireAudience } from "./session.js";
import { usernameKey } from "./username.js";

/** What a user logs in with. */
export interface LogIn {
  readonly username: string;
  readonly password: string;
  readonly audience?: string | undefined;
  readonly transport?: Transport | undefined;
}

/**
 * Begins a session. An unknown user costs the same hash as a known one and gets the same `invalid_credentials`. The session begins only
 * where the password is still the one that was checked.
 */
export async function logIn(parts: AccountParts, given: LogIn, caller: Caller): Promise<Grant> {
  const audience = requireAudience(parts, given.audience);
  const found = await parts.store.users.findByUsernameKey(usernameKey(given.username));
  const { matches, outdated } = await parts.passwords.verify(given.password, found?.passwordHash);
  if (found === undefined || !matches) {
    parts.log({ event: "user.log_in_failed", user: found?.id, address: caller.address });
    throw new AuthError("invalid_credentials");
  }
  const user = outdated ? await rehashed(parts, found, given.password) : found;
  const session = newSession(parts, user.id, given.transport ?? "body", caller);
  const began = await parts.store.sessions.start(session, { passwordHash: user.passwordHash });
  if (!began) throw new AuthError("invalid_credentials");
  parts.log({ event: "user.logged_in", user: user.id, session: session.id, address: caller.address });
  return grantFor(parts, user, session, audience, session.createdAt);
}

/** Replaces a hash of an older kind; where the password was changed meanwhile, the old row stays and the session will not begin. */
async function rehashed(parts: AccountParts, user: UserRow, password: string): Promise<UserRow> {
  const passwordHash = await parts.passwords.hash(password);
  const replaced = await parts.store.users.replacePasswordHash(user.id, user.passwordHash, passwordHash);
  return replaced ? { ...user, passwordHash } : user;
}
