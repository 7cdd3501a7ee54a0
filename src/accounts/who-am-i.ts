import { AuthError } from "../errors/auth-error.js";
import type { AccountParts } from "./account-parts.js";
import { type UserView, viewOf } from "./user-view.js";

/** The user of a verified token. Throws `invalid_token` where the account is gone. */
export async function whoAmI(parts: AccountParts, userId: string): Promise<UserView> {
  const user = await parts.store.users.findById(userId);
  if (user === undefined) throw new AuthError("invalid_token");
  return viewOf(user);
}
