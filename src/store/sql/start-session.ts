import type { CheckedUser, SessionRow } from "../store.js";
import type { Dialect } from "./driver.js";
import { compileOnce, type Statement } from "./query.js";
import type { StoredSession } from "./rows.js";
import type { Tables } from "./tables.js";

interface Start extends StoredSession {
  readonly checkedHash: string;
  readonly checkedRoles: string;
}

/** The values of the statement that {@link startSession} makes. */
export function toStart(session: SessionRow, { passwordHash, roles }: CheckedUser): Start {
  return {
    ...session,
    amr: JSON.stringify(session.amr),
    checkedHash: passwordHash,
    checkedRoles: JSON.stringify(roles),
  };
}

/** Inserts a session where its user is not disabled and still is as checked: one statement, so that nothing comes between. */
export function startSession({ queries }: Dialect): Statement<Start, { id: string }> {
  return compileOnce((session: Start) => {
    const columns = {
      id: session.id,
      user_id: session.userId,
      generation: session.generation,
      rotated_at: session.rotatedAt,
      nonce: session.nonce,
      created_at: session.createdAt,
      last_used_at: session.lastUsedAt,
      idle_expires_at: session.idleExpiresAt,
      expires_at: session.expiresAt,
      largest_exp: session.largestExp,
      tokens_from: session.tokensFrom,
      auth_time: session.authTime,
      amr: session.amr,
      transport: session.transport,
      user_agent: session.userAgent,
      address: session.address,
      ended_at: session.endedAt,
      ended_why: session.endedWhy,
    } satisfies Tables["sessions"];
    return queries
      .insertInto("sessions")
      .columns(Object.keys(columns) as (keyof typeof columns)[])
      .expression((eb) =>
        eb
          .selectFrom("users")
          .select(Object.entries(columns).map(([name, value]) => eb.val(value).as(name)))
          .where("id", "=", session.userId)
          .where("password_hash", "=", session.checkedHash)
          .where("roles", "=", session.checkedRoles)
          .where("disabled_at", "is", null),
      )
      .returning("id");
  });
}
