import { AuthError, isAuthError } from "../errors/auth-error.js";
import { networkOf } from "../limits/network-of.js";
import { requireGoodPassword } from "../passwords/password-rules.js";
import type { AccountParts, Caller } from "./account-parts.js";
import { requirePassword } from "./check-password.js";
import { takeBack } from "./end-session.js";
import { requireId, requireTexts } from "./require-texts.js";
import { requireCaller } from "./session.js";
import { traceOf } from "./trace-of.js";

/** Who changes their password, in which session, which is the one that goes on. */
export interface PasswordChange {
  readonly userId: string;
  readonly sessionId: string;
  readonly currentPassword: string;
  readonly newPassword: string;
}

// The hash may be replaced by a log-in while the change is made.
const TURNS = 2;

/**
 * Replaces the password and ends every other session. Counts as a log-in attempt: throws `rate_limited`, `invalid_credentials` for a wrong
 * present password, `account_disabled` after a right one, and what sign-up throws for a bad new one; `invalid_token` where nobody has the id.
 * The same password again is a change like any other: the other sessions end.
 */
export async function changePassword(parts: AccountParts, given: PasswordChange, caller: Caller): Promise<void> {
  requireTexts(given, ["currentPassword", "newPassword", "userId", "sessionId"]);
  const { userId, sessionId, currentPassword, newPassword } = given;
  requireId(userId);
  requireId(sessionId);
  requireCaller(caller);
  for (let turn = 0; turn < TURNS; turn++) {
    const found = await parts.store.users.findById(userId);
    if (found === undefined) throw new AuthError("invalid_token");
    requireGoodPassword(newPassword, found, "new_password");
    const claimed = { account: found.usernameKey, user: found, password: currentPassword };
    const { passwordHash, disabledAt } = await requirePassword(parts, claimed, caller).catch(ofThePresentOne);
    if (disabledAt !== null) throw new AuthError("account_disabled");
    const hashes = { from: passwordHash, to: await parts.passwords.hash(newPassword, networkOf(caller.address)) };
    const ending = { why: "password_changed", except: sessionId } as const;
    const ended = await parts.store.users.changePassword(userId, hashes, ending);
    if (ended !== undefined) {
      await takeBack(parts, ended);
      parts.log({ event: "user.password_changed", user: userId, session: sessionId, ...traceOf(caller) });
      return;
    }
  }
  return ofThePresentOne(new AuthError("invalid_credentials"));
}

/** Who is logged in has typed no username that could be wrong. */
function ofThePresentOne(error: unknown): never {
  if (!isAuthError(error) || error.code !== "invalid_credentials") throw error;
  const message = "The present password is wrong.";
  throw new AuthError("invalid_credentials", { message, fields: [{ field: "current_password", message }] });
}
