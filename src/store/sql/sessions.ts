import type { ExpressionBuilder } from "kysely";
import type { Rotation, SessionStore, SessionWithUser } from "../store.js";
import { ask } from "./act.js";
import type { Dialect, Driver } from "./driver.js";
import { compileOnce } from "./query.js";
import { SESSION_FIELDS, type StoredSession, type StoredUser, toSession, toUser, USER_FIELDS } from "./rows.js";
import { createSessionEndings } from "./session-endings.js";
import { startSession, toStart } from "./start-session.js";
import { SWEPT_AT_ONCE, sweep } from "./sweep.js";
import type { Tables } from "./tables.js";

// A clock that jumps ahead by less and is set back finds everything that lived.
const KEPT_MILLISECONDS = 86_400_000;

/** The sessions, in SQL. */
export function createSessionStore(driver: Driver): SessionStore {
  const { dialect } = driver;
  const start = startSession(dialect);
  const findWithUser = findSessionWithUser(dialect);
  const findLiving = findLivingSessions(dialect);
  const rotate = rotateSession(dialect);
  const noteAccess = raiseLargestExp(dialect);
  const endings = createSessionEndings(dialect);
  const deletePast = deletePastSessions(dialect);
  return {
    start: (session, checked, most = Number.MAX_SAFE_INTEGER) =>
      driver.transact(function* () {
        const started = yield* ask(start(toStart(session, checked)));
        return started.length === 0 ? undefined : yield* endings.crowdedOut(session.userId, session.id, most);
      }),
    async findWithUser(id) {
      const [row] = await driver.read(findWithUser({ id }));
      return row && splitSessionAndUser(row);
    },
    async listLiving(userId, most = Number.MAX_SAFE_INTEGER) {
      const rows = await driver.read(findLiving({ userId, most }));
      return rows.map(toSession);
    },
    async rotate(id, from, next) {
      const [rotated] = await driver.write(rotate({ ...next, id, from, roles: JSON.stringify(next.roles) }));
      return rotated?.rotatedAt;
    },
    async noteAccess(id, { largestExp, roles }) {
      const noted = await driver.write(noteAccess({ id, largestExp, roles: JSON.stringify(roles) }));
      return noted.length === 1;
    },
    end: (id, why, userId) => driver.transact(() => endings.one(id, why, userId)),
    endAll: (userId, ending) => driver.transact(() => endings.ofUser(userId, ending)),
    forgetPast: () => sweep(driver, deletePast),
  };
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

function findLivingSessions(dialect: Dialect) {
  return compileOnce(({ userId, most }: { userId: string; most: number }) =>
    dialect.queries
      .selectFrom("sessions")
      .select(SESSION_FIELDS)
      .where("user_id", "=", userId)
      .where((eb) => lives(eb, dialect))
      .orderBy("last_used_at", "desc")
      .orderBy("id", "desc")
      .limit(most),
  );
}

interface Access {
  readonly id: string;
  readonly largestExp: number;
  readonly roles: string;
}

function rotateSession(dialect: Dialect) {
  return compileOnce((next: Access & Pick<Rotation, "idleExpiresAt"> & { readonly from: number }) =>
    dialect.queries
      .updateTable("sessions")
      .set((eb) => ({
        generation: eb("generation", "+", 1),
        rotated_at: dialect.clock,
        last_used_at: later(eb, dialect.clock),
        idle_expires_at: next.idleExpiresAt,
        largest_exp: largerExp(eb, next.largestExp),
      }))
      .where("id", "=", next.id)
      .where("generation", "=", next.from)
      .where((eb) => lives(eb, dialect))
      .where((eb) => hasRoles(eb, next.roles))
      .returning("rotated_at as rotatedAt"),
  );
}

function raiseLargestExp(dialect: Dialect) {
  return compileOnce(({ id, largestExp, roles }: Access) =>
    dialect.queries
      .updateTable("sessions")
      .set((eb) => ({ last_used_at: later(eb, dialect.clock), largest_exp: largerExp(eb, largestExp) }))
      .where("id", "=", id)
      .where((eb) => lives(eb, dialect))
      .where((eb) => hasRoles(eb, roles))
      .returning("id"),
  );
}

function deletePastSessions({ queries, clock }: Dialect) {
  return compileOnce(() =>
    queries
      .deleteFrom("sessions")
      .where("id", "in", (past) =>
        past
          .selectFrom("sessions")
          .select("id")
          .where((eb) => eb("expires_at", "<", eb(clock, "-", KEPT_MILLISECONDS)))
          .limit(SWEPT_AT_ONCE),
      )
      .returning("id"),
  );
}

function splitSessionAndUser(
  row: StoredSession & Omit<StoredUser, "id" | "createdAt"> & { readonly userCreatedAt: number; readonly now: number },
): SessionWithUser {
  const { username, usernameKey, usernameSkeleton, email, emailKey, passwordHash, roles, disabledAt, ...rest } = row;
  const { userCreatedAt: createdAt, now, ...session } = rest;
  const names = { username, usernameKey, usernameSkeleton, email, emailKey };
  const user = toUser({ id: session.userId, ...names, passwordHash, roles, createdAt, disabledAt });
  return { session: toSession(session), user, now };
}

type Sessions = ExpressionBuilder<Tables, "sessions">;

function lives(eb: Sessions, { clock }: Dialect) {
  return eb.and([eb("ended_at", "is", null), eb("idle_expires_at", ">", clock), eb("expires_at", ">", clock)]);
}

/** A token must not say more than its user may when the session moves on. */
function hasRoles(eb: Sessions, roles: string) {
  return eb.exists(
    eb
      .selectFrom("users")
      .select("users.id")
      .whereRef("users.id", "=", "sessions.user_id")
      .where("users.roles", "=", roles),
  );
}

/** Never back: whoever takes tokens away reckons with the last use, also after the clock was set back. */
function later(eb: Sessions, clock: Dialect["clock"]) {
  return eb.case().when("last_used_at", ">", clock).then(eb.ref("last_used_at")).else(clock).end();
}

function largerExp(eb: Sessions, exp: number) {
  return eb.case().when("largest_exp", ">", exp).then(eb.ref("largest_exp")).else(eb.val(exp)).end();
}
