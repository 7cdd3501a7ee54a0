import type { EndReason, RevocationRow } from "../store/store.js";
import type { Revocation } from "../tokens/index.js";
import type { AccountParts } from "./account-parts.js";

/**
 * Ends a session, of the user where one is given: its row and its revocation are written in one transaction, and its access tokens are
 * refused from the next check on.
 */
export async function endSession(parts: AccountParts, id: string, why: EndReason, userId?: string): Promise<boolean> {
  const row = await parts.store.sessions.end(id, why, userId);
  if (row === undefined) {
    // Another process may have ended it a moment ago, and whoever asks must find it ended here too.
    await parts.catchUp();
    return false;
  }
  parts.revocations.add(revocationOf(row));
  return true;
}

/** Ends all sessions of a user; answers how many there were. */
export async function endSessionsOf(parts: AccountParts, userId: string, why: EndReason): Promise<number> {
  const ended = await parts.store.sessions.endAll(userId, { why });
  await takeBack(parts, ended);
  return ended.length;
}

/**
 * Puts the revocations that an act has written into the live set of this process, and those that other processes wrote before: what the act
 * found ended already is refused here too when it answers.
 */
export async function takeBack(parts: AccountParts, rows: readonly RevocationRow[]): Promise<void> {
  for (const row of rows) parts.revocations.add(revocationOf(row));
  await parts.catchUp();
}

/** A revocation as the live set takes it. */
export function revocationOf({ kind, subject, before, until }: RevocationRow): Revocation {
  const limits = { ...(before !== null && { before }), ...(until !== null && { until }) };
  if (kind === "session") return { session: subject, ...limits };
  return kind === "token" ? { token: subject, ...limits } : { key: subject };
}
