import { AuthError, isAuthError } from "../errors/auth-error.js";
import { networkOf } from "../limits/network-of.js";
import type { UserRow } from "../store/store.js";
import type { AccountParts, Caller } from "./account-parts.js";
import { traceOf } from "./trace-of.js";

/** Whose password is checked: the user that was found, if any, and the account under which the attempt counts. */
export interface Claimed {
  readonly account: string;
  readonly user: UserRow | undefined;
  readonly password: string;
}

/**
 * The user, where the password is theirs; a hash of an older kind is replaced. Throws `invalid_credentials` for a user that does not exist
 * at the same cost as for a wrong password, `rate_limited` before anything is computed, and `unavailable` where too many wait for their check.
 */
export async function requirePassword(parts: AccountParts, claimed: Claimed, caller: Caller): Promise<UserRow> {
  const { account, user, password } = claimed;
  const network = networkOf(caller.address);
  // Under a flood most are refused here: none of them may cost a transaction.
  const requireRoom = () => parts.passwords.requireRoom(network);
  const attempted = { account, address: caller.address, requireRoom };
  const { matches, outdated } = await parts.limits.attempt(attempted, async (attempt) => {
    const verdict = await parts.passwords.verify(password, user?.passwordHash, network);
    if (verdict.matches) attempt.succeeded();
    else attempt.failed();
    return verdict;
  });
  if (user === undefined || !matches) {
    parts.log({ event: "user.log_in_failed", user: user?.id, ...traceOf(caller) });
    throw new AuthError("invalid_credentials");
  }
  return outdated ? rehashed(parts, user, () => parts.passwords.hash(password, network)) : user;
}

/** Where an old hash cannot be replaced now, it will do; where somebody else was faster, it will not. */
async function rehashed(parts: AccountParts, user: UserRow, hash: () => Promise<string>): Promise<UserRow> {
  try {
    const passwordHash = await hash();
    const replaced = await parts.store.users.replacePasswordHash(user.id, user.passwordHash, passwordHash);
    return replaced ? { ...user, passwordHash } : user;
  } catch (error) {
    if (isAuthError(error)) return user;
    throw error;
  }
}
