import type { SessionRow, UserRow } from "../store.js";

/** A user with the roles as JSON text. */
export type StoredUser = Omit<UserRow, "roles"> & { readonly roles: string };

/** A session with `amr` as JSON text. */
export type StoredSession = Omit<SessionRow, "amr"> & { readonly amr: string };

/** The columns of a user but for those that a session has too, named as its fields. */
export const USER_FIELDS = [
  "users.username",
  "users.username_key as usernameKey",
  "users.username_skeleton as usernameSkeleton",
  "users.email",
  "users.email_key as emailKey",
  "users.password_hash as passwordHash",
  "users.roles",
  "users.disabled_at as disabledAt",
] as const;

/** The columns of a session, named as its fields. */
export const SESSION_FIELDS = [
  "sessions.id",
  "sessions.user_id as userId",
  "sessions.generation",
  "sessions.rotated_at as rotatedAt",
  "sessions.nonce",
  "sessions.created_at as createdAt",
  "sessions.last_used_at as lastUsedAt",
  "sessions.idle_expires_at as idleExpiresAt",
  "sessions.expires_at as expiresAt",
  "sessions.largest_exp as largestExp",
  "sessions.tokens_from as tokensFrom",
  "sessions.auth_time as authTime",
  "sessions.amr",
  "sessions.transport",
  "sessions.user_agent as userAgent",
  "sessions.address",
  "sessions.ended_at as endedAt",
  "sessions.ended_why as endedWhy",
] as const;

/** Reads a user out of its stored form. */
export function toUser(row: StoredUser): UserRow {
  return { ...row, roles: JSON.parse(row.roles) as string[] };
}

/** Reads a session out of its stored form. */
export function toSession(row: StoredSession): SessionRow {
  return { ...row, amr: JSON.parse(row.amr) as string[] };
}
