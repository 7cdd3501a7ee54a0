import type { CreateTableBuilder, Kysely, RawBuilder } from "kysely";
import type { Act } from "./act.js";
import type { Query } from "./query.js";
import type { Tables } from "./tables.js";

/** What one database spells differently; all other SQL is the same for all. */
export interface Dialect {
  /** Builds and compiles queries, and never runs them. */
  readonly queries: Kysely<Tables>;
  /** The database's time in milliseconds. */
  readonly clock: RawBuilder<number>;
  /** Adds a primary key that grows by itself and never comes twice. */
  addSequence<Table extends string>(
    table: CreateTableBuilder<Table>,
    column: string,
  ): CreateTableBuilder<Table, string>;
}

/** A connected database. A failure to answer is an `AuthError` with code `unavailable`. */
export interface Driver {
  readonly dialect: Dialect;
  read<Row>(query: Query<Row>): Promise<readonly Row[]>;
  /** Runs one statement that is atomic by itself. */
  write<Row>(query: Query<Row>): Promise<readonly Row[]>;
  /** Runs an act in one transaction, alone: no other act of any process overlaps it. Whatever it throws takes all back. */
  transact<Result>(act: () => Act<Result>): Promise<Result>;
  /** See `Store.changes`. */
  changes(): number;
  close(): Promise<void>;
}
