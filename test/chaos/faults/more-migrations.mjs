import { MIGRATIONS } from "../../../dist/store/sql/migrations.js";

/** How many migrations are released. */
export const RELEASED = MIGRATIONS.length;

const MORE = [
  ({ queries: { schema } }) => [
    schema.alterTable("users").addColumn("nickname", "text"),
    schema.createTable("nicknames").addColumn("nickname", "text", (column) => column.primaryKey().notNull()),
  ],
  ({ queries }) => [
    queries.updateTable("users").set({ nickname: "somebody" }),
    queries.insertInto("nicknames").values({ nickname: "somebody" }),
    queries.schema.createIndex("users_nickname").on("users").column("nickname"),
  ],
];

/**
 * Lets this process know steps that no release has: those of tomorrow, over tables in which there is something.
 * @param {number} count
 */
export function addMigrations(count) {
  MIGRATIONS.push(...MORE.slice(0, count));
}
