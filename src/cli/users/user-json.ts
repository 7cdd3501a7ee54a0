import type { UserView } from "../../accounts/user-view.js";
import { isoTime } from "../terminal/iso-time.js";

/** A user as the HTTP API spells one. */
export function userJson({ id, username, email, roles, createdAt, disabledAt }: UserView): Record<string, unknown> {
  const disabled_at = disabledAt === null ? null : isoTime(disabledAt);
  return { id, username, email, roles, created_at: isoTime(createdAt), disabled_at };
}
