import type { RawBuilder } from "kysely";
import type { Page, TakenNames, UserRow } from "../store.js";
import type { Dialect } from "./driver.js";
import { compileOnce, type Statement } from "./query.js";
import { type StoredUser, USER_FIELDS } from "./rows.js";

interface OfUser {
  readonly id: string;
}

/** Finds whoever has one of the three unique spellings. */
export function findUsersOfAnyKey({
  queries,
}: Dialect): Statement<TakenNames, Pick<UserRow, "usernameKey" | "usernameSkeleton">> {
  return compileOnce((user: TakenNames) =>
    queries
      .selectFrom("users")
      .select(["username_key as usernameKey", "username_skeleton as usernameSkeleton"])
      .where((eb) =>
        eb.or([
          eb("username_key", "=", user.usernameKey),
          eb("username_skeleton", "=", user.usernameSkeleton),
          eb("email_key", "=", user.emailKey),
        ]),
      ),
  );
}

/** Inserts a user. */
export function insertUser({ queries }: Dialect): Statement<StoredUser, unknown> {
  return compileOnce((user: StoredUser) =>
    queries.insertInto("users").values({
      id: user.id,
      username: user.username,
      username_key: user.usernameKey,
      username_skeleton: user.usernameSkeleton,
      email: user.email,
      email_key: user.emailKey,
      password_hash: user.passwordHash,
      roles: user.roles,
      created_at: user.createdAt,
      disabled_at: user.disabledAt,
    }),
  );
}

/** Finds a user by one unique column. */
export function findUserBy(
  column: "id" | "username_key",
  { queries }: Dialect,
): Statement<{ readonly key: string }, StoredUser> {
  return compileOnce(({ key }: { readonly key: string }) =>
    queries
      .selectFrom("users")
      .select(["id", ...USER_FIELDS, "created_at as createdAt"])
      .where(column, "=", key),
  );
}

/** A page of users. */
export function listUsers({ queries }: Dialect): Statement<Required<Page> & { readonly after: string }, StoredUser> {
  return compileOnce(({ after, limit }: Required<Page> & { readonly after: string }) =>
    queries
      .selectFrom("users")
      .select(["id", ...USER_FIELDS, "created_at as createdAt"])
      .where("id", ">", after)
      .orderBy("id")
      .limit(limit),
  );
}

/** Writes a hash in the place of the one that is named. */
export function replacePasswordHash({
  queries,
}: Dialect): Statement<OfUser & { readonly from: string; readonly to: string }, OfUser> {
  return compileOnce((values: OfUser & { readonly from: string; readonly to: string }) =>
    queries
      .updateTable("users")
      .set({ password_hash: values.to })
      .where("id", "=", values.id)
      .where("password_hash", "=", values.from)
      .returning("id"),
  );
}

/** Writes a hash, whatever was there. */
export function setPasswordHash({ queries }: Dialect): Statement<OfUser & { readonly to: string }, OfUser> {
  return compileOnce(({ id, to }: OfUser & { readonly to: string }) =>
    queries.updateTable("users").set({ password_hash: to }).where("id", "=", id).returning("id"),
  );
}

/** Disables a user from the moment given, or enables them by none. */
export function setDisabled({ queries }: Dialect, at: RawBuilder<number> | null): Statement<OfUser, OfUser> {
  return compileOnce(({ id }: OfUser) =>
    queries
      .updateTable("users")
      .set((eb) => ({ disabled_at: at === null ? null : eb.fn.coalesce("disabled_at", at) }))
      .where("id", "=", id)
      .returning("id"),
  );
}

/** Writes the roles, as JSON text. */
export function setRoles({ queries }: Dialect): Statement<OfUser & { readonly roles: string }, unknown> {
  return compileOnce(({ id, roles }: OfUser & { readonly roles: string }) =>
    queries.updateTable("users").set({ roles }).where("id", "=", id),
  );
}

/** Deletes a user, and by the foreign key all of their sessions. */
export function deleteUser({ queries }: Dialect): Statement<OfUser, OfUser> {
  return compileOnce(({ id }: OfUser) => queries.deleteFrom("users").where("id", "=", id).returning("id"));
}
