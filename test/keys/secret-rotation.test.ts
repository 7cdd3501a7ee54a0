import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { findMasterKeyIn, masterKeyOf, newSecret } from "../../dist/keys/master-key.js";
import { openKeyRing } from "../../dist/keys/open-key-ring.js";
import { rewrapKeys } from "../../dist/keys/rewrap-keys.js";
import { rotateMasterKeyFile } from "../../dist/keys/rotate-master-key-file.js";
import { openSqlite } from "../../dist/store/sqlite/open-sqlite.js";
import type { KeyRow, Store } from "../../dist/store/store.js";
import { createClock, DAY, newDatabase, type OpenAuth, openAuth, sql } from "../http/open-auth.js";

const fileOf = (database: string) => join(dirname(database), "master.key");
const bytesOf = (secret: string) => masterKeyOf(secret, "The secret");
const kids = ({ auth }: OpenAuth) => auth.jwks.keys.map(({ kid }) => kid);

/** What holds before a rotation of the secret and must hold after it. */
interface Prepared {
  readonly database: string;
  readonly file: string;
  readonly door: OpenAuth;
  readonly store: Store;
  readonly rows: readonly KeyRow[];
  readonly tokens: { readonly token: string; readonly refresh_token: string };
}

/** A server with a user and with keys of every state, and a store beside it. */
async function prepare(secret?: string): Promise<Prepared> {
  const database = newDatabase();
  const door = await openAuth({ database, ...(secret !== undefined && { secret }) });
  const tokens = await door.signUp("ada");
  await door.auth.keys.rotate({ now: true });
  door.clock.advance(1);
  await door.auth.keys.rotate();
  const store = await openSqlite({ path: database, now: door.clock.now });
  return { database, file: fileOf(database), door, store, rows: await store.keys.list(), tokens };
}

/** A server that starts now has all keys, and tokens of before are good in it. */
async function expectNothingLost({ database, door, tokens, store }: Prepared, secret?: string): Promise<void> {
  await store.close();
  const again = await openAuth({ database, ...(secret !== undefined && { secret }) }, door.clock);
  expect(await again.auth.keys.list()).toEqual(await door.auth.keys.list());
  expect(again.auth.jwks).toEqual(door.auth.jwks);
  expect((await again.me(tokens.token)).status).toBe(200);
  expect((await again.refresh(tokens.refresh_token)).status).toBe(200);
  if (secret !== undefined) return;
  const names = readdirSync(dirname(fileOf(database))).filter((name) => name.startsWith("master"));
  expect(names.filter((name) => name !== "master.key.next")).toEqual(["master.key"]);
  expect(statSync(fileOf(database)).mode & 0o777).toBe(0o600);
}

/** The store, with something in the place of its replacing of keys. */
function withReplace(store: Store, replace: Store["keys"]["replace"]): Store {
  return { ...store, keys: { ...store.keys, replace } };
}

describe("a new secret", () => {
  it("is 32 random bytes that the server takes", () => {
    const secrets = Array.from({ length: 50 }, newSecret);
    expect(new Set(secrets).size).toBe(50);
    for (const secret of secrets) expect(bytesOf(secret)).toHaveLength(32);
  });
});

describe("sealing all keys with another secret", () => {
  it("changes how they are sealed and nothing else, and the old secret opens nothing", async () => {
    const [old, next] = [newSecret(), newSecret()];
    const all = await prepare(old);
    await rewrapKeys(all.store, bytesOf(old), bytesOf(next));
    const rows = await all.store.keys.list();
    expect(rows.map((row) => ({ ...row, sealed: "" }))).toEqual(all.rows.map((row) => ({ ...row, sealed: "" })));
    expect(rows).toHaveLength(6);
    for (const [index, row] of rows.entries()) expect(row.sealed).not.toBe(all.rows[index]?.sealed);
    await expect(openAuth({ database: all.database, secret: old })).rejects.toThrow(/secret/);
    await expectNothingLost(all, next);
  });

  it("twice is once", async () => {
    const [old, next] = [newSecret(), newSecret()];
    const { store } = await prepare(old);
    await rewrapKeys(store, bytesOf(old), bytesOf(next));
    const rows = await store.keys.list();
    await rewrapKeys(store, bytesOf(old), bytesOf(next));
    expect(await store.keys.list()).toEqual(rows);
    await store.close();
  });

  it("twice at once, with one secret or with two, leaves all keys sealed with one", async () => {
    for (const same of [true, false]) {
      const [old, one, other] = [newSecret(), newSecret(), newSecret()];
      const all = await prepare(old);
      const answers = await Promise.allSettled(
        [one, same ? one : other].map((next) => rewrapKeys(all.store, bytesOf(old), bytesOf(next))),
      );
      expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(same ? 2 : 1);
      await expectNothingLost(all, answers[0]?.status === "fulfilled" ? one : other);
    }
  });

  it("is refused with the wrong one, or with the same, and nothing changes", async () => {
    const secret = newSecret();
    const { store, rows } = await prepare(secret);
    for (const [from, to] of [
      [newSecret(), newSecret()],
      [secret, secret],
    ]) {
      await expect(rewrapKeys(store, bytesOf(from ?? ""), bytesOf(to ?? ""))).rejects.toThrow(TypeError);
      expect(await store.keys.list()).toEqual(rows);
    }
    await store.close();
  });

  it("is refused whole where one row does not open", async () => {
    const secret = newSecret();
    const { store, database } = await prepare(secret);
    await sql(database, "update keys set sealed = substr(sealed, 1, 40) where purpose = 'refresh'");
    const rows = await store.keys.list();
    await expect(rewrapKeys(store, bytesOf(secret), bytesOf(newSecret()))).rejects.toThrow(TypeError);
    expect(await store.keys.list()).toEqual(rows);
    await store.close();
  });

  it("misses no key that a server adds at the same time", async () => {
    const [old, next] = [newSecret(), newSecret()];
    const all = await prepare(old);
    let added = 0;
    const racing = withReplace(all.store, async (from, to) => {
      if (added++ < 2) await all.door.auth.keys.rotate({ now: true });
      all.door.clock.advance(1);
      return all.store.keys.replace(from, to);
    });
    await rewrapKeys(racing, bytesOf(old), bytesOf(next));
    expect(added).toBeGreaterThan(1);
    await expectNothingLost(all, next);
  });
});

describe("a new secret in the key file", () => {
  it("replaces the old one, opens all keys, and leaves nothing beside it", async () => {
    const all = await prepare();
    const old = readFileSync(all.file, "utf8");
    await rotateMasterKeyFile(all.file, all.store);
    expect(readFileSync(all.file, "utf8")).not.toBe(old);
    expect(existsSync(`${all.file}.next`)).toBe(false);
    await expectNothingLost(all);
  });

  it("many times, and twice at once, loses nothing", async () => {
    const all = await prepare();
    for (let round = 0; round < 5; round++) {
      await Promise.allSettled([rotateMasterKeyFile(all.file, all.store), rotateMasterKeyFile(all.file, all.store)]);
    }
    await expectNothingLost(all);
  });

  /** Each leaves the files and the rows as a crash at that moment would. */
  const crashes: readonly (readonly [string, (all: Prepared) => Promise<void>])[] = [
    [
      "after the new secret was written beside the old one",
      async ({ file, store }) => {
        const crash = withReplace(store, async () => {
          throw new Error("crash");
        });
        await expect(rotateMasterKeyFile(file, crash)).rejects.toThrow("crash");
        expect(existsSync(`${file}.next`)).toBe(true);
      },
    ],
    [
      "after the keys were sealed with the new one",
      async ({ file, store }) => {
        const crash = withReplace(store, async (...change) => {
          expect(await store.keys.replace(...change)).toBe(true);
          throw new Error("crash");
        });
        await expect(rotateMasterKeyFile(file, crash)).rejects.toThrow("crash");
        expect(existsSync(`${file}.next`)).toBe(true);
      },
    ],
    [
      "after the new one was put in its place, and not taken away beside it",
      async ({ file, store }) => {
        await rotateMasterKeyFile(file, store);
        writeFileSync(`${file}.next`, readFileSync(file), { mode: 0o600 });
      },
    ],
    [
      "after the keys were sealed, and somebody took the old file away",
      async ({ file, store }) => {
        const copy = readFileSync(file);
        await rotateMasterKeyFile(file, store);
        renameSync(file, `${file}.next`);
        expect(readFileSync(`${file}.next`)).not.toEqual(copy);
      },
    ],
  ];

  it.each(crashes)("that was cut short %s loses nothing at the next start", async (_when, crash) => {
    const all = await prepare();
    await crash(all);
    await expectNothingLost(all);
  });

  it.each(crashes)("that was cut short %s loses nothing when it is done again", async (_when, crash) => {
    const all = await prepare();
    await crash(all);
    const interrupted = findMasterKeyIn(all.file);
    await rotateMasterKeyFile(all.file, all.store);
    expect(findMasterKeyIn(all.file)).not.toEqual(interrupted);
    expect(existsSync(`${all.file}.next`)).toBe(false);
    await expectNothingLost(all);
  });

  it("that was cut short loses nothing in a server that runs, which adds its next key with the right one", async () => {
    for (const [, crash] of crashes) {
      const all = await prepare();
      await crash(all);
      all.door.clock.advance(700);
      await all.door.auth.keys.rotate();
      const { door } = all;
      all.door.clock.advance(700);
      const tokens = await door.logIn("ada");
      await expectNothingLost({ ...all, tokens });
    }
  });

  it.each(["missing", "of others", "broken"])(
    "is not made where the old one is %s, and nothing changes",
    async (how) => {
      const all = await prepare();
      const text = readFileSync(all.file);
      if (how === "missing") rmSync(all.file);
      if (how === "of others") chmodSync(all.file, 0o644);
      if (how === "broken") writeFileSync(all.file, "seven wild geese");
      await expect(rotateMasterKeyFile(all.file, all.store)).rejects.toThrow(TypeError);
      expect(await all.store.keys.list()).toEqual(all.rows);
      rmSync(all.file, { force: true });
      writeFileSync(all.file, text, { mode: 0o600 });
      await expectNothingLost(all);
    },
  );

  it("is not believed where it lies beside the file and opens nothing", async () => {
    const all = await prepare();
    const text = readFileSync(all.file, "utf8");
    writeFileSync(`${all.file}.next`, `${newSecret()}\n`, { mode: 0o600 });
    await expectNothingLost(all);
    expect(readFileSync(all.file, "utf8")).toBe(text);
  });
});

describe("a server that runs while its secret is changed", () => {
  it("goes on with the keys that it has, and adds none until it has the new secret", async () => {
    const [old, next] = [newSecret(), newSecret()];
    const database = newDatabase();
    const clock = createClock();
    const door = await openAuth({ database, secret: old }, clock);
    const { token, refresh_token } = await door.signUp("ada");
    const store = await openSqlite({ path: database, now: clock.now });
    await rewrapKeys(store, bytesOf(old), bytesOf(next));
    await expect(door.auth.keys.rotate()).rejects.toMatchObject({ name: "AuthError", code: "unavailable" });
    expect(await sql(database, "select kid from keys")).toHaveLength(2);
    expect((await door.me(token)).status).toBe(200);
    expect((await door.refresh(refresh_token)).status).toBe(200);
    expect(kids(door)).toHaveLength(1);
    const other = await openAuth({ database, secret: next }, clock);
    await other.auth.keys.rotate();
    await expect.poll(() => door.events.map(({ event }) => event)).toContain("keys.unreadable");
    await door.auth.keys.list();
    const unreadable = door.events.filter(({ event }) => event === "keys.unreadable");
    expect(unreadable).toHaveLength(2);
    for (const kid of kids(door)) expect(kids(other)).toContain(kid);
    expect(JSON.stringify(door.events)).not.toMatch(new RegExp(`${old}|${next}`));
    await store.close();
  });

  it("does what is due and can be done, and tells once that a key is due and cannot be made", async () => {
    const [old, next] = [newSecret(), newSecret()];
    let time = Date.UTC(2027, 0, 1);
    const now = () => time;
    const store = await openSqlite({ path: ":memory:", now });
    const events: object[] = [];
    const parts = { store, algorithm: "ES256", tokenSeconds: { access: 600, refresh: 7 * DAY }, now } as const;
    const log = (event: object) => void events.push(event);
    const ring = await openKeyRing({ ...parts, masterKeys: () => [bytesOf(old)], log });
    await rewrapKeys(store, bytesOf(old), bytesOf(next));
    time += 91 * DAY * 1000;
    await ring.tend();
    await ring.tend();
    expect(events).toEqual([{ event: "keys.secret_changed" }]);
    expect(await store.keys.list()).toHaveLength(2);
    await (await openKeyRing({ ...parts, masterKeys: () => [bytesOf(next)], log })).tend();
    expect(await store.keys.list()).toHaveLength(4);
    await store.close();
  });

  it("has no key left, and says 503, where its only one was revoked by who has the new secret", async () => {
    const [old, next] = [newSecret(), newSecret()];
    const database = newDatabase();
    const clock = createClock();
    const door = await openAuth({ database, secret: old }, clock);
    const { token } = await door.signUp("ada");
    const store = await openSqlite({ path: database, now: clock.now });
    await rewrapKeys(store, bytesOf(old), bytesOf(next));
    await store.close();
    const other = await openAuth({ database, secret: next }, clock);
    await other.auth.keys.revoke(kids(other)[0] ?? "");
    await expect.poll(async () => (await door.me(token)).status).toBe(401);
    await expect.poll(() => kids(door)).toEqual([]);
    const { status, body } = await door.post("/token", { username: "ada", password: "seven wild geese at dawn" });
    expect([status, body.code]).toEqual([503, "unavailable"]);
    expect((await other.logIn("ada")).token).toBeTypeOf("string");
  });
});

describe("a row that somebody breaks under a server that runs", () => {
  it.each([
    ["changed", "update keys set sealed = substr(sealed, 1, 40)"],
    ["swapped", "update keys set sealed = (select sealed from keys as other where other.kid <> keys.kid limit 1)"],
    ["emptied", "update keys set sealed = ''"],
  ])("%s does not take from it what it has opened", async (_how, statement) => {
    const database = newDatabase();
    const door = await openAuth({ database });
    const { token, refresh_token } = await door.signUp("ada");
    await sql(database, statement);
    expect(await door.auth.keys.list()).toHaveLength(2);
    expect((await door.me(token)).status).toBe(200);
    expect((await door.refresh(refresh_token)).status).toBe(200);
    expect((await door.logIn("ada")).token).toBeTypeOf("string");
  });

  it("added or renamed is left out, and told once", async () => {
    const database = newDatabase();
    const door = await openAuth({ database });
    const values = "purpose, alg, sealed, created_at + 1, signs_from + 1, token_seconds";
    await sql(database, `insert into keys select 'zzz', ${values} from keys where purpose = 'access'`);
    await sql(database, `insert into keys select '0000000z', ${values} from keys where purpose = 'refresh'`);
    for (let round = 0; round < 3; round++) expect(await door.auth.keys.list()).toHaveLength(2);
    door.clock.advance(10);
    const { token } = await door.signUp("ada");
    expect((await door.me(token)).status).toBe(200);
    expect(door.events.filter(({ event }) => event === "keys.unreadable")).toEqual([
      { event: "keys.unreadable", kid: "0000000z" },
      { event: "keys.unreadable", kid: "zzz" },
    ]);
  });
});
