import { AuthError } from "../errors/auth-error.js";
import { requireGoodPassword } from "../passwords/password-rules.js";
import type { AccountParts, Caller } from "./account-parts.js";

/** Whose password changes, from which session, and both passwords. */
export interface PasswordChange {
  readonly userId: string;
  readonly sessionId: string;
  readonly currentPassword: string;
  readonly newPassword: string;
}

/** Replaces a password. Throws `invalid_credentials` where the present one is wrong, and what the rules refuse. */
export async function changePassword(parts: AccountParts, given: PasswordChange, caller: Caller): Promise<void> {
  requireGoodPassword(given.newPassword);
  const user = await parts.store.users.findById(given.userId);
  if (user === undefined) throw new AuthError("invalid_token");
  const { matches } = await parts.passwords.verify(given.currentPassword, user.passwordHash);
  if (!matches) throw new AuthError("invalid_credentials");
  const passwordHash = await parts.passwords.hash(given.newPassword);
  if (!(await parts.store.users.replacePasswordHash(user.id, user.passwordHash, passwordHash)))
    throw new AuthError("invalid_credentials");
  parts.log({ event: "user.password_changed", user: user.id, session: given.sessionId, address: caller.address });
}
