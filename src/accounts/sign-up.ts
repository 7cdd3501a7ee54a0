import { AuthError } from "../errors/auth-error.js";
import { networkOf } from "../limits/network-of.js";
import { requireGoodPassword } from "../passwords/password-rules.js";
import type { Addition, Transport } from "../store/store.js";
import type { AccountParts, Caller } from "./account-parts.js";
import { newUser, requireNames, takenNamesOf } from "./new-user.js";
import { requireTexts } from "./require-texts.js";
import { type Grant, grantFor, newSession, requireCaller, requireTransport } from "./session.js";
import { traceOf } from "./trace-of.js";

/** What a new user tells. */
export interface SignUp {
  readonly username: string;
  readonly password: string;
  readonly email?: string | undefined;
  readonly transport?: Transport | undefined;
}

/**
 * Makes an account and logs it in. Throws `username_taken`, `email_taken`, `password_too_short`, `password_too_common`,
 * `rate_limited`, or `invalid_request` with the field. A taken name is told, so sign-up reveals which names exist.
 */
export async function signUp(parts: AccountParts, wanted: SignUp, caller: Caller): Promise<Grant> {
  requireTexts(wanted, ["username", "password"], ["email"]);
  requireTransport(wanted.transport);
  requireCaller(caller);
  const names = requireNames({ username: wanted.username, email: wanted.email });
  requireGoodPassword(wanted.password, wanted);
  const network = networkOf(caller.address);
  parts.passwords.requireRoom(network);
  await parts.limits.requireOpen("sign_up", caller.address);
  // Asked before the hash, which costs most; the insert decides.
  await requireFree(parts, (await parts.store.users.findTaken(takenNamesOf(names))) ?? "added", caller);
  const user = newUser(names, {
    passwordHash: await parts.passwords.hash(wanted.password, network),
    time: await parts.store.now(),
  });
  const session = await newSession(parts, { userId: user.id, transport: wanted.transport, caller });
  await requireFree(parts, await parts.store.users.add(user, session), caller);
  parts.log({ event: "user.signed_up", user: user.id, session: session.id, ...traceOf(caller) });
  return grantFor(parts, { user, session, audience: parts.settings.audiences[0], readAt: session.createdAt });
}

/** Whoever asks for many names that are taken is trying to learn which ones exist. */
async function requireFree({ limits }: AccountParts, addition: Addition, { address }: Caller): Promise<void> {
  if (addition === "added") return;
  await limits.refuse("sign_up", address);
  throw new AuthError(addition);
}
