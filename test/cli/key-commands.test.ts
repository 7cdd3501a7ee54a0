import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createAuth } from "latchkey";
import { afterEach, describe, expect, it } from "vitest";
import { newSecret } from "../../dist/keys/master-key.js";
import { loadSqlite } from "../../dist/store/sqlite/load-sqlite.js";
import { endAll, newFolder, run } from "./run-server.js";

afterEach(endAll);

async function newData(secret?: string): Promise<string> {
  const data = join(newFolder(), "data");
  const settings = { database: join(data, "latchkey.db"), data, url: "http://localhost:4000" };
  const auth = await createAuth({ ...settings, ...(secret !== undefined && { secret }) });
  await auth.close();
  return data;
}

describe("latchkey key", () => {
  it("lists the keys, and nothing of them that is secret", async () => {
    const data = await newData();
    const { code, stdout } = await run(["key", "list", "--json", "--data", data]);
    const keys: { kid: string; purpose: string }[] = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(keys.sort((one, other) => (one.purpose < other.purpose ? -1 : 1))).toEqual(
      ["access", "refresh"].map((purpose) => ({
        kid: expect.any(String),
        purpose,
        alg: expect.any(String),
        state: "current",
        created_at: expect.stringMatching(/Z$/),
        signs_from: expect.stringMatching(/Z$/),
        ends_at: null,
      })),
    );
    const table = (await run(["key", "list", "--data", data])).stdout;
    expect(table).toMatch(/^KID +PURPOSE +ALG +STATE +CREATED +SIGNS FROM +ENDS\n/);
    for (const { kid } of keys) expect(table).toContain(kid);
  });

  it.each([
    ["list", 78],
    ["rotate", 78],
    ["revoke", 2],
  ])("%s makes no database, and wants what it wants", async (act, code) => {
    const folder = newFolder();
    expect((await run(["key", act], { folder })).code).toBe(code);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("does not revoke a key that is unknown", async () => {
    const ended = await run(["key", "revoke", "nobody's", "--data", await newData()]);
    expect(ended).toMatchObject({ code: 1, stdout: "", stderr: "latchkey: There is no key nobody's.\n" });
  });
});

describe("latchkey secret", () => {
  it("prints a new secret each time, with which a server starts", async () => {
    const secrets = await Promise.all([1, 2].map(async () => (await run(["secret", "new"])).stdout));
    expect(new Set(secrets).size).toBe(2);
    for (const secret of secrets) {
      expect(secret).toMatch(/^[\w-]{43}\n$/);
      expect(readdirSync(await newData(secret.trim()))).not.toContain("master.key");
    }
  });

  const secret = newSecret();

  it.each<readonly [string, Readonly<Record<string, string>>, RegExp]>([
    ["no new one is given", { LATCHKEY_SECRET: secret }, /LATCHKEY_NEW_SECRET must hold/],
    ["the new one is empty", { LATCHKEY_SECRET: secret, LATCHKEY_NEW_SECRET: "" }, /LATCHKEY_NEW_SECRET must hold/],
    ["the new one is the old one", { LATCHKEY_SECRET: secret, LATCHKEY_NEW_SECRET: secret }, /in use already/],
    ["the new one is weak", { LATCHKEY_SECRET: secret, LATCHKEY_NEW_SECRET: "hunter2" }, /32 random bytes/],
    ["only the new one is given", { LATCHKEY_NEW_SECRET: secret }, /goes with LATCHKEY_SECRET/],
    ["there is neither a secret nor a master.key", {}, /There is no .*master\.key/],
  ])("is not rotated where %s: exit code 78", async (_name, environment, why) => {
    const data = await newData(secret);
    const ended = await run(["secret", "rotate", "--data", data], { environment });
    expect(ended).toMatchObject({ code: 78, stdout: "" });
    expect(ended.stderr).toMatch(why);
    expect(ended.stderr).not.toMatch(/hunter2/);
    expect(ended.stderr).not.toContain(secret);
  });

  it("is not rotated where there is no database", async () => {
    const folder = newFolder();
    expect(await run(["secret", "rotate"], { folder })).toMatchObject({ code: 78, stdout: "" });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("latchkey migrate", () => {
  it("makes a database where there is none, and then has nothing to do", async () => {
    const data = join(newFolder(), "data");
    const database = join(data, "latchkey.db");
    const migrated = async () => JSON.parse((await run(["migrate", "--json", "--data", data])).stdout);
    const first = await migrated();
    expect(first).toMatchObject({ database, from: 0 });
    expect(await migrated()).toEqual({ database, from: first.to, to: first.to });
    expect((await run(["migrate", "--data", data])).stdout).toContain("is up to date");
  });

  it("leaves a newer schema as it is: exit code 78", async () => {
    const data = await newData();
    const { DatabaseSync } = await loadSqlite();
    const connection = new DatabaseSync(join(data, "latchkey.db"));
    connection.prepare("update installation set value = '99' where name = 'schema_version'").all();
    connection.close();
    for (const _ of [1, 2]) {
      const ended = await run(["migrate", "--data", data]);
      expect(ended).toMatchObject({ code: 78, stdout: "" });
      expect(ended.stderr).toMatch(/schema version 99/);
    }
  });
});
