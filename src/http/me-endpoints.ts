import { whoAmI } from "../accounts/who-am-i.js";
import type { AuthorizedCall } from "./call.js";
import type { Reply } from "./route.js";

/** `GET /me` */
export async function getMe({ auth, parts }: AuthorizedCall): Promise<Reply> {
  const { id, username, email, roles, createdAt } = await whoAmI(parts.accounts, auth.identity);
  return { body: { id, username, email, roles, created_at: new Date(createdAt).toISOString() } };
}
