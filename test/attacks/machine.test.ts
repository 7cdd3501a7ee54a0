import { once } from "node:events";
import { mkdirSync, readdirSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, expect } from "vitest";
import { makeMasterKeyIn, newSecret } from "../../dist/keys/master-key.js";
import { openSqlite } from "../../dist/store/sqlite/open-sqlite.js";
import { checkAll, crash, startCrashes } from "../chaos/crashes/crash-cycle.js";
import { createDice } from "../chaos/dice.js";
import {
  askMe,
  end,
  endAll,
  freePort,
  type Granted,
  newFolder,
  type Server,
  says,
  send,
  signUp,
  start,
  startServer,
} from "../cli/run-server.js";
import { newDatabase, type OpenAuth, openAuth, sql } from "../http/open-auth.js";
import { attempt } from "./attack.js";

afterEach(endAll);

const URL_OF_ALL = "http://localhost:4000";
const newData = () => join(newFolder(), "data");

/** Servers of one url on one new data folder, each on a port of its own, started at once. */
async function startTogether(count: number): Promise<readonly Server[]> {
  const data = newData();
  const one = () => startServer({ data, flags: ["--url", URL_OF_ALL] });
  return Promise.all(Array.from({ length: count }, one));
}

/** That a data folder holds one installation: one schema, one epoch, one key of each purpose, one secret, and these users. */
async function expectOneInstallation(data: string, users: readonly string[]): Promise<void> {
  const ask = (statement: string) => sql(join(data, "latchkey.db"), statement);
  expect(await ask("pragma integrity_check")).toEqual([{ integrity_check: "ok" }]);
  expect(await ask("select name from installation order by name")).toEqual([
    { name: "epoch" },
    { name: "schema_version" },
  ]);
  expect(await ask("select purpose from keys order by purpose")).toEqual([
    { purpose: "access" },
    { purpose: "refresh" },
  ]);
  expect(await ask("select username from users order by username")).toEqual(users.map((username) => ({ username })));
  expect(readdirSync(data).filter((name) => /^master\.key(\.next)?$/.test(name))).toEqual(["master.key"]);
}

/** A server that starts on a folder, and can do all that a new one can; ends it. */
async function expectWorks(data: string, port: number): Promise<void> {
  const server = await startServer({ data, port });
  expect((await send("GET", `${server.at}/health/ready`)).status).toBe(200);
  const { token, refresh_token } = await signUp(server, "ada");
  expect(await askMe(server, token)).toBe("200");
  expect((await send("POST", `${server.at}/token/refresh`, { body: { refresh_token } })).status).toBe(200);
  expect((await end(server)).code).toBe(0);
  await expectOneInstallation(data, ["ada"]);
}

attempt(
  "servers that start at once",
  [2, 5].map((count) => [
    "S76",
    `on an empty folder make one key set, one schema, one epoch and no account, and accept the tokens of one another: ${count} of them`,
    async () => {
      const servers = await startTogether(count);
      const data = servers[0]?.data ?? "";
      await expectOneInstallation(data, []);
      const ask = ({ at }: Server) => send<{ keys: { kid: string }[] }>("GET", `${at}/.well-known/jwks.json`);
      const sets = await Promise.all(servers.map(ask));
      expect(sets.map(({ body }) => body.keys.length)).toEqual(servers.map(() => 1));
      expect(new Set(sets.map(({ body }) => JSON.stringify(body))).size).toBe(1);

      const grants = await Promise.all(servers.map((server, index) => signUp(server, `user-${index}`)));
      for (const server of servers) {
        for (const { token } of grants) expect(await askMe(server, token)).toBe("200");
      }
      for (const [index, { refresh_token }] of grants.entries()) {
        const other = servers[(index + 1) % count] as Server;
        const { status } = await send<Granted>("POST", `${other.at}/token/refresh`, { body: { refresh_token } });
        expect(status).toBe(200);
      }
      for (const server of servers) expect((await end(server)).code).toBe(0);
      await expectOneInstallation(
        data,
        servers.map((_, index) => `user-${index}`),
      );
    },
    60_000,
  ]),
);

attempt("servers that start in step", [
  [
    "S76",
    "on an empty folder, where each reads before any of them writes, make one installation too",
    async () => {
      for (let round = 0; round < 2; round++) {
        const database = newDatabase();
        const doors = await Promise.all(Array.from({ length: 8 }, () => openAuth({ database })));
        await expectOneInstallation(dirname(database), []);
        const [first, ...others] = doors as [OpenAuth, ...OpenAuth[]];
        const { token, refresh_token } = await first.signUp("ada");
        for (const { auth, me, refresh } of others) {
          expect(auth.jwks).toEqual(first.auth.jwks);
          expect((await me(token)).status).toBe(200);
          expect((await refresh(refresh_token)).status).toBe(200);
        }
        for (const { auth } of doors) await auth.close();
      }
    },
  ],
]);

/** What a first start that was killed can have left, from its first step to its last. */
const LEFT: readonly (readonly [string, (data: string) => Promise<void> | void])[] = [
  ["an empty database", (data) => writeEmpty(join(data, "latchkey.db"))],
  ["tables without a key", (data) => makeTables(data)],
  [
    "tables, and half a draft of the secret",
    async (data) => {
      await makeTables(data);
      writeFileSync(join(data, "master.key.4711.0123abcd"), newSecret().slice(0, 20), { mode: 0o600 });
    },
  ],
  [
    "tables and a secret, and no key in the tables",
    async (data) => {
      await makeTables(data);
      makeMasterKeyIn(join(data, "master.key"));
    },
  ],
  ["a secret and no database", (data) => void makeMasterKeyIn(join(data, "master.key"))],
];

function writeEmpty(path: string): void {
  mkdirSync(dirname(path), { mode: 0o700 });
  writeFileSync(path, "", { mode: 0o600 });
}

async function makeTables(data: string): Promise<void> {
  const store = await openSqlite({ path: join(data, "latchkey.db") });
  await store.close();
}

/** Starts a server on a new folder and kills it when so many changes were seen there; answers whether it was killed before it listened. */
async function killFirstStart(data: string, port: number, changes: number): Promise<boolean> {
  mkdirSync(data, { mode: 0o700 });
  let seen = 0;
  const watcher = watch(data, () => {
    seen++;
    if (seen === changes) child.kill("SIGKILL");
  });
  const running = start(["serve", "--port", String(port), "--data", data]);
  const { child } = running;
  const isKilled = await Promise.race([
    once(child, "close").then(() => true),
    says(running, /"password"/).then(
      () => false,
      () => true,
    ),
  ]);
  watcher.close();
  child.kill("SIGKILL");
  await running.ended;
  return isKilled;
}

attempt("a first start that is cut short", [
  ...LEFT.map(
    ([what, leave]) =>
      [
        "S76",
        `is finished by the next one where it left ${what}`,
        async () => {
          const data = newData();
          await leave(data);
          await expectWorks(data, await freePort());
        },
      ] as const,
  ),
  [
    "S76",
    "is finished by the next one, whenever it was killed",
    async () => {
      const port = await freePort();
      const { whole } = createDice(Date.now());
      let killed = 0;
      for (let changes = 1; changes <= 60; changes += 5 + whole(10)) {
        const data = newData();
        if (!(await killFirstStart(data, port, changes))) break;
        killed++;
        await expectWorks(data, port);
      }
      expect(killed).toBeGreaterThan(1);
    },
    120_000,
  ],
]);

attempt("a server that is told to stop under load", [
  [
    "S78",
    "is not ready at once, answers all that was asked before, ends with exit code 0 and has lost nothing",
    async () => {
      const crashes = await startCrashes(Date.now());
      const rounds = 2;
      for (let round = 0; round < rounds; round++) await crash(crashes, "SIGTERM");
      await checkAll(crashes);
      expect(crashes.hits.inFlight).toBe(rounds);
      expect(crashes.hits.draining).toBeGreaterThan(0);
    },
    120_000,
  ],
  [
    "S78",
    "does not wait when it is told a second time, and has lost nothing that it acknowledged",
    async () => {
      const crashes = await startCrashes(Date.now());
      await crash(crashes, "SIGTERM twice");
      await checkAll(crashes);
      expect(crashes.hits.draining).toBe(1);
    },
    60_000,
  ],
]);
