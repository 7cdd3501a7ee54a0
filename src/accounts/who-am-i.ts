import { AuthError } from "../errors/auth-error.js";
import type { UserRow } from "../store/store.js";
import type { AccountParts } from "./account-parts.js";

/** What a user may see of themselves. */
export interface Me {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly roles: readonly string[];
  readonly createdAt: number;
}

/** The user of a verified token. Throws `invalid_token` where the account is gone. */
export async function whoAmI(parts: AccountParts, userId: string): Promise<Me> {
  const user: UserRow | undefined = await parts.store.users.findById(userId);
  if (user === undefined) throw new AuthError("invalid_token");
  const { id, username, email, roles, createdAt } = user;
  return { id, username, email, roles, createdAt };
}
