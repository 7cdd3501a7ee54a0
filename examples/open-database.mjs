/** Opens a SQLite file, or a database in memory, with what this version of Node has: `node:sqlite`, or a package with the same interface. */
export async function openDatabase(path) {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite") ?? (await import("@photostructure/sqlite"));
  const database = new DatabaseSync(path);
  database.exec("pragma journal_mode = wal; pragma busy_timeout = 2000; pragma foreign_keys = on");
  return database;
}
