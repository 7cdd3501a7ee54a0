/** The part of `node:sqlite` that the store uses. */
export interface SqliteConnection {
  prepare(sql: string): SqliteStatement;
  function(name: string, run: () => bigint): void;
  close(): void;
}

/** A prepared statement; `all` runs it to its end, whether or not it answers with rows. */
export interface SqliteStatement {
  all(...parameters: unknown[]): unknown[];
}

interface SqliteModule {
  readonly DatabaseSync: new (path: string) => SqliteConnection;
}

/** Loads `node:sqlite` where this Node has it, and else the package with the same interface. */
export async function loadSqlite(): Promise<SqliteModule> {
  return loadBuiltin() ?? ((await import("@photostructure/sqlite")) as unknown as SqliteModule);
}

function loadBuiltin(): SqliteModule | undefined {
  const { emitWarning } = process;
  // Some versions call the module experimental on the terminal of whoever runs the server. Loading is synchronous, so that no
  // other warning can fall into this gap.
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule("node:sqlite") as unknown as SqliteModule | undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
