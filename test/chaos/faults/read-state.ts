import { loadSqlite } from "../../../dist/store/sqlite/load-sqlite.js";

type Row = Readonly<Record<string, string | number | null>>;

/** A database as far as two runs of the same acts must agree: what is random in it has the name that the labels give it, or `new`. */
export interface State {
  readonly users: readonly string[];
  readonly sessions: readonly string[];
  readonly revocations: readonly string[];
  readonly keys: readonly string[];
  readonly installation: readonly string[];
}

/** What is wrong with a database whatever was done to it, and its state. */
export interface Inspection {
  readonly state: State;
  readonly attempts: readonly Row[];
  readonly complaints: readonly string[];
}

/** Names what was there in the beginning; everything else is new. */
export type Labels = ReadonlyMap<string, string>;

const { DatabaseSync } = await loadSqlite();

function read<Result>(path: string, act: (ask: (sql: string) => Row[]) => Result): Result {
  const connection = new DatabaseSync(path);
  try {
    return act((sql) => connection.prepare(sql).all() as Row[]);
  } finally {
    connection.close();
  }
}

/** Names everything in a database that is random. */
export function labelsOf(path: string): Labels {
  return read(path, (ask) => {
    const labels = new Map<string, string>();
    const name = (sql: string, kind: string) => {
      for (const [index, row] of ask(sql).entries()) labels.set(String(row.value), `${kind} ${index + 1}`);
    };
    name("select id as value from sessions order by created_at, id", "session");
    name("select kid as value from keys order by purpose, signs_from", "key");
    name("select distinct sealed as value from keys order by 1", "sealed");
    name("select distinct password_hash as value from users", "hash");
    name("select value from installation where name = 'epoch'", "epoch");
    return labels;
  });
}

/** Reads a database past everything, at a moment in milliseconds. */
export function inspect(path: string, labels: Labels, now: number): Inspection {
  return read(path, (ask) => {
    const label = (value: unknown) => (value === null ? null : (labels.get(String(value)) ?? "new"));
    const list = (rows: readonly Row[], describe: (row: Row) => readonly unknown[]) =>
      rows.map((row) => JSON.stringify(describe(row))).sort();
    const state: State = {
      users: list(ask("select * from users"), (row) => [
        row.username,
        row.roles,
        row.email,
        row.disabled_at,
        label(row.password_hash),
      ]),
      sessions: list(
        ask("select s.*, u.username from sessions s left join users u on u.id = s.user_id"),
        ({ username, id, generation, rotated_at, last_used_at, tokens_from, largest_exp, ended_at, ended_why }) => [
          username,
          label(id),
          generation,
          rotated_at,
          last_used_at,
          tokens_from,
          largest_exp,
          ended_at,
          ended_why,
        ],
      ),
      revocations: list(ask("select * from revocations"), ({ kind, subject, before, until }) => [
        kind,
        label(subject),
        before,
        until,
      ]),
      keys: list(ask("select * from keys"), ({ purpose, kid, alg, sealed, signs_from, token_seconds }) => [
        purpose,
        label(kid),
        alg,
        label(sealed),
        signs_from,
        token_seconds,
      ]),
      installation: list(ask("select * from installation"), ({ name, value }) => [
        name,
        name === "epoch" ? label(value) : value,
      ]),
    };
    return { state, attempts: ask("select * from attempts order by key"), complaints: complaintsOf(ask, now) };
  });
}

/** Each query finds what must never be. */
const NEVER: Readonly<Record<string, string>> = {
  "a session of nobody": "select id from sessions where user_id not in (select id from users)",
  "an ended session that was not taken back":
    "select id from sessions where ended_at is not null and id not in (select subject from revocations where kind = 'session' and before is null) and largest_exp * 1000 > $now",
  "a living session that was taken back":
    "select id from sessions where ended_at is null and id in (select subject from revocations where kind = 'session' and before is null)",
  "a session with half an end": "select id from sessions where (ended_at is null) <> (ended_why is null)",
  "a living session of a disabled user":
    "select s.id from sessions s join users u on u.id = s.user_id where s.ended_at is null and u.disabled_at is not null",
  "a key that is there and was taken back":
    "select kid from keys where kid in (select subject from revocations where kind = 'key')",
  "a purpose without a key":
    "select p from (select 'access' as p union select 'refresh') where p not in (select purpose from keys) and exists (select 1 from keys)",
  "a counter that is not sane":
    "select key from attempts where attempts < 0 or changed_at <= 0 or forget_at < max(empty_at, known_until)",
};

function complaintsOf(ask: (sql: string) => Row[], now: number): readonly string[] {
  const found = Object.entries(NEVER).flatMap(([what, sql]) =>
    ask(sql.replace("$now", String(now))).map((row) => `${what}: ${JSON.stringify(row)}`),
  );
  const [integrity] = ask("pragma integrity_check");
  const strangers = ask("pragma foreign_key_check").map((row) => `a foreign key: ${JSON.stringify(row)}`);
  return [...found, ...strangers, ...(integrity?.integrity_check === "ok" ? [] : [JSON.stringify(integrity)])];
}
