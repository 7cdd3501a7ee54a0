import { existsSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAuth } from "latchkey";
import { afterEach, describe, expect, it } from "vitest";
import { masterKeyOf } from "../../dist/keys/master-key.js";
import {
  type Answer,
  end,
  endAll,
  freePort,
  type Granted,
  newFolder,
  PASSWORD,
  run,
  type Server,
  send,
  signUp,
  startServer,
  until,
} from "../cli/run-server.js";
import { claimsOf } from "../http/open-auth.js";
import { type Acknowledged, complaintsOf, ended, refreshed, signedUp } from "./faults/acknowledged.js";
import { empty, fill, limit, mountDisk, remount, unmountAll, whyNoDisk } from "./faults/small-disk.js";
import { isLong } from "./how-long.js";

const LIMIT_MS = isLong ? 900_000 : 120_000;
const noDisk = process.platform === "linux" ? whyNoDisk() : "Only Linux has disks in memory.";

afterEach(async () => {
  await endAll();
  unmountAll();
});

if (noDisk !== undefined)
  it("no disk can be mounted here, so a full one is not tried", () => {
    console.warn(`NOT TRIED, for want of a disk: ${noDisk}`);
    if (process.env.CI === "true" && process.platform === "linux") throw new Error(noDisk);
  });

interface People {
  readonly ada: Granted;
  readonly bob: Granted;
}

async function people(server: Server): Promise<People> {
  return { ada: await signUp(server, "ada"), bob: await signUp(server, "bob") };
}

/** Everything that writes. */
function writes({ at }: Server, { ada, bob }: People, name: string): readonly (() => Promise<Answer>)[] {
  const body = { username: name, password: PASSWORD };
  return [
    () => send("POST", `${at}/signup`, { body }),
    () => send("POST", `${at}/token`, { body: { ...body, username: "ada" } }),
    () => send("POST", `${at}/token/refresh`, { body: { refresh_token: ada.refresh_token } }),
    () => send("DELETE", `${at}/token`, { token: bob.token }),
    () =>
      send("PUT", `${at}/me/password`, {
        token: ada.token,
        body: { current_password: PASSWORD, new_password: "eight tame ducks at dusk" },
      }),
  ];
}

async function requireUnwritten(server: Server, all: People, name: string): Promise<void> {
  for (const { status, headers, body } of await Promise.all(writes(server, all, name).map((write) => write()))) {
    expect({ status, code: body.code }).toEqual({ status: 503, code: "unavailable" });
    expect(headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(JSON.stringify(body)).not.toMatch(/disk|sqlite|latchkey\.db|\.js|ENOSPC/i);
  }
}

/** What needs no write goes on. */
async function requireReadable({ at }: Server, { ada, bob }: People, ready = 200): Promise<void> {
  const statuses = async (path: string, token?: string) =>
    (await send("GET", at + path, token === undefined ? {} : { token })).status;
  expect(await statuses("/me", ada.token)).toBe(200);
  expect(await statuses("/me", bob.token)).toBe(200);
  expect(await statuses("/me", `${ada.token.slice(0, -4)}AAAA`)).toBe(401);
  expect(await statuses("/health/live")).toBe(200);
  expect(await statuses("/.well-known/jwks.json")).toBe(200);
  expect(await statuses("/health/ready")).toBe(ready);
}

async function requireWritten(server: Server, all: People, name: string): Promise<void> {
  const statuses: number[] = [];
  for (const write of writes(server, all, name)) statuses.push((await write()).status);
  expect(statuses).toEqual([201, 200, 200, 204, 204]);
  expect((await send("GET", `${server.at}/me`, { token: all.bob.token })).status).toBe(401);
}

/** Clients who sign up, refresh and log out without pause, until told; whatever they hear is 503 or is kept. */
function startLoad(server: Server, from: Granted, acknowledged: Acknowledged[]): () => Promise<readonly number[]> {
  let isOver = false;
  const refused: number[] = [];
  const note = ({ status }: Answer, wanted: number, act: () => Acknowledged) => {
    if (status === wanted) acknowledged.push(act());
    else refused.push(status);
    return status === wanted;
  };
  const refreshing = async () => {
    let { refresh_token } = from;
    for (let times = 1; !isOver; ) {
      const answer = await send("POST", `${server.at}/token/refresh`, { body: { refresh_token } });
      const isDone = note(answer, 200, () => refreshed(sidOf(from), times));
      if (isDone) {
        refresh_token = String(answer.body.refresh_token);
        times += 1;
      }
    }
  };
  const comingAndGoing = async () => {
    for (let index = 0; !isOver; index++) {
      const body = { username: `${sidOf(from).slice(-12)}-${index}`, password: PASSWORD };
      const answer = await send("POST", `${server.at}/signup`, { body });
      if (!note(answer, 201, () => signedUp(body.username))) continue;
      const granted = answer.body as unknown as Granted;
      note(await send("DELETE", `${server.at}/token`, { token: granted.token }), 204, () => ended(sidOf(granted)));
    }
  };
  const running = [refreshing(), comingAndGoing()];
  return async () => {
    isOver = true;
    await Promise.all(running);
    return refused;
  };
}

const sidOf = ({ token }: Granted): string => String(claimsOf(token).sid);

function requireWholeKeyFile(data: string, text?: string): void {
  const files = readdirSync(data).filter((name) => name.startsWith("master.key"));
  expect(files.filter((name) => name !== "master.key")).toEqual([]);
  if (text !== undefined) expect(readFileSync(join(data, "master.key"), "utf8")).toBe(text);
  else if (files.length > 0) masterKeyOf(readFileSync(join(data, "master.key"), "utf8").trim(), "master.key");
}

describe.runIf(noDisk === undefined)("S72: a full disk", () => {
  it(
    "under load: what writes is 503, what reads goes on, all that was acknowledged is kept, and with space all goes on by itself",
    async () => {
      const disk = mountDisk(isLong ? 16_384 : 1536);
      const server = await startServer({ data: join(disk, "data") });
      const database = join(server.data, "latchkey.db");
      const all = await people(server);
      const acknowledged: Acknowledged[] = [];
      for (let round = 0; round < (isLong ? 20 : 2); round++) {
        const stop = startLoad(server, await signUp(server, `loader-${round}`), acknowledged);
        const goal = acknowledged.length + 10;
        await until(() => (acknowledged.length > goal ? true : undefined), 60_000);
        fill(disk);
        await until(
          async () =>
            (await send("POST", `${server.at}/signup`, { body: { username: "eve", password: PASSWORD } })).status ===
            503
              ? true
              : undefined,
          60_000,
        );
        await requireUnwritten(server, all, "cleo");
        await requireReadable(server, all);
        expect(new Set(await stop())).toEqual(new Set([503]));
        empty(disk);
        expect(complaintsOf(database, acknowledged)).toEqual([]);
      }
      await requireWritten(server, all, "dora");
      fill(disk);
      expect(await end(server)).toMatchObject({ code: 0 });
      expect(complaintsOf(database, acknowledged)).toEqual([]);
      expect(server.stderr()).not.toMatch(/unhandled|FATAL/i);
    },
    LIMIT_MS,
  );

  it(
    "leaves the keys as they are when one rotates them or the secret, says so in a sentence, and both can be done later",
    async () => {
      const disk = mountDisk(1024);
      const data = join(disk, "data");
      const server = await startServer({ data });
      const all = await people(server);
      const keyFile = readFileSync(join(data, "master.key"), "utf8");
      const keys = async () => (await send("GET", `${server.at}/.well-known/jwks.json`)).body;
      const before = await keys();
      fill(disk);
      for (const command of [
        ["key", "rotate"],
        ["secret", "rotate"],
        ["user", "disable", "ada"],
      ]) {
        const { code, stderr } = await run([...command, "--data", data]);
        expect(code, stderr).not.toBe(0);
        expect(stderr).toMatch(/^latchkey: [^\n]*\n$/);
        requireWholeKeyFile(data, keyFile);
      }
      expect(await keys()).toEqual(before);
      await requireReadable(server, all);
      empty(disk);
      expect(await run(["secret", "rotate", "--data", data])).toMatchObject({ code: 0 });
      expect(await run(["key", "rotate", "--data", data])).toMatchObject({ code: 0 });
      requireWholeKeyFile(data);
      await until(async () => (((await keys()) as { keys?: unknown[] }).keys?.length === 2 ? true : undefined));
      await requireWritten(server, all, "dora");
    },
    LIMIT_MS,
  );

  it(
    "at the first start, however much of it is free: a clear refusal, no half of a key file, and the next start succeeds",
    async () => {
      // A store that was closed keeps its space until its memory is collected.
      const disk = mountDisk(isLong ? 65_536 : 4096);
      const url = "http://localhost:4000";
      let isStarted = false;
      for (let free = 0; !isStarted && free < 200; free += isLong ? 1 : 7) {
        const data = join(disk, `data-${free}`);
        fill(disk, free);
        const started = await createAuth({ database: join(data, "latchkey.db"), url, log: () => {} }).catch(
          (error: unknown) => error,
        );
        isStarted = !(started instanceof Error);
        if (started instanceof Error)
          expect(`${started.message} ${started.cause}`).toMatch(/ cannot be (opened|written): |disk is full/);
        else await (started as { close(): Promise<void> }).close();
        if (existsSync(data)) requireWholeKeyFile(data);
        empty(disk);
        const auth = await createAuth({ database: join(data, "latchkey.db"), url, log: () => {} });
        expect(auth.jwks.keys).toHaveLength(1);
        await auth.close();
        rmSync(data, { recursive: true });
      }
      expect(isStarted).toBe(true);
      // One of its own: on the other one the memory of a closed store may give space back at any moment.
      const full = mountDisk(1024);
      fill(full);
      const { code, stderr } = await run(["serve", "--data", join(full, "data")]);
      expect(code).toBe(78);
      expect(stderr).toMatch(/^latchkey: The database \S* cannot be opened: [^\n]*\n$/);
    },
    LIMIT_MS,
  );

  it(
    "at a later start, however much of it is free: starts, or refuses and leaves everything as it was",
    async () => {
      const disk = mountDisk(1024);
      const data = join(disk, "data");
      const options = { database: join(data, "latchkey.db"), url: "http://localhost:4000", log: () => {} };
      const first = await createAuth(options);
      const { token } = await first.signUp({ username: "ada", password: PASSWORD });
      await first.close();
      for (let free = 0; free < 20; free += isLong ? 1 : 4) {
        fill(disk, free);
        const started = await createAuth(options).catch((error: unknown) => error);
        if (started instanceof Error) expect(started.message).toMatch(new RegExp(`${disk}.* cannot be opened`));
        else {
          const auth = started as typeof first;
          expect(auth.verifySync(token).sub).toBeDefined();
          await auth.close();
        }
        empty(disk);
        const auth = await createAuth(options);
        expect((await auth.users.find("ada"))?.username).toBe("ada");
        await auth.close();
      }
    },
    LIMIT_MS,
  );
});

describe.runIf(noDisk === undefined)("S72: a disk that cannot be written to", () => {
  it(
    "at the start: exit code 78 and a sentence, after a clean end and after a crash; writable again, it starts",
    async () => {
      const disk = mountDisk(2048);
      const data = join(disk, "data");
      const port = await freePort();
      let all: People | undefined;
      for (const signal of ["SIGTERM", "SIGKILL"] as const) {
        const server = await startServer({ data, port });
        all ??= await people(server);
        await end(server, signal);
        remount(disk, "ro");
        const others =
          signal === "SIGTERM"
            ? []
            : [
                ["user", "list"],
                ["key", "rotate"],
                ["secret", "rotate"],
              ];
        for (const command of [["serve"], ...others]) {
          const { code, stderr } = await run([...command, "--data", data]);
          expect({ command, code }).toEqual({ command, code: 78 });
          expect(stderr).toMatch(/^latchkey: The database \S* cannot be opened: [^\n]*\n$/);
        }
        remount(disk, "rw");
      }
      const server = await startServer({ data, port });
      if (all !== undefined) await requireWritten(server, all, "dora");
    },
    LIMIT_MS,
  );

  it("at the first start, too, and nothing is made", async () => {
    const disk = mountDisk(512);
    remount(disk, "ro");
    const { code, stderr } = await run(["serve", "--data", join(disk, "data")]);
    expect(code).toBe(78);
    expect(stderr).toMatch(/^latchkey: The database \S* cannot be opened: [^\n]*\n$/);
  });

  it(
    "while the server runs, so that every write is an I/O error: as on a full one, and it recovers by itself",
    async () => {
      const server = await startServer();
      const { pid = 0 } = server.child;
      const all = await people(server);
      for (let round = 0; round < 2; round++) {
        limit(pid, "fsize", 0);
        await requireUnwritten(server, all, "cleo");
        await requireReadable(server, all);
        limit(pid, "fsize", "unlimited");
      }
      await requireWritten(server, all, "dora");
      expect(await end(server)).toMatchObject({ code: 0 });
    },
    LIMIT_MS,
  );

  it("a key file that could be written only in part is none", async () => {
    const path = join(newFolder(), "master.key");
    const script = fileURLToPath(new URL("faults/make-key-file.mjs", import.meta.url));
    const limited = ["prlimit", "--fsize=10", process.execPath, script] as const;
    const { code, stderr } = await run([path], { command: limited });
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/The key file .* cannot be written: EFBIG/);
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });
});

describe.skipIf(process.platform === "win32")("S72: a database file", () => {
  it.each([
    ["removed", (path: string) => renameSync(path, `${path}.away`)],
    [
      "replaced",
      (path: string) => {
        renameSync(path, `${path}.away`);
        renameSync(`${path}.other`, path);
      },
    ],
  ])(
    "that is %s under a server: no write is acknowledged that would be lost, the log says why; put back, all goes on",
    async (_how, take) => {
      const data = join(newFolder(), "data");
      const path = join(data, "latchkey.db");
      const other = await createAuth({ database: `${path}.other`, url: "http://localhost:4000", data, log: () => {} });
      await other.close();
      const server = await startServer({ data });
      const all = await people(server);
      await requireReadable(server, all);
      take(path);
      await requireUnwritten(server, all, "cleo");
      await requireReadable(server, all, 503);
      expect(server.stderr()).toMatch(/latchkey\.db was removed or replaced/);
      renameSync(`${path}.away`, path);
      await requireWritten(server, all, "dora");
      expect(await end(server)).toMatchObject({ code: 0 });
    },
    LIMIT_MS,
  );

  it(
    "that is cut short under a server is an error of each request and not the end of it; the next start says what it is",
    async () => {
      const data = join(newFolder(), "data");
      const path = join(data, "latchkey.db");
      const first = await startServer({ data });
      const all = await people(first);
      await end(first);
      const { port } = first;
      const server = await startServer({ data, port });
      truncateSync(path, 20_480);
      for (const answer of await Promise.all(writes(server, all, "cleo").map((write) => write()))) {
        expect([200, 201, 204, 401, 503]).toContain(answer.status);
      }
      expect((await send("GET", `${server.at}/health/live`)).status).toBe(200);
      expect((await send("GET", `${server.at}/.well-known/jwks.json`)).status).toBe(200);
      await end(server, "SIGKILL");
      const { code, stderr } = await run(["serve", "--data", data]);
      expect(code, stderr).toBe(78);
      expect(stderr).toMatch(/^latchkey: The database \S* cannot be opened: [^\n]*\n$/);
    },
    LIMIT_MS,
  );
});
