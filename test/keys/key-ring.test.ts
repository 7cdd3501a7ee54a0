import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { exportKey, generateKey } from "latchkey/tokens";
import { beforeAll, describe, expect, it } from "vitest";
import { masterKeyInFile } from "../../dist/keys/master-key.js";
import { openKeyRing } from "../../dist/keys/open-key-ring.js";
import { seal } from "../../dist/keys/seal.js";
import { openSqlite } from "../../dist/store/sqlite/open-sqlite.js";
import { createClock, newDatabase, openAuth, PASSWORD, sql, temporaryFolder, tokensOf } from "../http/open-auth.js";

const keyFileOf = (database: string) => join(dirname(database), "master.key");
const newSecret = () => randomBytes(32).toString("base64url");
const modeOf = (path: string) => statSync(path).mode & 0o777;

/** A database with a key set of its own, and the master key in its file; nobody has it open. */
async function usedDatabase(): Promise<string> {
  const database = newDatabase();
  const { auth } = await openAuth({ database });
  await auth.close();
  return database;
}

/** The keys of a database file, decrypted. */
async function ringOf(database: string, masterKey = masterKeyInFile(keyFileOf(database), { mayMake: false })) {
  const store = await openSqlite({ path: database });
  const tokenSeconds = { access: 600, refresh: 604_800 };
  const parts = { store, masterKeys: () => [masterKey], algorithm: "ES256", tokenSeconds } as const;
  const ring = await openKeyRing({ ...parts, now: Date.now, log: () => {} });
  await store.close();
  return ring;
}

describe("the files of a server", () => {
  let database: string;
  /** What must not be found, by its name. */
  const secrets = new Map<string, Buffer>();
  let files: { name: string; bytes: Buffer }[];

  beforeAll(async () => {
    database = newDatabase();
    const { signUp, refresh, logIn, post } = await openAuth({ database });
    const first = await signUp("ada", { email: "ada@example.com" });
    const second = tokensOf(await refresh(first.refresh_token));
    const cookie = await post(
      "/token",
      { username: "ada", password: PASSWORD, transport: "cookie" },
      { origin: "http://localhost:4000" },
    );
    const inCookie = cookie.headers.get("set-cookie")?.match(/lkr_[\w-]+/)?.[0] ?? "";
    const grants = [first, second, await logIn("ada"), { token: cookie.body.token as string, refresh_token: inCookie }];
    for (const [at, { token, refresh_token }] of grants.entries()) {
      secrets.set(`access token ${at}`, Buffer.from(token));
      secrets.set(`signature ${at}`, Buffer.from(token.split(".")[2] ?? "", "base64url"));
      secrets.set(`refresh token ${at}`, Buffer.from(refresh_token));
      secrets.set(`MAC of refresh token ${at}`, Buffer.from(refresh_token.slice(4), "base64url").subarray(25));
    }
    secrets.set("password", Buffer.from(PASSWORD));
    const { signing, dataKeyAt } = await ringOf(database);
    const dataKey = dataKeyAt(Date.now());
    const { d } = exportKey(signing) as { d?: string };
    secrets.set("private key", Buffer.from(d ?? "", "base64url"));
    secrets.set("data key", Buffer.from(dataKey.bytes));
    secrets.set("master key", masterKeyInFile(keyFileOf(database), { mayMake: false }));
    files = readdirSync(dirname(database)).map((name) => ({
      name,
      bytes: readFileSync(join(dirname(database), name)),
    }));
  });

  it("are the database with its log, and the key file; all are the owner's alone", () => {
    const names = files.map((file) => file.name).toSorted();
    expect(names).toEqual(["latchkey.db", "latchkey.db-shm", "latchkey.db-wal", "master.key"]);
    for (const name of names) expect([name, modeOf(join(dirname(database), name))]).toEqual([name, 0o600]);
  });

  it("hold no private key, no refresh token and no password: not as bytes, nor in hex, nor in base64 of any kind", () => {
    const found: string[] = [];
    for (const [what, secret] of secrets) {
      expect(secret.length, what).toBeGreaterThanOrEqual(16);
      for (const { name, bytes } of files.filter((file) => file.name !== "master.key")) {
        if (spellings(secret).some((spelling) => bytes.includes(spelling))) found.push(`${what} in ${name}`);
      }
    }
    expect(secrets.size).toBe(20);
    expect(found).toEqual([]);
  });

  it("hold the username, so that the search finds what is there", () => {
    expect(
      files.some(({ bytes }) => spellings(Buffer.from("ada@example.com")).some((text) => bytes.includes(text))),
    ).toBe(true);
  });
});

/** Bytes as they could stand in a file; of base64 the middle, at each of the three places where they could begin. */
function spellings(secret: Buffer): Buffer[] {
  const inBase64 = [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), secret])
      .toString("base64")
      .slice(4, -4);
    return [text, text.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const hex = secret.toString("hex");
  return [secret, ...[hex, hex.toUpperCase(), ...inBase64].map((text) => Buffer.from(text))];
}

describe("a key set", () => {
  it("is made at the first start, and stays at the next ones, with all sessions and tokens", async () => {
    const database = newDatabase();
    const clock = createClock();
    const before = await openAuth({ database }, clock);
    const tokens = await before.signUp("ada");
    await before.auth.close();
    const after = await openAuth({ database }, clock);
    expect(after.auth.jwks).toEqual(before.auth.jwks);
    expect((await after.me(tokens.token)).status).toBe(200);
    expect((await after.refresh(tokens.refresh_token)).status).toBe(200);
    expect((await after.logIn("ada")).user_id).toBe(tokens.user_id);
  });

  it("is one where several servers start at once on an empty file", async () => {
    const database = newDatabase();
    const clock = createClock();
    const servers = await Promise.all(Array.from({ length: 4 }, () => openAuth({ database }, clock)));
    expect(new Set(servers.map(({ auth }) => JSON.stringify(auth.jwks))).size).toBe(1);
    expect(await sql(database, "select purpose from keys order by purpose")).toEqual([
      { purpose: "access" },
      { purpose: "refresh" },
    ]);
    const tokens = await servers[0]?.signUp("ada");
    for (const { me, refresh } of servers) {
      expect((await me(tokens?.token ?? "")).status).toBe(200);
      expect((await refresh(tokens?.refresh_token ?? "")).status).toBe(200);
    }
  });

  it("is one where several servers with one secret start at once on an empty file, and no key file is made", async () => {
    const database = newDatabase();
    const secret = newSecret();
    const servers = await Promise.all(Array.from({ length: 4 }, () => openAuth({ database, secret })));
    expect(new Set(servers.map(({ auth }) => JSON.stringify(auth.jwks))).size).toBe(1);
    expect(existsSync(keyFileOf(database))).toBe(false);
  });

  it("opens with its own secret alone, and says nothing of the other", async () => {
    const database = newDatabase();
    const secret = newSecret();
    await (await openAuth({ database, secret })).auth.close();
    const other = newSecret();
    const refused = await openAuth({ database, secret: other }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TypeError);
    expect((refused as Error).message).toMatch(/secret/);
    for (const value of [secret, other]) expect(String((refused as Error).stack)).not.toContain(value);
    await (await openAuth({ database, secret })).auth.close();
  });

  it("is of the other secret for one of two servers that start with two secrets at once", async () => {
    const database = newDatabase();
    const starts = await Promise.allSettled([newSecret(), newSecret()].map((secret) => openAuth({ database, secret })));
    expect(starts.map((start) => start.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await sql(database, "select purpose from keys")).toHaveLength(2);
  });

  it.each(["", "secret", "x".repeat(43), Buffer.alloc(32).toString("base64url")])(
    "is not made with the weak secret %j: the server does not start",
    async (secret) => {
      const database = newDatabase();
      await expect(openAuth({ database, secret })).rejects.toThrow(/LATCHKEY_SECRET/);
      const { auth } = await openAuth({ database });
      expect(auth.jwks.keys).toHaveLength(1);
    },
  );

  it("keeps its key file where it is told to", async () => {
    const [database, data] = [newDatabase(), join(temporaryFolder(), "keys")];
    await (await openAuth({ database, data })).auth.close();
    expect(modeOf(join(data, "master.key"))).toBe(0o600);
    expect(existsSync(keyFileOf(database))).toBe(false);
  });

  it("whose key file is missing is not replaced: the server does not start, and makes no file", async () => {
    const database = await usedDatabase();
    rmSync(keyFileOf(database));
    await expect(openAuth({ database })).rejects.toThrow(/master\.key.*is missing/);
    expect(existsSync(keyFileOf(database))).toBe(false);
    expect(await sql(database, "select kid from keys")).toHaveLength(2);
  });

  it("whose key file others can read is not opened", async () => {
    const database = await usedDatabase();
    chmodSync(keyFileOf(database), 0o644);
    await expect(openAuth({ database })).rejects.toThrow(/chmod 600/);
    chmodSync(keyFileOf(database), 0o600);
    expect((await openAuth({ database })).auth.jwks.keys).toHaveLength(1);
  });

  it("in memory is another one each time, and has no file", async () => {
    const [one, other] = [await openAuth(), await openAuth()];
    expect(one.auth.jwks).not.toEqual(other.auth.jwks);
    expect(existsSync("master.key")).toBe(false);
  });
});

describe("a row of the key table", () => {
  const ACCESS = "purpose = 'access'";
  const REFRESH = "purpose = 'refresh'";

  it.each<[string, readonly string[]]>([
    ["whose first bit was changed", [`update keys set sealed = 'B' || substr(sealed, 2) where ${ACCESS}`]],
    [
      "whose text was changed",
      [`update keys set sealed = substr(sealed, 1, 60) || 'AAAA' || substr(sealed, 65) where ${ACCESS}`],
    ],
    [
      "whose end was changed",
      [`update keys set sealed = substr(sealed, 1, length(sealed) - 8) || 'AAAAAAAA' where ${REFRESH}`],
    ],
    ["that was cut short", [`update keys set sealed = substr(sealed, 1, 30) where ${REFRESH}`]],
    ["that is empty", [`update keys set sealed = '' where ${ACCESS}`]],
    ["that was renamed", [`update keys set kid = 'other' where ${ACCESS}`]],
    ["that was renamed in hex", [`update keys set kid = '00000001' where ${REFRESH}`]],
    [
      "that took the other's text",
      [`update keys set sealed = (select sealed from keys where ${REFRESH}) where ${ACCESS}`],
    ],
    ["that took the other's purpose", [`update keys set purpose = 'access' where ${REFRESH}`]],
    ["that is gone", [`delete from keys where ${ACCESS}`]],
    ["that is gone, of the refresh tokens", [`delete from keys where ${REFRESH}`]],
    [
      "that stands beside a copy of another name",
      [
        `insert into keys select 'zzz', purpose, alg, sealed, created_at + 1, signs_from + 1, token_seconds from keys where ${ACCESS}`,
      ],
    ],
    [
      "that stands beside one in the clear",
      [`insert into keys values ('zzz', 'access', 'HS256', '{"kty":"oct","k":"AAAA","alg":"HS256"}', 1, 1, 600)`],
    ],
  ])("%s keeps the server from starting, with a sentence that holds no key", async (_how, statements) => {
    const database = await usedDatabase();
    for (const statement of statements) await sql(database, statement);
    const refused = await openAuth({ database }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TypeError);
    const rows = (await sql(database, "select sealed from keys")) as { sealed: string }[];
    for (const { sealed } of rows.filter((row) => row.sealed !== "")) {
      expect((refused as Error).message).not.toContain(sealed);
    }
  });

  it("says an algorithm that nobody believes: the key's own holds", async () => {
    const database = await usedDatabase();
    await sql(database, `update keys set alg = 'none' where ${ACCESS}`);
    const { auth } = await openAuth({ database });
    expect(auth.jwks.keys[0]?.alg).toBe("ES256");
  });

  it("that holds a key of another name than its own keeps the server from starting", async () => {
    const database = await usedDatabase();
    const masterKey = masterKeyInFile(keyFileOf(database), { mayMake: false });
    const key = Buffer.from(JSON.stringify(exportKey(generateKey({ alg: "ES256" }))));
    const sealed = seal(key, masterKey, { kid: "zzz", purpose: "access" });
    await sql(database, "insert into keys values ('zzz', 'access', 'ES256', ?, 1, 1, 600)", sealed);
    await expect(openAuth({ database })).rejects.toThrow(TypeError);
  });

  it("of another installation, sealed with another master key, is not taken in", async () => {
    const [one, other] = [await usedDatabase(), await usedDatabase()];
    const [row] = (await sql(other, `select * from keys where ${ACCESS}`)) as Record<string, unknown>[];
    const { kid, purpose, alg, sealed } = row ?? {};
    await sql(one, "insert into keys values (?, ?, ?, ?, 1, 1, 600)", kid, purpose, alg, sealed);
    await expect(openAuth({ database: one })).rejects.toThrow(TypeError);
  });
});

describe("a ring", () => {
  it("tells no secret where it is printed", async () => {
    const database = await usedDatabase();
    const ring = await ringOf(database);
    const { d } = exportKey(ring.signing) as { d?: string };
    expect(JSON.stringify([ring.signing, ring.verifying, ring.jwks])).not.toContain(d);
  });

  it("finds its data key by the id that stands in refresh tokens, and no other", async () => {
    const ring = await ringOf(await usedDatabase());
    const dataKey = ring.dataKeyAt(Date.now());
    expect(ring.findDataKey(dataKey.id)).toBe(dataKey);
    expect(ring.findDataKey(dataKey.id ^ 1)).toBeUndefined();
  });

  it("does not open with random bytes", async () => {
    await expect(ringOf(await usedDatabase(), randomBytes(32))).rejects.toThrow(TypeError);
  });
});
