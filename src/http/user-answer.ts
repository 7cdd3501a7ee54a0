import type { UserView } from "../accounts/user-view.js";
import type { MeAnswer } from "./answers.js";

/** A user as an answer shows them. */
export function userAnswer({ id, username, email, roles, createdAt }: UserView): MeAnswer {
  return { id, username, email, roles, created_at: instant(createdAt) };
}

/** A moment in milliseconds as an answer writes it (RFC 3339). */
export function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
