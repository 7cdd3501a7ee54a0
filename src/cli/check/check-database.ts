import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { masterKeyInFile, masterKeyOf } from "../../keys/master-key.js";
import { unseal } from "../../keys/seal.js";
import { isMissing, openStore, schemaVersionOf } from "../../store/open-store.js";
import type { KeyRow } from "../../store/store.js";
import type { ServerSettings } from "../settings.js";
import { type Finding, good, weak, wrong } from "./finding.js";

/** Whether the database is of this version, and the secret the one that opens its keys. Nothing is made or brought up to date. */
export async function checkDatabase(configuration: ServerSettings): Promise<readonly Finding[]> {
  const { database } = configuration.auth;
  if (database === ":memory:") return [inMemory(configuration)];
  if (isMissing(database)) return [checkNew(database), checkSecret(configuration, [])];
  try {
    const { found, known } = await schemaVersionOf(database);
    if (found !== known) return [otherSchema(found, known)];
    const store = await openStore(database);
    try {
      const secret = checkSecret(configuration, await store.keys.list());
      return [good("LATCHKEY_DATABASE", `${database} has schema version ${found}`), secret];
    } finally {
      await store.close();
    }
  } catch (error) {
    return [wrong(error, "LATCHKEY_DATABASE")];
  }
}

function inMemory({ auth }: ServerSettings): Finding {
  const why = "Every account and every session ends with the process.";
  return weak("LATCHKEY_DATABASE", `${auth.database} is kept in memory alone`, why, "Name a file.");
}

/** Whether a database can be made where there is none. */
function checkNew(database: string): Finding {
  const folder = nearestFolder(resolve(database));
  try {
    if (!statSync(folder).isDirectory()) throw new Error("It is a file.");
    accessSync(folder, constants.W_OK | constants.X_OK);
    return good("LATCHKEY_DATABASE", `${database} is made at the first start`);
  } catch {
    const what = `${database} cannot be made: ${folder} is no folder that this user may write to`;
    return weak(
      "LATCHKEY_DATABASE",
      what,
      "A server does not start without it.",
      "Name another place, or change that.",
    );
  }
}

/** The folder that is there already, of those that a path leads through. */
function nearestFolder(path: string): string {
  const above = dirname(path);
  return existsSync(above) ? above : nearestFolder(above);
}

function otherSchema(found: number, known: number): Finding {
  const what = `has schema version ${found}, and this Latchkey is made for ${known}`;
  return found > known
    ? weak("LATCHKEY_DATABASE", what, "A newer Latchkey has changed the database.", "Upgrade latchkey.")
    : weak("LATCHKEY_DATABASE", what, "The next start changes the database.", "Back it up, then: latchkey migrate");
}

function checkSecret({ auth, data }: ServerSettings, rows: readonly KeyRow[]): Finding {
  const path = join(data, "master.key");
  const setting = auth.secret === undefined ? "master.key" : "LATCHKEY_SECRET";
  if (auth.secret === undefined && rows.length === 0 && !existsSync(path)) {
    return good(setting, `${path} is made at the first start`);
  }
  try {
    const key =
      auth.secret === undefined ? masterKeyInFile(path, { mayMake: false }) : masterKeyOf(auth.secret, "The secret");
    if (rows.every((row) => unseal(row.sealed, key, row) !== undefined)) {
      return good(setting, rows.length === 0 ? "is fit for its purpose" : "opens the keys in the database");
    }
  } catch (error) {
    return wrong(error, setting);
  }
  const why = "No token can be made or verified with keys that do not open.";
  return weak(setting, "is not the secret that the keys in the database were sealed with", why, "Put that one back.");
}
