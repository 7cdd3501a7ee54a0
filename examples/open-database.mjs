import { SettingError } from "./settings.mjs";

/** Opens a SQLite file, or a database in memory, with what this version of Node has: `node:sqlite`, or a package with the same interface. `setting` is where the path comes from. */
export async function openDatabase(path, setting) {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite") ?? (await import("@photostructure/sqlite"));
  try {
    const database = new DatabaseSync(path);
    database.exec("pragma journal_mode = wal; pragma busy_timeout = 2000; pragma foreign_keys = on");
    return database;
  } catch (error) {
    throw new SettingError(`${setting} names no SQLite file that can be opened: ${error.message}.`);
  }
}

/** Whether a value is a text that a database keeps as it is: one of the two packages ends a text at its first NUL, and halves of characters become others. */
export function isText(value) {
  return typeof value === "string" && value.isWellFormed() && !value.includes("\0");
}
