import { existsSync } from "node:fs";
import { type AuthServer, createAuth } from "../create-auth.js";
import { type PlaceFlags, readSettings } from "./settings.js";

/** Where there is no database: refuse (the default), make one, or work on one that ends with the command. */
export type WhereNone = "refuse" | "make" | "pretend";

/** Opens the server of the settings without a port, acts and closes it. A `TypeError` where there is no database to act on. */
export async function withAuth<T>(
  flags: PlaceFlags,
  act: (auth: AuthServer) => Promise<T> | T,
  whereNone: WhereNone = "refuse",
): Promise<T> {
  const { auth: options } = readSettings(flags, process.env);
  const isMissing = !existsSync(options.database);
  // Opening makes what is missing, and to ask a question must not make a server.
  if (isMissing && whereNone === "refuse") throw noDatabase(options.database);
  const auth = await createAuth(isMissing && whereNone === "pretend" ? { ...options, database: ":memory:" } : options);
  try {
    return await act(auth);
  } finally {
    await auth.close();
  }
}

/** The error of a command that needs a database. */
export function noDatabase(path: string): TypeError {
  return new TypeError(`There is no database at ${path}: name it with --database or --data.`);
}
