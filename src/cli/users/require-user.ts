import type { UserView } from "../../accounts/user-view.js";
import type { AuthServer } from "../../create-auth.js";

/** Who has this username or id; an error where nobody has. */
export async function requireUser({ users }: Pick<AuthServer, "users">, nameOrId: string): Promise<UserView> {
  const user = await users.find(nameOrId);
  if (user === undefined) throw new Error(`There is no user ${nameOrId}.`);
  return user;
}
