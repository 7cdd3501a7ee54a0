import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { newDatabase, openAuth } from "../http/open-auth.js";

/** A server's folder with files that are so many seconds old. */
async function folderWith(names: readonly string[], ageSeconds: number) {
  const database = newDatabase();
  const { auth } = await openAuth({ database });
  await auth.close();
  const folder = dirname(database);
  const time = Date.now() / 1000 - ageSeconds;
  for (const name of names) {
    writeFileSync(join(folder, name), "a secret\n", { mode: 0o600 });
    utimesSync(join(folder, name), time, time);
  }
  return { database, folder };
}

const DRAFTS = ["master.key.4711.0123abcd", "master.key.next.4711.0123abcd", "master.key.1.ffffffff"];
const OTHERS = [
  "master.key.bak",
  "master.key.4711.0123abc",
  "master.key.0123abcd",
  "other.key.4711.0123abcd",
  "master.key.4711.0123abcd.old",
];

describe("what a process leaves that is killed while it writes a secret", () => {
  it("goes at the next start, and nothing else does", async () => {
    const { database, folder } = await folderWith([...DRAFTS, ...OTHERS], 61);
    const before = readdirSync(folder);
    await openAuth({ database });
    expect(before.filter((name) => !existsSync(join(folder, name)))).toEqual([...DRAFTS].sort());
  });

  it("goes too where it is the other name of the key itself", async () => {
    const { database, folder } = await folderWith([], 0);
    const key = join(folder, "master.key");
    const draft = join(folder, DRAFTS[0] ?? "");
    linkSync(key, draft);
    utimesSync(key, 1, 1);
    const text = readFileSync(key, "utf8");
    await openAuth({ database });
    expect(existsSync(draft)).toBe(false);
    expect(readFileSync(key, "utf8")).toBe(text);
  });

  it("stays for a minute: somebody may be about to use it", async () => {
    const { database, folder } = await folderWith(DRAFTS, 30);
    await openAuth({ database });
    for (const draft of DRAFTS) expect(existsSync(join(folder, draft))).toBe(true);
  });

  it("is no reason not to start where it cannot be removed", async () => {
    const { database, folder } = await folderWith([], 0);
    const inTheWay = join(folder, DRAFTS[0] ?? "");
    mkdirSync(inTheWay);
    utimesSync(inTheWay, 1, 1);
    const { auth } = await openAuth({ database });
    expect(auth.jwks.keys).toHaveLength(1);
    expect(existsSync(inTheWay)).toBe(true);
  });
});
