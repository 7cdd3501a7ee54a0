import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadSqlite } from "../../dist/store/sqlite/load-sqlite.js";
import { openSqlite } from "../../dist/store/sqlite/open-sqlite.js";
import { endAll, run } from "../cli/run-server.js";
import { newDatabase, sql } from "../http/open-auth.js";
import { sessionRow, userRow } from "../store/rows.mjs";
import { RELEASED } from "./faults/more-migrations.mjs";
import { isLong } from "./how-long.js";

const FAULTS = fileURLToPath(new URL("faults/", import.meta.url));
const LIMIT_MS = isLong ? 900_000 : 120_000;
const user = userRow();

afterEach(endAll);

/** A database of the present schema in which there is somebody. */
let present: string;

beforeAll(async () => {
  present = newDatabase();
  const store = await openSqlite({ path: present });
  await store.users.add(user, sessionRow(user.id));
  await store.close();
});

/** Migrates in a process of its own, which is killed where that is told; answers whether it came to its end. */
async function migrate(path: string, more: number, killAt?: string): Promise<boolean> {
  const kill = killAt === undefined ? [] : ["--import", join(FAULTS, "kill-at-statement.mjs")];
  const child = spawn(process.execPath, [...kill, join(FAULTS, "migrating.mjs"), path, String(more)], {
    env: { ...process.env, KILL_AT: killAt },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code, signal] = await once(child, "close");
  if (code !== 0 && signal !== "SIGKILL") throw new Error(`The migration ended with ${code ?? signal}.`);
  return code === 0;
}

/** The whole schema and its version, as SQLite tells them; no version where there is no schema. */
async function schemaOf(path: string): Promise<readonly unknown[]> {
  const { DatabaseSync } = await loadSqlite();
  const connection = new DatabaseSync(path);
  const ask = (statement: string) => connection.prepare(statement).all();
  try {
    expect(ask("pragma integrity_check")).toEqual([{ integrity_check: "ok" }]);
    const tables = ask("select type, name, sql from sqlite_master order by type, name");
    return tables.length === 0 ? [] : [...tables, ...ask("select * from installation where name = 'schema_version'")];
  } finally {
    connection.close();
  }
}

function copyOf(path: string): string {
  const copy = newDatabase();
  if (existsSync(path)) copyFileSync(path, copy);
  return copy;
}

type Case = readonly [name: string, from: () => string, more: number];

const CASES: readonly Case[] = [
  ["an empty database", () => newDatabase(), 0],
  ["a database that is used, by several steps", () => copyOf(present), 2],
];
const MORE_CASES: readonly Case[] = [
  ["an empty database, by several steps", () => newDatabase(), 2],
  ["a database that is used, by one step", () => copyOf(present), 1],
];

describe.skipIf(process.platform === "win32")("S75: a migration", () => {
  it.each(isLong ? [...CASES, ...MORE_CASES] : CASES)(
    "of %s that is killed at any statement is as it was or done, and the next start finishes it",
    async (_name, from, more) => {
      const whole = from();
      const before = await schemaOf(whole);
      await migrate(whole, more);
      const after = await schemaOf(whole);
      const found = new Set<string>();
      // How many statements there are shows by itself: the process that is not killed any more has run them all.
      for (let statement = 1, isDone = false; !isDone && statement < 500; statement += isLong ? 1 : 5) {
        for (const moment of isLong ? ["before", "after"] : ["after"]) {
          const path = from();
          isDone = await migrate(path, more, `${statement} ${moment}`);
          const schema = await schemaOf(path);
          found.add(JSON.stringify(schema));
          expect([before, after]).toContainEqual(schema);
          await migrate(path, more);
          expect(await schemaOf(path)).toEqual(after);
          if (before.length > 0) expect(await sql(path, "select id from users")).toEqual([{ id: user.id }]);
        }
      }
      expect(found).toEqual(new Set([before, after].map((schema) => JSON.stringify(schema))));
    },
    LIMIT_MS,
  );

  it.each(CASES)("of %s by several processes at once is done once", async (_name, from, more) => {
    const whole = from();
    await migrate(whole, more);
    const path = from();
    expect(await Promise.all([1, 2, 3].map(() => migrate(path, more)))).toEqual([true, true, true]);
    expect(await schemaOf(path)).toEqual(await schemaOf(whole));
  });

  it.each([["serve"], ["migrate"], ["user", "list"], ["check"]])(
    "is refused by %s where the schema is newer, with exit code 78 and a sentence, and nothing is changed",
    async (...command) => {
      const path = copyOf(present);
      await migrate(path, 1);
      const digest = () => createHash("sha256").update(readFileSync(path)).digest("hex");
      const before = digest();
      const ended = await run([...command, "--database", path, "--data", dirname(path)]);
      expect(ended.code).toBe(78);
      expect(ended.stdout + ended.stderr).toMatch(
        new RegExp(`schema version ${RELEASED + 1}[\\s\\S]*${RELEASED}[\\s\\S]*upgrade`, "i"),
      );
      expect(ended.stderr).not.toMatch(/\n +at /);
      expect(digest()).toBe(before);
      expect(readdirSync(dirname(path))).toEqual(["latchkey.db"]);
    },
  );
});
