import type { AttemptRow, AttemptStore } from "../store.js";
import { ask } from "./act.js";
import { selectClock, timeOf } from "./clock.js";
import type { Dialect, Driver } from "./driver.js";
import { compileOnce } from "./query.js";
import { SWEPT_AT_ONCE, sweep } from "./sweep.js";

const FIELDS = [
  "key",
  "attempts",
  "empty_at as emptyAt",
  "blocked_until as blockedUntil",
  "known_until as knownUntil",
  "changed_at as changedAt",
  "forget_at as forgetAt",
] as const;

/** The counters of attempts, in SQL. */
export function createAttemptStore(driver: Driver): AttemptStore {
  const readClock = selectClock(driver.dialect);
  const find = findAttempts(driver.dialect);
  const put = putAttempts(driver.dialect);
  const deletePast = deletePastAttempts(driver.dialect);
  return {
    async find(keys) {
      const [clock, ...rows] = await Promise.all([
        driver.read(readClock({})),
        ...keys.map((key) => driver.read(find({ key }))),
      ]);
      return { rows: rows.flat(), now: timeOf(clock) };
    },
    change: (keys, decide) =>
      driver.transact(function* () {
        const rows: AttemptRow[] = [];
        for (const key of keys) rows.push(...(yield* ask(find({ key }))));
        const now = timeOf(yield* ask(readClock({})));
        const decided = decide({ rows, now });
        for (const row of decided.rows) yield* ask(put(row));
        return decided.answer;
      }),
    forgetPast: () => sweep(driver, deletePast),
  };
}

function findAttempts({ queries }: Dialect) {
  return compileOnce(({ key }: { readonly key: string }) =>
    queries.selectFrom("attempts").select(FIELDS).where("key", "=", key),
  );
}

function putAttempts({ queries }: Dialect) {
  return compileOnce((row: AttemptRow) => {
    const counted = {
      attempts: row.attempts,
      empty_at: row.emptyAt,
      blocked_until: row.blockedUntil,
      known_until: row.knownUntil,
      changed_at: row.changedAt,
      forget_at: row.forgetAt,
    };
    return queries
      .insertInto("attempts")
      .values({ key: row.key, ...counted })
      .onConflict((clash) => clash.column("key").doUpdateSet(counted));
  });
}

function deletePastAttempts({ queries, clock }: Dialect) {
  return compileOnce(() =>
    queries
      .deleteFrom("attempts")
      .where("key", "in", (past) =>
        past.selectFrom("attempts").select("key").where("forget_at", "<", clock).limit(SWEPT_AT_ONCE),
      )
      .returning("key"),
  );
}
