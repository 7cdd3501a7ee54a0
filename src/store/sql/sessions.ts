import type { ExpressionBuilder } from "kysely";
import type { EndReason, Rotation, SessionStore, SessionWithUser } from "../store.js";
import { ask } from "./act.js";
import type { Dialect, Driver } from "./driver.js";
import { compileOnce, type Statement } from "./query.js";
import { insertRevocation } from "./revocations.js";
import { SESSION_FIELDS, type StoredSession, type StoredUser, toSession, toUser, USER_FIELDS } from "./rows.js";
import type { Tables } from "./tables.js";

// A minute for the leeway of verifiers, and an hour for a clock that jumps ahead and is set back.
const REVOCATION_MARGIN = 60_000 + 3_600_000;

/** The sessions, in SQL. */
export function createSessionStore(driver: Driver): SessionStore {
  const { dialect } = driver;
  const start = startSession(dialect);
  const findWithUser = findSessionWithUser(dialect);
  const rotate = rotateSession(dialect);
  const noteAccess = raiseLargestExp(dialect);
  const end = endSession(dialect);
  const revoke = insertRevocation(dialect);
  return {
    async start(session, { passwordHash }) {
      const started = await driver.write(start({ ...session, amr: JSON.stringify(session.amr), passwordHash }));
      return started.length === 1;
    },
    async findWithUser(id) {
      const [row] = await driver.read(findWithUser({ id }));
      return row && splitSessionAndUser(row);
    },
    async rotate(id, from, next) {
      const [rotated] = await driver.write(rotate({ ...next, id, from }));
      return rotated?.rotatedAt;
    },
    async noteAccess(id, largestExp) {
      const noted = await driver.write(noteAccess({ id, largestExp }));
      return noted.length === 1;
    },
    end: (id, why) =>
      driver.transact(function* () {
        const [ended] = yield* ask(end({ id, why }));
        if (ended === undefined) return undefined;
        const until = ended.largestExp * 1000 + REVOCATION_MARGIN;
        const [revocation] = yield* ask(revoke({ kind: "session", subject: id, before: null, until }));
        return revocation;
      }),
  };
}

/** Inserts a session where its user still has this password hash: one statement, so that nothing comes between. */
export function startSession({
  queries,
}: Dialect): Statement<StoredSession & { readonly passwordHash: string }, { id: string }> {
  return compileOnce((session: StoredSession & { readonly passwordHash: string }) => {
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
          .where("password_hash", "=", session.passwordHash),
      )
      .returning("id");
  });
}

function findSessionWithUser({ queries, clock }: Dialect) {
  return compileOnce(({ id }: { id: string }) =>
    queries
      .selectFrom("sessions")
      .innerJoin("users", "users.id", "sessions.user_id")
      .select([...SESSION_FIELDS, ...USER_FIELDS, "users.created_at as userCreatedAt"])
      .select(clock.as("now"))
      .where("sessions.id", "=", id),
  );
}

function rotateSession(dialect: Dialect) {
  return compileOnce((next: Rotation & { readonly id: string; readonly from: number }) =>
    dialect.queries
      .updateTable("sessions")
      .set((eb) => ({
        generation: eb("generation", "+", 1),
        rotated_at: dialect.clock,
        last_used_at: dialect.clock,
        idle_expires_at: next.idleExpiresAt,
        largest_exp: largerExp(eb, next.largestExp),
      }))
      .where("id", "=", next.id)
      .where("generation", "=", next.from)
      .where((eb) => lives(eb, dialect))
      .returning("rotated_at as rotatedAt"),
  );
}

function raiseLargestExp(dialect: Dialect) {
  return compileOnce((values: { readonly id: string; readonly largestExp: number }) =>
    dialect.queries
      .updateTable("sessions")
      .set((eb) => ({ largest_exp: largerExp(eb, values.largestExp) }))
      .where("id", "=", values.id)
      .where((eb) => lives(eb, dialect))
      .returning("id"),
  );
}

function endSession({ queries, clock }: Dialect) {
  return compileOnce(({ id, why }: { readonly id: string; readonly why: EndReason }) =>
    queries
      .updateTable("sessions")
      .set({ ended_at: clock, ended_why: why })
      .where("id", "=", id)
      .where("ended_at", "is", null)
      .returning("largest_exp as largestExp"),
  );
}

function splitSessionAndUser(
  row: StoredSession & Omit<StoredUser, "id" | "createdAt"> & { readonly userCreatedAt: number; readonly now: number },
): SessionWithUser {
  const { username, usernameKey, email, emailKey, passwordHash, roles, userCreatedAt, now, ...session } = row;
  const keys = { username, usernameKey, email, emailKey };
  const user = toUser({ id: session.userId, ...keys, passwordHash, roles, createdAt: userCreatedAt });
  return { session: toSession(session), user, now };
}

type Sessions = ExpressionBuilder<Tables, "sessions">;

function lives(eb: Sessions, { clock }: Dialect) {
  return eb.and([eb("ended_at", "is", null), eb("idle_expires_at", ">", clock), eb("expires_at", ">", clock)]);
}

function largerExp(eb: Sessions, exp: number) {
  return eb.case().when("largest_exp", ">", exp).then(eb.ref("largest_exp")).else(eb.val(exp)).end();
}
