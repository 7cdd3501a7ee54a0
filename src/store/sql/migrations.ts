import type { Compilable } from "kysely";
import type { Dialect } from "./driver.js";

/** The steps from an empty schema to the present one; a step that was released is never changed. */
export const MIGRATIONS: readonly ((dialect: Dialect) => readonly Compilable[])[] = [
  (dialect) => [
    ...createUsersAndSessions(dialect),
    ...createRevocations(dialect),
    ...createAttempts(dialect),
    createKeys(dialect),
  ],
];

/** Makes the table that holds the schema's version, which must be there before any step. */
export function createInstallation({ queries }: Dialect): Compilable {
  return queries.schema
    .createTable("installation")
    .ifNotExists()
    .addColumn("name", "text", (column) => column.primaryKey().notNull())
    .addColumn("value", "text", (column) => column.notNull());
}

function createUsersAndSessions({ queries: { schema } }: Dialect): Compilable[] {
  return [
    schema
      .createTable("users")
      .addColumn("id", "text", (column) => column.primaryKey().notNull())
      .addColumn("username", "text", (column) => column.notNull())
      .addColumn("username_key", "text", (column) => column.notNull().unique())
      .addColumn("username_skeleton", "text", (column) => column.notNull().unique())
      .addColumn("email", "text")
      .addColumn("email_key", "text", (column) => column.unique())
      .addColumn("password_hash", "text", (column) => column.notNull())
      .addColumn("roles", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("disabled_at", "bigint"),
    schema
      .createTable("sessions")
      .addColumn("id", "text", (column) => column.primaryKey().notNull())
      .addColumn("user_id", "text", (column) => column.notNull().references("users.id").onDelete("cascade"))
      .addColumn("generation", "integer", (column) => column.notNull())
      .addColumn("rotated_at", "bigint", (column) => column.notNull())
      .addColumn("nonce", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("last_used_at", "bigint", (column) => column.notNull())
      .addColumn("idle_expires_at", "bigint", (column) => column.notNull())
      .addColumn("expires_at", "bigint", (column) => column.notNull())
      .addColumn("largest_exp", "bigint", (column) => column.notNull())
      .addColumn("tokens_from", "bigint", (column) => column.notNull())
      .addColumn("auth_time", "bigint", (column) => column.notNull())
      .addColumn("amr", "text", (column) => column.notNull())
      .addColumn("transport", "text", (column) => column.notNull())
      .addColumn("user_agent", "text")
      .addColumn("address", "text")
      .addColumn("ended_at", "bigint")
      .addColumn("ended_why", "text"),
    // With ended_at: those that have ended stay for a while, and are many where somebody logs in by a timer.
    schema.createIndex("sessions_user_id").on("sessions").columns(["user_id", "ended_at"]),
    schema.createIndex("sessions_expires_at").on("sessions").column("expires_at"),
  ];
}

function createRevocations({ queries: { schema }, addSequence }: Dialect): Compilable[] {
  return [
    addSequence(schema.createTable("revocations"), "seq")
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("subject", "text", (column) => column.notNull())
      .addColumn("before", "bigint")
      .addColumn("until", "bigint"),
    schema.createIndex("revocations_until").on("revocations").column("until"),
  ];
}

function createAttempts({ queries: { schema } }: Dialect): Compilable[] {
  return [
    schema
      .createTable("attempts")
      .addColumn("key", "text", (column) => column.primaryKey().notNull())
      .addColumn("attempts", "bigint", (column) => column.notNull())
      .addColumn("empty_at", "bigint", (column) => column.notNull())
      .addColumn("blocked_until", "bigint", (column) => column.notNull())
      .addColumn("known_until", "bigint", (column) => column.notNull())
      .addColumn("changed_at", "bigint", (column) => column.notNull())
      .addColumn("forget_at", "bigint", (column) => column.notNull()),
    schema.createIndex("attempts_forget_at").on("attempts").column("forget_at"),
  ];
}

function createKeys({ queries: { schema } }: Dialect): Compilable {
  return schema
    .createTable("keys")
    .addColumn("kid", "text", (column) => column.primaryKey().notNull())
    .addColumn("purpose", "text", (column) => column.notNull())
    .addColumn("alg", "text", (column) => column.notNull())
    .addColumn("sealed", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("signs_from", "bigint", (column) => column.notNull())
    .addColumn("token_seconds", "bigint", (column) => column.notNull());
}
