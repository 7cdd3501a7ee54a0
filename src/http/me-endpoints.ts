import { whoAmI } from "../accounts/who-am-i.js";
import type { AuthorizedCall } from "./call.js";

/** `GET /me` */
export async function getMe({ auth, parts }: AuthorizedCall): Promise<Response> {
  const me = await whoAmI(parts.accounts, auth.identity);
  const { id, username, email, roles } = me;
  return Response.json({ id, username, email, roles, created_at: new Date(me.createdAt).toISOString() });
}
