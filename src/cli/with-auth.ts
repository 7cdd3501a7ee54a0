import { type AuthServer, createAuth } from "../create-auth.js";
import { isMissing } from "../store/open-store.js";
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
  // Opening makes what is missing, and to ask a question must not make a server.
  if (whereNone === "refuse") requireDatabase(options.database);
  const isPretended = whereNone === "pretend" && isMissing(options.database);
  const auth = await createAuth(isPretended ? { ...options, database: ":memory:" } : options);
  try {
    return await act(auth);
  } finally {
    await auth.close();
  }
}

/** Throws a `TypeError` where there is no database yet. */
export function requireDatabase(database: string): void {
  if (isMissing(database)) {
    throw new TypeError(`There is no database at ${database}: name it with --database or --data.`);
  }
}
