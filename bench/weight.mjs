import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConnection, openLoop, requestBytes } from "./http-load.mjs";
import { median, table } from "./measure.mjs";
import { freePort, startProcess } from "./start-process.mjs";

const PASSWORD = "seven wild geese at dawn";
const ROUNDS = 5;
const SECONDS = 4;
const PER_SECOND = 100;
const USERS = Array.from({ length: 200 }, (_, index) => `load-${index}`);
const LATCHKEY = new URL("../dist/cli/main.js", import.meta.url).pathname;

/** What bears on the server: each starts and gives what ends it, with what it has to tell. */
const WEIGHTS = {
  // Of as many accounts: one alone has so many sessions in the end that its first ones are crowded out.
  "200 log-ins in flight": (port) => load("log-ins.mjs", port, SECONDS + 1, USERS.length, PASSWORD),
  "500 half-open connections": (port) =>
    drips(
      port,
      500,
      "GET /me HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
      "a",
      async () => `a log-in in ${await logInMs(port)} ms`,
    ),
  "200 bodies that never end": (port) =>
    drips(
      port,
      200,
      "POST /token HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "1\r\n \r\n",
      async () => "",
    ),
  "10,000 different bad tokens a second": (port, token) => load("bad-tokens.mjs", port, SECONDS + 1, token),
};

/** Measures `/me` with a good token at rest and under each weight, in turn, and prints its p99 as a ratio. */
export async function run() {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  const port = await freePort();
  const server = await startProcess([LATCHKEY, "serve", "--port", port, "--data", join(folder, "data")], {
    port,
    path: "/health/ready",
  });
  try {
    const token = await signUp(port, "ada");
    for (const username of USERS) await signUp(port, username);
    const samples = [];
    const told = {};
    for (let round = -1; round < ROUNDS; round++) {
      const sample = await oneRound(port, token, told, server);
      // What V8 has not optimized yet is nobody's speed.
      if (round >= 0) samples.push(sample);
    }
    report(samples, told);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function oneRound(port, token, told, server) {
  const bytes = requestBytes(port, { path: "/me", headers: { authorization: `Bearer ${token}` } });
  const p99 = async () => percentile(await openLoop(port, { perSecond: PER_SECOND, seconds: SECONDS, bytes }), 0.99);
  const sample = {};
  for (const [name, start] of Object.entries(WEIGHTS)) {
    const idle = await p99();
    const end = await start(port, token);
    // Whoever comes now finds it as it is, and not as it begins.
    await pause(500);
    const loaded = await p99();
    told[name] = await end();
    sample[name] = { idle, loaded, resident: server.residentMib() };
    await pause(1500);
  }
  return sample;
}

function report(samples, told) {
  const of = (name, what) => median(samples.map((sample) => sample[name][what]));
  const rows = Object.keys(WEIGHTS).map((name) => {
    const ratio = median(samples.map((sample) => sample[name].loaded / sample[name].idle));
    const verdict = ratio <= 3 ? "met" : "MISSED";
    return [
      name,
      of(name, "idle").toFixed(1),
      of(name, "loaded").toFixed(1),
      `${ratio.toFixed(2)} ${verdict}`,
      of(name, "resident").toFixed(0),
      told[name],
    ];
  });
  console.log(`p99 of /me with a good token at ${PER_SECOND} a second, medians of ${ROUNDS} rounds:\n`);
  table([["", "idle, ms", "under it, ms", "ratio (goal <= 3)", "MiB", ""], ...rows]);
}

async function drips(port, count, beginning, drop, tell) {
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      await once(socket, "connect");
      socket.resume().write(beginning);
      return socket;
    }),
  );
  // Each once a second, and not all at the same moment.
  let turn = 0;
  const timer = setInterval(() => {
    const end = Math.ceil((sockets.length * ((turn % 100) + 1)) / 100);
    for (let at = Math.ceil((sockets.length * (turn % 100)) / 100); at < end; at++)
      if (sockets[at].writable) sockets[at].write(drop);
    turn += 1;
  }, 10);
  return async () => {
    const told = await tell();
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
    return told;
  };
}

/** A load from a process of its own: what it does must not hold up the clock here. */
async function load(name, ...given) {
  const child = spawn(process.execPath, [new URL(name, import.meta.url).pathname, ...given], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part) => {
    text += part;
  });
  const closed = once(child, "close");
  return async () => {
    await closed;
    return Object.entries(JSON.parse(text))
      .map(([what, number]) => `${what} ${number}`)
      .join(", ");
  };
}

async function logInMs(port) {
  const start = performance.now();
  await post(port, "/token", { username: "ada", password: PASSWORD });
  return (performance.now() - start).toFixed(0);
}

async function signUp(port, username) {
  return (await post(port, "/signup", { username, password: PASSWORD })).token;
}

async function post(port, path, body) {
  const connection = openConnection(port);
  const answer = await connection.send(requestBytes(port, { method: "POST", path, body }));
  connection.close();
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.body()}`);
  return JSON.parse(answer.body());
}

function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
