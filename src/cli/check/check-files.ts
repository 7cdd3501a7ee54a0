import { statSync } from "node:fs";
import { join } from "node:path";
import type { ServerSettings } from "../settings.js";
import { type Finding, good, weak } from "./finding.js";

/** Whether the files of the server are its owner's alone; those that are not there yet are made so. */
export function checkFiles({ auth, data }: ServerSettings): readonly Finding[] {
  if (process.platform === "win32") return [];
  const { database } = auth;
  const places = [
    { setting: "LATCHKEY_DATA", path: data, mode: "700" },
    { setting: "LATCHKEY_DATABASE", path: database, mode: "600" },
    { setting: "LATCHKEY_DATABASE", path: `${database}-wal`, mode: "600" },
    { setting: "master.key", path: join(data, "master.key"), mode: "600" },
    { setting: "master.key", path: join(data, "master.key.next"), mode: "600" },
  ];
  return places.flatMap(({ setting, path, mode }) => {
    const found = findMode(path);
    if (found === undefined) return [];
    if ((found & 0o077) === 0) return [good(setting, `${path} is its owner's alone`)];
    const why = "It holds password hashes or keys, and other accounts of this machine reach it.";
    return [weak(setting, `${path} is open to others`, why, `chmod ${mode} ${path}`)];
  });
}

/** Whatever cannot be looked at, cannot be opened either, of which the check of the database tells. */
function findMode(path: string): number | undefined {
  try {
    return statSync(path).mode;
  } catch {
    return undefined;
  }
}
