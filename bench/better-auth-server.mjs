// The peer: better-auth on its own defaults (scrypt, sessions in SQLite), with the durability of ours and its rate limits off.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { SqliteDialect } from "kysely";
import { loadSqlite } from "../dist/store/sqlite/load-sqlite.js";

/** The request listener of a better-auth on a SQLite file, reached under a URL. */
export async function createBetterAuth(file, baseURL) {
  const { DatabaseSync } = await loadSqlite();
  const connection = new DatabaseSync(file);
  for (const pragma of ["journal_mode = wal", "synchronous = full", "foreign_keys = on"])
    connection.exec(`pragma ${pragma}`);
  const auth = betterAuth({
    baseURL,
    secret: randomBytes(32).toString("base64url"),
    database: { dialect: new SqliteDialect({ database: shimOf(connection) }), type: "sqlite" },
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  });
  const { runMigrations } = await getMigrations(auth.options);
  await runMigrations();
  return toNodeHandler(auth);
}

function shimOf(connection) {
  return {
    close: () => connection.close(),
    prepare(query) {
      const statement = connection.prepare(query);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...parameters),
        run: (parameters) => statement.run(...parameters),
        iterate: (parameters) => statement.iterate(...parameters),
      };
    },
  };
}

if (process.argv[1] === import.meta.filename) {
  const [file, port] = process.argv.slice(2);
  createServer(await createBetterAuth(file, `http://127.0.0.1:${port}`)).listen(Number(port), "127.0.0.1");
}
