import { AuthError } from "../errors/auth-error.js";
import { requireGoodPassword } from "../passwords/password-rules.js";
import type { Transport, UserRow } from "../store/store.js";
import { uuidV7 } from "../tokens/uuid-v7.js";
import type { AccountParts, Caller } from "./account-parts.js";
import { requireEmail } from "./email.js";
import { type Grant, grantFor, newSession } from "./session.js";
import { requireUsername } from "./username.js";

/** What a new user tells. */
export interface SignUp {
  readonly username: string;
  readonly password: string;
  readonly email?: string | undefined;
  readonly transport?: Transport | undefined;
}

/**
 * Makes an account and logs it in. Throws `username_taken`, `email_taken`, `password_too_short`, `password_too_common`, or
 * `invalid_request` with the field. A taken name is told, so sign-up reveals which names exist.
 */
export async function signUp(parts: AccountParts, wanted: SignUp, caller: Caller): Promise<Grant> {
  const username = requireUsername(wanted.username);
  const email = wanted.email === undefined ? undefined : requireEmail(wanted.email);
  requireGoodPassword(wanted.password);
  // Asked before the hash, which costs most; the insert decides.
  if ((await parts.store.users.findByUsernameKey(username.key)) !== undefined) throw new AuthError("username_taken");
  const passwordHash = await parts.passwords.hash(wanted.password);
  const time = await parts.store.now();
  const user: UserRow = {
    id: uuidV7(time),
    username: username.shown,
    usernameKey: username.key,
    email: email?.shown ?? null,
    emailKey: email?.key ?? null,
    passwordHash,
    roles: [],
    createdAt: time,
  };
  const session = await newSession(parts, { userId: user.id, transport: wanted.transport, caller });
  const outcome = await parts.store.users.add(user, session);
  if (outcome !== "added") throw new AuthError(outcome);
  parts.log({ event: "user.signed_up", user: user.id, session: session.id, address: caller.address });
  return grantFor(parts, { user, session, audience: parts.settings.audiences[0] });
}
