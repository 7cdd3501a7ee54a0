import type { UserRow } from "../store/store.js";

/** A user as they and an administrator may see them; instants are in milliseconds. */
export interface UserView {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly roles: readonly string[];
  readonly createdAt: number;
  readonly disabledAt: number | null;
}

/** A user without what nobody may see. */
export function viewOf({ id, username, email, roles, createdAt, disabledAt }: UserRow): UserView {
  return { id, username, email, roles, createdAt, disabledAt };
}
