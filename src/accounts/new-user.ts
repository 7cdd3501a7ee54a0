import type { TakenNames, UserRow } from "../store/store.js";
import { uuidV7 } from "../tokens/uuid-v7.js";
import { type Email, requireEmail } from "./email.js";
import { requireRoles } from "./roles.js";
import { requireUsername, type Username } from "./username.js";

/** Who somebody wants to be. */
export interface WantedNames {
  readonly username: string;
  readonly email?: string | undefined;
  readonly roles?: readonly string[] | undefined;
}

/** Names that may be given to a user, if nobody else has them. */
export interface GoodNames {
  readonly username: Username;
  readonly email: Email | undefined;
  readonly roles: readonly string[];
}

/** Checks all that is told of a new user. Throws `invalid_request` that names the field. */
export function requireNames({ username, email, roles = [] }: WantedNames): GoodNames {
  return {
    username: requireUsername(username),
    email: email === undefined ? undefined : requireEmail(email),
    roles: requireRoles(roles),
  };
}

/** What of new names can be somebody's already. */
export function takenNamesOf({ username, email }: GoodNames): TakenNames {
  return { usernameKey: username.key, usernameSkeleton: username.skeleton, emailKey: email?.key ?? null };
}

/** How a user begins: with which hash, when, in milliseconds, and under which id where one was chosen. */
export interface UserBeginning {
  readonly passwordHash: string;
  readonly time: number;
  readonly id?: string;
}

/** The row of a user who is made now. */
export function newUser(names: GoodNames, { passwordHash, time, id = uuidV7(time) }: UserBeginning): UserRow {
  return {
    id,
    username: names.username.shown,
    email: names.email?.shown ?? null,
    ...takenNamesOf(names),
    passwordHash,
    roles: names.roles,
    createdAt: time,
    disabledAt: null,
  };
}
