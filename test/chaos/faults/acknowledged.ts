import { loadSqlite } from "../../../dist/store/sqlite/load-sqlite.js";

const { DatabaseSync } = await loadSqlite();

/** What a server has acknowledged: a query that finds a row from then on, for ever. */
export interface Acknowledged {
  readonly what: string;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export function signedUp(username: string): Acknowledged {
  const sql = "select 1 from users u join sessions s on s.user_id = u.id where u.username = ?";
  return { what: `sign-up of ${username}`, sql, parameters: [username] };
}

export function refreshed(session: string, times: number): Acknowledged {
  const sql = "select 1 from sessions where id = ? and generation >= ?";
  return { what: `refresh ${times} of ${session}`, sql, parameters: [session, times] };
}

export function ended(session: string): Acknowledged {
  const sql =
    "select 1 from sessions s join revocations r on r.subject = s.id where s.id = ? and s.ended_at is not null and r.before is null";
  return { what: `log-out of ${session}`, sql, parameters: [session] };
}

export function given(roles: readonly string[], id: string): Acknowledged {
  return {
    what: `roles ${roles} of ${id}`,
    sql: "select 1 from users where id = ? and roles = ?",
    parameters: [id, JSON.stringify(roles)],
  };
}

export function keyed(count: number): Acknowledged {
  return { what: `${count} keys`, sql: "select 1 where (select count(*) from keys) >= ?", parameters: [count] };
}

/** What is wrong with a copy of a database: it does not open, is not whole, or lacks something that was acknowledged. */
export function complaintsOf(path: string, acknowledged: readonly Acknowledged[]): readonly string[] {
  try {
    const connection = new DatabaseSync(path);
    try {
      const [integrity] = connection.prepare("pragma integrity_check").all() as { integrity_check: string }[];
      const lost = acknowledged.filter(
        ({ sql, parameters }) => connection.prepare(sql).all(...parameters).length === 0,
      );
      return [
        ...(integrity?.integrity_check === "ok" ? [] : [String(integrity?.integrity_check)]),
        ...lost.map(({ what }) => what),
      ];
    } finally {
      connection.close();
    }
  } catch (error) {
    return [String(error)];
  }
}
