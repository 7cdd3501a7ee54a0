import { randomBytes } from "node:crypto";
import fs, { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { makeMasterKeyIn, replaceMasterKeyIn } from "../../dist/keys/master-key.js";
import { endAll, freePort, send, signUp, startServer, until } from "../cli/run-server.js";
import { claimsOf, newDatabase, type OpenAuth, openAuth, type Tokens, temporaryFolder } from "../http/open-auth.js";
import { type Acknowledged, complaintsOf, ended, given, keyed, refreshed, signedUp } from "./faults/acknowledged.js";
import { watchStatements } from "./faults/statements.mjs";
import { isLong } from "./how-long.js";

const LIMIT_MS = isLong ? 900_000 : 120_000;
const sidOf = ({ token }: Tokens): string => String(claimsOf(token).sid);

afterAll(() => watchStatements());
afterEach(endAll);

/** Some users at once, who refresh and log out, while an administrator changes roles and keys. `tell` hears of each act when it is acknowledged. */
async function live(
  { auth, signUp, refresh, logOut }: OpenAuth,
  users: number,
  tell: (act: Acknowledged) => void,
): Promise<void> {
  const one = async (username: string) => {
    const tokens = await signUp(username);
    tell(signedUp(username));
    let refreshToken = tokens.refresh_token;
    for (let times = 1; times <= 3; times++) {
      refreshToken = String((await refresh(refreshToken)).body.refresh_token);
      tell(refreshed(sidOf(tokens), times));
    }
    const roles = ["editor", username];
    await auth.users.setRoles(tokens.user_id, roles);
    tell(given(roles, tokens.user_id));
    expect((await logOut({ authorization: `Bearer ${tokens.token}` })).status).toBe(204);
    tell(ended(sidOf(tokens)));
  };
  await Promise.all([
    ...Array.from({ length: users }, (_, index) => one(`user-${index}`)),
    auth.keys.rotate({ now: true }).then(() => tell(keyed(4))),
  ]);
}

/** Copies a database file with its log, as they are at this moment. */
function copy(path: string, to: string): void {
  for (const suffix of ["", "-wal"]) copyFileSync(path + suffix, to + suffix);
}

function discard(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}

describe("S71: after a loss of power", () => {
  it(
    "a copy of file and log, taken behind any statement, opens, is whole, and holds all that was acknowledged",
    async () => {
      const path = newDatabase();
      const there = join(temporaryFolder(), "copy.db");
      const acknowledged: Acknowledged[] = [];
      const complaints: string[] = [];
      let copies = 0;
      let statements = 0;
      const subject = await openAuth({ database: path });
      watchStatements({
        after(sql) {
          statements += 1;
          if (!isLong && sql !== "commit" && statements % 5 > 0) return;
          copy(path, there);
          complaints.push(...complaintsOf(there, acknowledged).map((complaint) => `behind ${sql}: ${complaint}`));
          discard(there);
          copies += 1;
        },
      });
      await live(subject, isLong ? 40 : 6, (act) => acknowledged.push(act));
      watchStatements();
      expect(complaints).toEqual([]);
      expect(copies).toBeGreaterThan(20);
      expect(acknowledged).toHaveLength((isLong ? 40 : 6) * 6 + 1);
    },
    LIMIT_MS,
  );

  it(
    "a log that is torn anywhere holds every act whose commit lay before the tear",
    async () => {
      const path = newDatabase();
      const acts: { readonly act: Acknowledged; readonly bytes: number }[] = [];
      const subject = await openAuth({ database: path });
      await live(subject, 5, (act) => acts.push({ act, bytes: statSync(`${path}-wal`).size }));
      const [file, log] = [readFileSync(path), readFileSync(`${path}-wal`)];
      const ends = [...new Set(acts.map(({ bytes }) => bytes))];
      const anywhere = Array.from({ length: isLong ? 300 : 15 }, () => Math.floor(Math.random() * log.length));
      const tears = [...ends.flatMap((end) => (isLong ? [end - 1, end, end + 1] : [end])), ...anywhere, 0];
      const there = join(temporaryFolder(), "torn.db");
      for (const at of tears) {
        const before = committedBy(acts, at);
        // What was not synced yet may be missing, or be anything.
        for (const rest of [Buffer.alloc(0), Buffer.alloc(9000), randomBytes(9000)]) {
          writeFileSync(there, file);
          writeFileSync(`${there}-wal`, Buffer.concat([log.subarray(0, at), rest]));
          expect(complaintsOf(there, before), `torn at ${at} of ${log.length}`).toEqual([]);
          discard(there);
        }
      }
      // Beyond that many pages the log is written into the file, and is no longer all there is.
      expect(log.length).toBeLessThan(1000 * 4096);
      expect(committedBy(acts, log.length)).toHaveLength(acts.length);
    },
    LIMIT_MS,
  );

  it.skipIf(process.platform !== "linux")(
    "a copy taken while the server stands still, wherever it is at that moment, starts and goes on",
    async () => {
      const server = await startServer();
      const path = join(server.data, "latchkey.db");
      const tokens = await signUp(server, "ada");
      const sid = sidOf(tokens);
      const { pid = 0 } = server.child;
      const there = join(temporaryFolder(), "latchkey.db");
      copyFileSync(join(server.data, "master.key"), join(there, "..", "master.key"));
      let times = 0;
      let refreshToken = tokens.refresh_token;
      let isOver = false;
      const load = (async () => {
        while (!isOver) {
          const { status, body } = await send("POST", `${server.at}/token/refresh`, {
            body: { refresh_token: refreshToken },
          });
          expect(status).toBe(200);
          refreshToken = String(body.refresh_token);
          times += 1;
        }
      })();
      for (let round = 1; round <= (isLong ? 200 : 8); round++) {
        const wanted = times + 20 + Math.floor(Math.random() * 40);
        await until(() => (times >= wanted ? true : undefined), 60_000, 1);
        process.kill(pid, "SIGSTOP");
        await until(() => (stateOf(pid) === "T" ? true : undefined));
        const acknowledged = [signedUp("ada"), refreshed(sid, times)];
        copy(path, there);
        process.kill(pid, "SIGCONT");
        expect(complaintsOf(there, acknowledged)).toEqual([]);
        discard(there);
      }
      process.kill(pid, "SIGSTOP");
      await until(() => (stateOf(pid) === "T" ? true : undefined));
      const last = refreshToken;
      copy(path, there);
      process.kill(pid, "SIGCONT");
      isOver = true;
      await load;
      const url = `http://localhost:${server.port}`;
      const again = await startServer({ data: join(there, ".."), port: await freePort(), flags: ["--url", url] });
      expect((await send("GET", `${again.at}/me`, { token: tokens.token })).status).toBe(200);
      const { status } = await send("POST", `${again.at}/token/refresh`, { body: { refresh_token: last } });
      expect(status).toBe(200);
    },
    LIMIT_MS,
  );

  it("every commit has waited for the disk: the log is written ahead, and synced in full", async () => {
    const modes = new Set<string>();
    watchStatements({
      before(sql, connection) {
        if (sql !== "commit") return;
        const [synchronous, journal, keys] = ["synchronous", "journal_mode", "foreign_keys"].map((name) =>
          JSON.stringify(connection.prepare(`pragma ${name}`).all()),
        );
        modes.add([synchronous, journal, keys].join(" "));
      },
    });
    const { auth, signUp } = await openAuth({ database: newDatabase() });
    await signUp("ada");
    await auth.keys.rotate();
    watchStatements();
    expect([...modes]).toEqual(['[{"synchronous":2}] [{"journal_mode":"wal"}] [{"foreign_keys":1}]']);
  });

  it("a key file is there whole or not at all: synced before it has its name, and its folder after", () => {
    const path = join(temporaryFolder(), "master.key");
    const made = callsOf(() => makeMasterKeyIn(path));
    expect(made).toEqual(["open file", "sync file", "link", "unlink", "open folder", "sync folder"]);
    const replaced = callsOf(() => replaceMasterKeyIn(path, randomBytes(32)));
    expect(replaced).toEqual(["open file", "sync file", "rename", "open folder", "sync folder"]);
  });
});

function committedBy(
  acts: readonly { readonly act: Acknowledged; readonly bytes: number }[],
  at: number,
): readonly Acknowledged[] {
  return acts.filter(({ bytes }) => bytes <= at).map(({ act }) => act);
}

/** The state of a process, as a letter: T where it is stopped. */
function stateOf(pid: number): string | undefined {
  return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
}

/** What an act asks of the file system that decides what a loss of power leaves. */
function callsOf(act: () => unknown): readonly string[] {
  const { openSync, fsyncSync, linkSync, renameSync, unlinkSync } = fs;
  const calls: string[] = [];
  const kinds = new Map<number, string>();
  const noted =
    <Given extends unknown[], Result>(what: string, call: (...given: Given) => Result) =>
    (...given: Given) => {
      calls.push(what);
      return call(...given);
    };
  const opened = (...given: Parameters<typeof openSync>) => {
    const file = openSync(...given);
    kinds.set(file, fs.fstatSync(file).isDirectory() ? "folder" : "file");
    calls.push(`open ${kinds.get(file)}`);
    return file;
  };
  const synced = (file: number) => {
    calls.push(`sync ${kinds.get(file)}`);
    fsyncSync(file);
  };
  const changed = {
    linkSync: noted("link", linkSync),
    renameSync: noted("rename", renameSync),
    unlinkSync: noted("unlink", unlinkSync),
  };
  Object.assign(fs, changed, { openSync: opened, fsyncSync: synced });
  syncBuiltinESMExports();
  try {
    act();
  } finally {
    Object.assign(fs, { openSync, fsyncSync, linkSync, renameSync, unlinkSync });
    syncBuiltinESMExports();
  }
  return calls;
}
