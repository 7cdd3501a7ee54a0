import { isMissing, openStore, schemaVersionOf } from "../store/open-store.js";
import type { OutputFlags } from "./output-flags.js";
import { readSettings } from "./settings.js";
import { print, printJson } from "./terminal/print.js";

/** `latchkey migrate`: brings the schema up to date, in a new database where there is none. */
export async function migrateDatabase(flags: OutputFlags): Promise<void> {
  const { database } = readSettings(flags, process.env).auth;
  const from = isMissing(database) ? 0 : (await schemaVersionOf(database)).found;
  const store = await openStore(database);
  await store.close();
  const to = (await schemaVersionOf(database)).found;
  if (flags.json === true) await printJson({ database, from, to });
  else if (from === to) await print(`${database} is up to date: schema version ${to}.`);
  else await print(`${database}: schema version ${from} -> ${to}.`);
}
