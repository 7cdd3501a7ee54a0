import { once } from "node:events";
import { readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hashSync } from "@node-rs/argon2";
import { openFar } from "../../cli/far-auth.js";
import { freePort, newFolder, send, start, startServer, within } from "../../cli/run-server.js";
import { sql } from "../../http/open-auth.js";
import { createDice } from "../dice.js";
import { checkLedger } from "./check-ledger.js";
import { type Account, newLedger, requireSame } from "./ledger.js";
import { accountsAtWork, administerOnce, fillAccounts, type Load, runClients } from "./load.js";
import { databaseOf, type World } from "./world.js";

/** How a cycle ends the server. */
export type Stop = "kill" | "SIGTERM" | "SIGTERM twice";

/** A server that is crashed again and again, with its clients. */
export interface Crashes {
  readonly world: World;
  readonly load: Load;
  readonly hits: Hits;
}

/** What the ends have met, each counted once a cycle but for the commands. */
export interface Hits {
  /** Acts that had no answer yet, and, where the server was killed, never got one. */
  inFlight: number;
  /** The second process, which was killed. */
  far: number;
  /** Command lines, which were killed. */
  commands: number;
  /** A start, which was killed. */
  starts: number;
  /** A server that said that it is not ready any more. */
  draining: number;
}

const PASSWORD = "seven wild geese at dawn";
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
// Every client has a network of its own, as attempts are counted by network.
const ENVIRONMENT = { LATCHKEY_TRUSTED_PROXIES: "127.0.0.1" };

/** Starts a server with no users, and a second process beside it. */
export async function startCrashes(seed: number): Promise<Crashes> {
  const data = join(newFolder(), "data");
  const port = await freePort();
  const server = await startServer({ data, port, environment: ENVIRONMENT });
  const far = await openFar(join(data, "latchkey.db"), urlOf(port));
  const world: World = {
    dice: createDice(seed),
    ledger: newLedger(),
    data,
    port,
    server,
    far,
    commands: new Set(),
    inFlight: new Set(),
    mayFailFrom: Number.POSITIVE_INFINITY,
    isOver: false,
    isFarKilled: false,
    onAcknowledged: () => {},
  };
  const hash = hashSync(PASSWORD, ARGON2ID);
  const load: Load = { hash, password: PASSWORD, administrator: { pending: undefined }, complaints: [] };
  return { world, load, hits: { inFlight: 0, far: 0, commands: 0, starts: 0, draining: 0 } };
}

const urlOf = (port: number) => `http://localhost:${port}`;

/** One load, one end at a random moment, one start, and a look at all that was acknowledged. Throws what differs. */
export async function crash(crashes: Crashes, stop: Stop = "kill"): Promise<void> {
  const { world, load } = crashes;
  await fillAccounts(world, load);
  await runUntilStopped(crashes, stop);
  requireNone(load);
  if (stop === "kill" && world.ledger.accounts.some(({ pending }) => pending !== undefined)) crashes.hits.inFlight++;
  await restart(crashes);
  const retired = world.ledger.accounts.filter((account) => !accountsAtWork(world).includes(account));
  const some = retired.length === 0 ? [] : [0, 1, 2].map(() => world.dice.pick(retired));
  await checkLedger(world, load, { accounts: [...accountsAtWork(world), ...some], withLogIn: false });
  requireNone(load);
}

/** Compares everything with the ledger, and every account can log in that should. */
export async function checkAll({ world, load }: Crashes): Promise<void> {
  const remaining: Account[] = [...world.ledger.accounts];
  while (remaining.length > 0) await checkLedger(world, load, { accounts: remaining.splice(0, 20), withLogIn: true });
  requireNone(load);
}

function requireNone({ complaints }: Load): void {
  if (complaints.length > 0) throw new Error(complaints.splice(0).join("\n"));
}

/** Lets the clients do some acts, and ends the server in the middle of the next ones. */
async function runUntilStopped(crashes: Crashes, stop: Stop): Promise<void> {
  const { world, load } = crashes;
  const { dice } = world;
  const last = 10 + dice.whole(60);
  const administered = last - 1 - dice.whole(10);
  const isFarKilled = dice.chance(0.3);
  let acts = 0;
  let administrator: Promise<void> | undefined;
  const stopped = new Promise<void>((resolve, reject) => {
    world.onAcknowledged = () => {
      acts++;
      if (acts === administered) {
        administrator = administerOnce(world, load);
        if (isFarKilled) setTimeout(() => killFar(crashes), dice.whole(30));
      }
      if (acts === last) stopServer(crashes, stop).then(resolve, reject);
    };
  });
  const clients = runClients(world, load);
  const all = Promise.race([stopped, clients.then(() => requireNone(load))]);
  await within(60_000, all, () => `The load stands still after ${acts} of ${last} acts.`);
  await Promise.all([stopped, clients, administrator]);
  world.onAcknowledged = () => {};
}

async function stopServer(crashes: Crashes, stop: Stop): Promise<void> {
  const { world } = crashes;
  if (stop === "kill") {
    await aMoment(world);
    killAll(crashes);
  } else await terminate(crashes, stop);
  const { code, signal } = await world.server.ended;
  world.isOver = true;
  requireSame("the end", signal ?? code, { kill: "SIGKILL", SIGTERM: 0, "SIGTERM twice": 1 }[stop]);
}

/** None, so that an answer has just come; some milliseconds; or as long as it takes until the server writes again. */
async function aMoment({ dice, data }: World): Promise<void> {
  const thrown = dice.whole(3);
  if (thrown === 1) await sleep(dice.whole(20));
  if (thrown < 2) return;
  const watcher = watch(data);
  await Promise.race([once(watcher, "change"), sleep(50)]);
  watcher.close();
  // Half of the time the write shall have become a commit, and its answer be on its way.
  if (dice.chance(0.5)) await sleep(1);
}

/** With the server goes half of what runs beside it. */
function killAll(crashes: Crashes): void {
  const { world, hits } = crashes;
  world.mayFailFrom = Number.NEGATIVE_INFINITY;
  world.isOver = true;
  world.server.child.kill("SIGKILL");
  for (const { child } of world.commands) {
    if (world.dice.chance(0.5) && child.kill("SIGKILL")) hits.commands++;
  }
}

function killFar({ world, hits }: Crashes): void {
  world.isFarKilled = true;
  world.far.child.kill("SIGKILL");
  hits.far++;
}

/** Asks the server to end: from its signal on it is not ready, and what was asked before has its answer. */
async function terminate(crashes: Crashes, stop: Stop): Promise<void> {
  const { world, hits } = crashes;
  // What is committed together is answered together: the next acts shall be on their way.
  await sleep(1 + world.dice.whole(10));
  if (world.inFlight.size > 0) hits.inFlight++;
  world.mayFailFrom = performance.now();
  world.server.child.kill("SIGTERM");
  for (let isDraining = false; ; ) {
    const status = await askReady(world);
    if (status === undefined) return;
    requireSame("ready again", isDraining && status === 200, false);
    if (status === 503 && !isDraining) {
      isDraining = true;
      hits.draining++;
      if (stop === "SIGTERM twice") {
        world.mayFailFrom = Number.NEGATIVE_INFINITY;
        world.server.child.kill("SIGTERM");
      }
    }
  }
}

/** The status of `/health/ready`; `undefined` where nobody listens. */
async function askReady({ server }: World): Promise<number | undefined> {
  const asked = send("GET", `${server.at}/health/ready`, { headers: { connection: "close" } });
  return (await asked.catch(() => undefined))?.status;
}

/** Starts what is gone, now and then once more because it is killed while it starts; nothing is done by hand in between. */
async function restart({ world, hits }: Crashes): Promise<void> {
  const { dice, data, port } = world;
  if (dice.chance(0.2)) {
    const begun = start(["serve", "--port", String(port), "--data", data], { environment: ENVIRONMENT });
    await sleep(dice.whole(800));
    begun.child.kill("SIGKILL");
    await begun.ended;
    hits.starts++;
  }
  world.server = await startServer({ data, port, environment: ENVIRONMENT });
  if (!world.far.child.connected) world.far = await openFar(databaseOf(world), urlOf(port));
  world.isFarKilled = false;
  world.mayFailFrom = Number.POSITIVE_INFINITY;
  world.isOver = false;
  requireSame("ready", (await send("GET", `${world.server.at}/health/ready`)).status, 200);
  requireSame("integrity", await sql(databaseOf(world), "pragma integrity_check"), [{ integrity_check: "ok" }]);
  requireSame("foreign keys", await sql(databaseOf(world), "pragma foreign_key_check"), []);
  requireOnlyOwnFiles(world);
}

// What a checkpoint leaves, and some transactions.
const MOST_LOG_BYTES = 16 * 1024 * 1024;
// Drafts of the secret go at the first start after a minute.
const DRAFT_MS = 120_000;
const KNOWN = /^(latchkey\.db(-shm|-wal)?|master\.key(\.next)?)$/;
const DRAFT = /^master\.key\.(next\.)?\d+\.[0-9a-f]{8}$/;

function requireOnlyOwnFiles({ data }: World): void {
  const isYoung = (name: string) => Date.now() - statSync(join(data, name)).mtimeMs < DRAFT_MS;
  const others = readdirSync(data).filter((name) => !KNOWN.test(name) && !(DRAFT.test(name) && isYoung(name)));
  requireSame("files of nobody", others, []);
  const { size } = statSync(join(data, "latchkey.db-wal"));
  if (size > MOST_LOG_BYTES) throw new Error(`The log of the database has ${size} bytes.`);
}
