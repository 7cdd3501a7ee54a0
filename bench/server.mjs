import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { closedLoop, openConnection, openLoop, requestBytes } from "./http-load.mjs";
import { median, table } from "./measure.mjs";
import { freePort, startProcess } from "./start-process.mjs";

const PASSWORD = "seven wild geese at dawn";
const ROUNDS = 5;
const USERS = 8;
const FLOORS = new URL("./floors.mjs", import.meta.url).pathname;

/** Measures whole servers, each in its own process, in rounds beside the floors and better-auth; prints ratios. */
export async function run() {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  const started = [];
  try {
    await measureAll(folder, started);
  } finally {
    for (const server of started) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureAll(folder, started) {
  const starts = [];
  for (let round = 0; round < 7; round++) {
    const server = await startLatchkey(join(folder, "start"));
    starts.push(server.startMs);
    await server.stop();
  }
  const own = await startLatchkey(join(folder, "latchkey"));
  started.push(own);
  const tokens = await signUpUsers(own.port);
  await pause(5000);
  const idle = own.residentMib();

  const peer = await startBetterAuth(folder);
  started.push(peer);
  const cookies = await signUpPeers(peer.port);
  const port = await freePort();
  const hono = await startProcess([FLOORS, "hono", port], { port, path: "/me" });
  started.push(hono);

  const parts = { own, peer, hono, tokens, cookies, folder };
  const samples = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, value] of Object.entries(await oneRound(parts))) {
      samples[name] = [...(samples[name] ?? []), value];
    }
  }
  report(samples, { start: median(starts), idle, busy: own.residentMib() });
}

async function oneRound({ own, peer, hono, tokens, cookies, folder }) {
  const me = requestBytes(own.port, { path: "/me", headers: { authorization: `Bearer ${tokens[0].token}` } });
  const bare = requestBytes(hono.port, { path: "/me", headers: { authorization: `Bearer ${tokens[0].token}` } });
  const session = requestBytes(peer.port, { path: "/api/auth/get-session", headers: { cookie: cookies[0] } });
  const get = (port, bytes) => closedLoop(port, { connections: 16, seconds: 3, next: () => bytes });
  const calm = await openLoop(own.port, { perSecond: 100, seconds: 5, bytes: me });
  const [storm, logIns] = await Promise.all([
    openLoop(own.port, { perSecond: 100, seconds: 5, bytes: me }),
    logInLoop(own.port, 5),
  ]);
  return {
    hash: await floor("hash"),
    logIn: await logInLoop(own.port, 4),
    logInInStorm: logIns,
    peerLogIn: await peerLogInLoop(peer.port),
    bare: await get(hono.port, bare),
    me: await get(own.port, me),
    peerSession: await get(peer.port, session),
    transaction: await floor("transaction", join(folder, "floor.db")),
    refresh: await refreshLoop(own.port, tokens),
    calm: percentile(calm, 0.99),
    storm: percentile(storm, 0.99),
    calmMedian: percentile(calm, 0.5),
    stormMedian: percentile(storm, 0.5),
  };
}

function report(samples, { start, idle, busy }) {
  const of = (name) => median(samples[name]);
  const ratio = (name, base) => median(samples[name].map((value, round) => value / samples[base][round])).toFixed(2);
  const whole = (name) => of(name).toFixed(0);
  table([
    ["", "a second", "ratio", "goal"],
    ["bare hash, two threads", whole("hash"), "", ""],
    ["log-in", whole("logIn"), `${ratio("logIn", "hash")} of the hash`, ">= 0.85"],
    ["better-auth sign-in", of("peerLogIn").toFixed(1), `${ratio("logIn", "peerLogIn")} x slower`, ""],
    ["bare durable transaction", whole("transaction"), "", ""],
    ["refresh", whole("refresh"), `${ratio("refresh", "transaction")} of the transaction`, ">= 0.5"],
    ["bare Hono route", whole("bare"), "", ""],
    ["/me, token seen before", whole("me"), `${ratio("me", "bare")} of the route`, ">= 0.8"],
    ["better-auth session read", whole("peerSession"), `${ratio("me", "peerSession")} x slower`, ""],
  ]);
  console.log();
  table([
    ["/me at 100 a second, ms", "p50", "p99"],
    ["calm", of("calmMedian").toFixed(1), of("calm").toFixed(1)],
    [`while ${whole("logInInStorm")} log-ins a second go on`, of("stormMedian").toFixed(1), of("storm").toFixed(1)],
  ]);
  console.log(`p99 in the storm: ${ratio("storm", "calm")} x calm (goal <= 3)\n`);
  console.log(`start to first 200: ${start.toFixed(0)} ms (goal <= 430)`);
  console.log(
    `memory: ${idle.toFixed(0)} MiB idle with two hash workers (goal <= 75), ${busy.toFixed(0)} MiB afterwards`,
  );
}

async function startLatchkey(data) {
  const port = await freePort();
  const args = [new URL("../dist/cli/main.js", import.meta.url).pathname, "serve", "--port", port, "--data", data];
  // No line a log-in on the terminal.
  return startProcess(args, { port, path: "/health/ready" });
}

async function startBetterAuth(folder) {
  const port = await freePort();
  const args = [new URL("./better-auth-server.mjs", import.meta.url).pathname, join(folder, "better-auth.db"), port];
  return startProcess(args, { port, path: "/api/auth/ok" });
}

/** Users with their tokens; made two at a time, so that both hash workers have worked. */
async function signUpUsers(port) {
  const tokens = [];
  for (let index = 0; index < USERS; index += 2) {
    const pair = await Promise.all(
      [index, index + 1].map((each) => postJson(port, "/signup", { username: `user-${each}`, password: PASSWORD })),
    );
    for (const response of pair) tokens.push(await response.json());
  }
  return tokens;
}

async function signUpPeers(port) {
  const cookies = [];
  for (let index = 0; index < USERS; index++) {
    const response = await postJson(port, "/api/auth/sign-up/email", {
      name: "Ada",
      email: mail(index),
      password: PASSWORD,
    });
    cookies.push(
      response.headers
        .getSetCookie()
        .map((cookie) => cookie.split(";")[0])
        .join("; "),
    );
  }
  return cookies;
}

async function postJson(port, path, body) {
  const url = `http://127.0.0.1:${port}${path}`;
  const headers = { "content-type": "application/json", origin: `http://127.0.0.1:${port}` };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

function logInLoop(port, seconds) {
  const bytes = Array.from({ length: USERS }, (_, index) =>
    requestBytes(port, { method: "POST", path: "/token", body: { username: `user-${index}`, password: PASSWORD } }),
  );
  return closedLoop(port, { connections: USERS, seconds, next: ({ index }) => bytes[index] });
}

function peerLogInLoop(port) {
  const headers = { origin: `http://127.0.0.1:${port}` };
  const bytes = Array.from({ length: USERS }, (_, index) =>
    requestBytes(port, {
      method: "POST",
      path: "/api/auth/sign-in/email",
      headers,
      body: { email: mail(index), password: PASSWORD },
    }),
  );
  return closedLoop(port, { connections: USERS, seconds: 4, next: ({ index }) => bytes[index] });
}

/** Every connection refreshes its own session again and again; the last token of each is kept for the next round. */
async function refreshLoop(port, tokens) {
  const next = ({ index, answer }) => {
    if (answer !== undefined) tokens[index].refresh_token = JSON.parse(answer.body()).refresh_token;
    const body = { refresh_token: tokens[index].refresh_token };
    return requestBytes(port, { method: "POST", path: "/token/refresh", body });
  };
  const rate = await closedLoop(port, { connections: USERS, seconds: 3, next });
  // What the last answers held was not read: those tokens are predecessors, which still refresh once.
  const connection = openConnection(port);
  for (const each of tokens) {
    const body = { refresh_token: each.refresh_token };
    const answer = await connection.send(requestBytes(port, { method: "POST", path: "/token/refresh", body }));
    Object.assign(each, JSON.parse(answer.body()));
  }
  connection.close();
  return rate;
}

async function floor(...args) {
  const { stdout } = await promisify(execFile)(process.execPath, [FLOORS, ...args]);
  return Number(stdout);
}

function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

const mail = (index) => `user-${index}@example.com`;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
