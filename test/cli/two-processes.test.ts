import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import {
  askMe,
  end,
  endAll,
  freePort,
  type Granted,
  newFolder,
  type Server,
  send,
  signUp,
  startServer,
  until,
} from "./run-server.js";

afterEach(endAll);

const MASTER_KEY = new URL("../../dist/keys/master-key.js", import.meta.url).href;

/** Asks for the key of every round as nearly at the same time as the other thread as can be. */
const KEY_MAKER = `
const { parentPort, workerData } = require("node:worker_threads");
const { module, folder, rounds, arrived } = workerData;
import(module).then(({ masterKeyInFile }) => {
  const found = [];
  for (let round = 0; round < rounds; round++) {
    Atomics.add(arrived, 0, 1);
    while (Atomics.load(arrived, 0) < 2 * (round + 1)) {}
    try {
      found.push(masterKeyInFile(folder + "/" + round + "/master.key", { mayMake: true }).toString("hex"));
    } catch (error) {
      found.push(error.message);
    }
  }
  parentPort.postMessage(found);
});
`;

const URL_OF_BOTH = "http://localhost:4000";

/** Servers of one url on one data folder, each on a port of its own, started at once. */
async function startTogether(count: number, data = join(newFolder(), "data")): Promise<readonly Server[]> {
  const one = () => startServer({ data, flags: ["--url", URL_OF_BOTH] });
  return Promise.all(Array.from({ length: count }, one));
}

async function startTwo(): Promise<readonly [Server, Server]> {
  const data = join(newFolder(), "data");
  const first = await startServer({ data, flags: ["--url", URL_OF_BOTH] });
  return [first, await startServer({ data, flags: ["--url", URL_OF_BOTH] })];
}

function refresh({ at }: Server, refresh_token: string) {
  return send<Granted & { code?: string }>("POST", `${at}/token/refresh`, { body: { refresh_token } });
}

async function logOut({ at }: Server, token: string): Promise<void> {
  const { status } = await send("DELETE", `${at}/token`, { token });
  expect(status).toBe(204);
}

describe("servers that start at once on an empty folder", () => {
  it.each([2, 4])("make one key set, and each accepts the tokens of the others: %i of them", async (count) => {
    const servers = await startTogether(count);
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
      expect((await refresh(other, refresh_token)).status).toBe(200);
    }
    for (const server of servers) expect((await end(server)).code).toBe(0);
  });

  it("find the master key whole from its first moment on", async () => {
    const folder = newFolder();
    const rounds = 200;
    for (let round = 0; round < rounds; round++) mkdirSync(join(folder, String(round)));
    const workerData = { module: MASTER_KEY, folder, rounds, arrived: new Int32Array(new SharedArrayBuffer(4)) };
    const workers = [0, 1].map(() => new Worker(KEY_MAKER, { eval: true, workerData }));
    const found = await Promise.all(workers.map(async (worker) => (await once(worker, "message"))[0]));
    expect(found[0]).toEqual(Array.from({ length: rounds }, () => expect.stringMatching(/^[0-9a-f]{64}$/)));
    expect(found[1]).toEqual(found[0]);
    expect(readdirSync(join(folder, "0"))).toEqual(["master.key"]);
  });
});

describe("two servers on one data folder", () => {
  it("refuse a logged-out token: the one at the very next request, the other within 250 ms", async () => {
    const [first, second] = await startTwo();
    const times: number[] = [];
    while (times.length < 3 && !times.some((time) => time <= 250)) {
      const { token } = await signUp(first, `ada-${times.length}`);
      expect(await askMe(second, token)).toBe("200");
      await logOut(first, token);
      const ended = performance.now();
      expect(await askMe(first, token)).toBe("401 revoked");
      await until(async () => ((await askMe(second, token)) === "401 revoked" ? true : undefined), 5000, 10);
      times.push(performance.now() - ended);
    }
    expect(Math.min(...times)).toBeLessThanOrEqual(250);
  });

  it("refuse it the other way round too, also when many log out at once", async () => {
    const [first, second] = await startTwo();
    const grants = await Promise.all(Array.from({ length: 12 }, (_, index) => signUp(first, `user-${index}`)));
    await Promise.all(grants.map(({ token }, index) => logOut(index % 2 === 0 ? first : second, token)));
    for (const [index, { token }] of grants.entries()) {
      expect(await askMe(index % 2 === 0 ? first : second, token)).toBe("401 revoked");
    }
    for (const server of [first, second]) {
      for (const { token } of grants) {
        await until(async () => ((await askMe(server, token)) === "401 revoked" ? true : undefined), 2000);
      }
    }
  });
});

describe("a server that is killed", () => {
  it("has kept every sign-up and log-out that it acknowledged", async () => {
    const data = join(newFolder(), "data");
    const kept: { grant: Granted; ended: boolean }[] = [];
    const port = await freePort();
    const flags = ["--url", URL_OF_BOTH];
    let server = await startServer({ data, port, flags });
    for (let round = 0; round < 5; round++) {
      const before = kept.length;
      let killed = false;
      const visitors = Array.from({ length: 6 }, async (_, visitor) => {
        for (let visit = 0; visit < 50 && !killed; visit++) {
          const grant = await signUp(server, `user-${round}-${visitor}-${visit}`).catch(() => undefined);
          if (grant === undefined) return;
          const entry = { grant, ended: false };
          kept.push(entry);
          if (visit % 2 === 1) continue;
          const answer = await send("DELETE", `${server.at}/token`, { token: grant.token }).catch(() => undefined);
          // One whose answer did not come may have happened or not.
          if (answer === undefined) kept.splice(kept.indexOf(entry), 1);
          else entry.ended = true;
        }
      });
      await until(() => (kept.length >= before + 8 + round ? true : undefined));
      server.child.kill("SIGKILL");
      killed = true;
      expect(await server.ended).toMatchObject({ signal: "SIGKILL" });
      await Promise.all(visitors);
      server = await startServer({ data, port, flags });
      for (const { grant, ended } of kept) expect(await askMe(server, grant.token)).toBe(ended ? "401 revoked" : "200");
    }
    expect(kept.some(({ ended }) => ended)).toBe(true);
    for (const { grant, ended } of kept) {
      expect((await refresh(server, grant.refresh_token)).status).toBe(ended ? 401 : 200);
    }
  });
});
