import type { RevocationRow, RevocationStore } from "../store.js";
import type { Dialect, Driver } from "./driver.js";
import { compileOnce, type Statement } from "./query.js";
import { SWEPT_AT_ONCE, sweep } from "./sweep.js";

const FIELDS = ["seq", "kind", "subject", "before", "until"] as const;

/** The revocations, in SQL. */
export function createRevocationStore(driver: Driver): RevocationStore {
  const findSince = findRevocationsSince(driver.dialect);
  const deletePast = deletePastRevocations(driver.dialect);
  return {
    since: (seq) => driver.read(findSince({ seq })),
    forgetPast: () => sweep(driver, deletePast),
  };
}

/** Writes a revocation; only inside an act, so that sequence numbers become visible in their order. */
export function insertRevocation({ queries }: Dialect): Statement<Omit<RevocationRow, "seq">, RevocationRow> {
  return compileOnce((row: Omit<RevocationRow, "seq">) =>
    queries
      .insertInto("revocations")
      .values({ kind: row.kind, subject: row.subject, before: row.before, until: row.until })
      .returning(FIELDS),
  );
}

function findRevocationsSince({ queries }: Dialect) {
  return compileOnce(({ seq }: { readonly seq: number }) =>
    queries.selectFrom("revocations").select(FIELDS).where("seq", ">", seq).orderBy("seq"),
  );
}

function deletePastRevocations({ queries, clock }: Dialect) {
  return compileOnce(() =>
    queries
      .deleteFrom("revocations")
      .where("seq", "in", (past) =>
        past.selectFrom("revocations").select("seq").where("until", "<", clock).limit(SWEPT_AT_ONCE),
      )
      .returning("seq"),
  );
}
