import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unseal } from "../../dist/keys/seal.js";
import { loadSqlite } from "../../dist/store/sqlite/load-sqlite.js";
import type { KeyRow } from "../../dist/store/store.js";
import { recorder, recordMasterKey } from "./record.js";

const MASTER_KEY = /^master\.key(?:\.|$)/;
const DATABASE = /\.db$/;
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi"] as const;

/**
 * Notes what lies in the data folders of a folder that is about to go: the bytes of every file but the master key's, the master keys, and
 * the keys that they open. Further master keys are those of a server that had its secret from the environment.
 */
export async function recordFolder(folder: string, secrets: Iterable<string> = []): Promise<void> {
  // A test may have removed it.
  if (!existsSync(folder)) return;
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => ({ folder: parentPath, name, path: join(parentPath, name) }));
  const isData = new Set(
    paths.filter(({ name }) => DATABASE.test(name) || MASTER_KEY.test(name)).map((at) => at.folder),
  );
  const files = paths.filter((file) => isData.has(file.folder));
  const masterKeys = [...secrets];
  for (const { name, path } of files) {
    if (MASTER_KEY.test(name)) masterKeys.push(readFileSync(path, "utf8").trim());
    else recorder.output(/\.db(?:-\w+)?$/.test(name) ? "database" : "file", name, readFileSync(path));
  }
  for (const masterKey of masterKeys) recordMasterKey(masterKey);
  for (const { name, path } of files) if (DATABASE.test(name)) await recordKeys(path, masterKeys);
}

/** A database that a test broke has no keys to note. */
async function recordKeys(path: string, secrets: readonly string[]): Promise<void> {
  const { DatabaseSync } = await loadSqlite();
  let rows: readonly KeyRow[] = [];
  try {
    const connection = new DatabaseSync(path);
    rows = connection.prepare("select kid, purpose, sealed from keys").all() as KeyRow[];
    connection.close();
  } catch {
    return;
  }
  const masterKeys = secrets.map((secret) => Buffer.from(secret, "base64url")).filter(({ length }) => length === 32);
  for (const row of rows) {
    const plain = masterKeys
      .map((masterKey) => unseal(row.sealed, masterKey, row))
      .find((found) => found !== undefined);
    if (plain !== undefined) recordKey(row, plain);
  }
}

function recordKey({ purpose }: KeyRow, plain: Buffer): void {
  if (purpose === "refresh") {
    recorder.secret("data key", plain);
    return;
  }
  const jwk = JSON.parse(plain.toString("utf8")) as Readonly<Record<string, unknown>>;
  for (const member of PRIVATE_MEMBERS) {
    const value = jwk[member];
    if (typeof value === "string") recorder.secret("private key", Buffer.from(value, "base64url"));
  }
}
