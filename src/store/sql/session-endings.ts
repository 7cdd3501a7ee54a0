import type { Ending, EndReason, RevocationRow } from "../store.js";
import { type Act, ask } from "./act.js";
import type { Dialect } from "./driver.js";
import { compileOnce, type Statement } from "./query.js";
import { insertRevocation } from "./revocations.js";

// A minute for the leeway of verifiers, and an hour for a clock that jumps ahead and is set back.
const REVOCATION_MARGIN = 60_000 + 3_600_000;

/** The ways in which sessions end inside a transaction, each with its revocations. */
export interface SessionEndings {
  one(id: string, why: EndReason, userId?: string): Act<RevocationRow | undefined>;
  ofUser(userId: string, ending: Ending): Act<readonly RevocationRow[]>;
  /** Those of the user that are more than `most` with the session `newest`: the least lately used ones, 100 at once. */
  crowdedOut(userId: string, newest: string, most: number): Act<readonly RevocationRow[]>;
  /** Takes back the access tokens that the living sessions of a user have made until now; the sessions go on. */
  tokensOfUser(userId: string): Act<readonly RevocationRow[]>;
}

/** Makes the endings, their statements compiled. */
export function createSessionEndings(dialect: Dialect): SessionEndings {
  const endOne = endSession(dialect, "of anybody");
  const endOwn = endSession(dialect, "of a user");
  const endOthers = endSessionsOfUser(dialect);
  const endCrowdedOut = endSessionsCrowdedOut(dialect);
  const findLiving = findLivingOfUser(dialect);
  const raise = raiseTokensFrom(dialect);
  const revoke = insertRevocation(dialect);

  function* write(session: Ended, before: number | null): Act<RevocationRow[]> {
    const until = session.largestExp * 1000 + REVOCATION_MARGIN;
    return [...(yield* ask(revoke({ kind: "session", subject: session.id, before, until })))];
  }

  function* writeAll(sessions: readonly Ended[]): Act<RevocationRow[]> {
    const written: RevocationRow[] = [];
    for (const session of sessions) written.push(...(yield* write(session, null)));
    return written;
  }

  return {
    *one(id, why, userId) {
      const [ended] = yield* ask(userId === undefined ? endOne({ id, why, userId: "" }) : endOwn({ id, why, userId }));
      return ended && (yield* write(ended, null))[0];
    },
    *ofUser(userId, { why, except = "" }) {
      return yield* writeAll(yield* ask(endOthers({ userId, why, except })));
    },
    *crowdedOut(userId, newest, most) {
      return yield* writeAll(yield* ask(endCrowdedOut({ userId, newest, others: most - 1 })));
    },
    *tokensOfUser(userId) {
      const written: RevocationRow[] = [];
      for (const session of yield* ask(findLiving({ userId }))) {
        // Later than every token made so far, also by a clock that has been set back since.
        const before = Math.max(session.now, session.lastUsedAt, session.tokensFrom) + 1;
        yield* ask(raise({ id: session.id, before }));
        written.push(...(yield* write(session, before)));
      }
      return written;
    },
  };
}

interface Ended {
  readonly id: string;
  readonly largestExp: number;
}

interface EndingOfOne {
  readonly id: string;
  readonly why: EndReason;
  readonly userId: string;
}

function endSession({ queries, clock }: Dialect, whose: "of anybody" | "of a user"): Statement<EndingOfOne, Ended> {
  return compileOnce(({ id, why, userId }: EndingOfOne) => {
    const update = queries
      .updateTable("sessions")
      .set({ ended_at: clock, ended_why: why })
      .where("id", "=", id)
      .where("ended_at", "is", null);
    const owned = whose === "of a user" ? update.where("user_id", "=", userId) : update;
    return owned.returning(["id", "largest_exp as largestExp"]);
  });
}

function endSessionsOfUser({ queries, clock }: Dialect) {
  return compileOnce(({ userId, why, except }: { userId: string; why: EndReason; except: string }) =>
    queries
      .updateTable("sessions")
      .set({ ended_at: clock, ended_why: why })
      .where("user_id", "=", userId)
      .where("id", "<>", except)
      .where("ended_at", "is", null)
      .returning(["id", "largest_exp as largestExp"]),
  );
}

const CROWDED_OUT_AT_ONCE = 100;

function endSessionsCrowdedOut({ queries, clock }: Dialect) {
  return compileOnce(({ userId, newest, others }: { userId: string; newest: string; others: number }) =>
    queries
      .updateTable("sessions")
      .set({ ended_at: clock, ended_why: "crowded_out" })
      .where("id", "in", (over) =>
        over
          .selectFrom("sessions")
          .select("id")
          .where("user_id", "=", userId)
          .where("id", "<>", newest)
          .where("ended_at", "is", null)
          .orderBy("last_used_at", "desc")
          .orderBy("id", "desc")
          .limit(CROWDED_OUT_AT_ONCE)
          .offset(others),
      )
      .returning(["id", "largest_exp as largestExp"]),
  );
}

function findLivingOfUser({ queries, clock }: Dialect) {
  return compileOnce(({ userId }: { userId: string }) =>
    queries
      .selectFrom("sessions")
      .select(["id", "largest_exp as largestExp", "last_used_at as lastUsedAt", "tokens_from as tokensFrom"])
      .select(clock.as("now"))
      .where("user_id", "=", userId)
      .where("ended_at", "is", null),
  );
}

function raiseTokensFrom({ queries }: Dialect) {
  return compileOnce(({ id, before }: { id: string; before: number }) =>
    queries.updateTable("sessions").set({ tokens_from: before }).where("id", "=", id),
  );
}
