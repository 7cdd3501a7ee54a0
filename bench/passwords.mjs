import { availableParallelism } from "node:os";
import { hash } from "@node-rs/argon2";
import { createPasswords } from "../dist/passwords/create-passwords.js";
import { median, table } from "./measure.mjs";

const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const PASSWORD = "correct horse battery";
const WINDOW_MS = 1500;
const TICK_MS = 5;
const ROUNDS = 9;
const OURS = "latchkey, 4 in flight";
const PEER = "libuv, 4 in flight";

/** Keeps `inFlight` hashes going for one window; answers how many were done in a second and how late a timer was (p99, ms). */
async function runWindow({ inFlight, run }) {
  const lateness = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    lateness.push(Math.max(0, now - last - TICK_MS));
    last = now;
  }, TICK_MS);
  const start = performance.now();
  const end = start + WINDOW_MS;
  let done = 0;
  const keepGoing = async () => {
    while (performance.now() < end) {
      await run();
      done++;
    }
  };
  await Promise.all([
    ...Array.from({ length: inFlight }, keepGoing),
    new Promise((resolve) => setTimeout(resolve, WINDOW_MS)),
  ]);
  const seconds = (performance.now() - start) / 1000;
  clearInterval(timer);
  lateness.sort((a, b) => a - b);
  return { rate: done / seconds, late: lateness[Math.floor(lateness.length * 0.99)] };
}

/** Runs the contenders in turn, round by round, so that what slows the machine for a while slows all. */
async function compare(contenders) {
  const samples = new Map(contenders.map(({ name }) => [name, []]));
  // The first round starts the threads and counts for nobody.
  for (let round = -1; round < ROUNDS; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + 1 + turn) % contenders.length];
      const sample = await runWindow(contender);
      if (round >= 0) samples.get(contender.name).push(sample);
    }
  }
  return {
    value: (name, what) => median(samples.get(name).map((sample) => sample[what])),
    ratio: (name, base, what) =>
      median(samples.get(name).map((sample, round) => sample[what] / samples.get(base)[round][what])),
  };
}

function verdict(text, ratio, isMet) {
  return `  ${text}: ${ratio.toFixed(2)}x ${isMet ? "met" : "MISSED"}`;
}

export async function run() {
  const passwords = createPasswords();
  const ours = () => passwords.hash(PASSWORD);
  const pool = () => hash(PASSWORD, COST);
  const contenders = [
    { name: OURS, inFlight: 4, run: ours },
    { name: "latchkey, 2 in flight", inFlight: 2, run: ours },
    { name: PEER, inFlight: 4, run: pool },
    { name: "libuv, 2 in flight", inFlight: 2, run: pool },
    { name: "idle", inFlight: 0 },
  ];
  console.log(
    `node ${process.version}, ${availableParallelism()} cores; Argon2id, 19 MiB, 2 passes: medians of ${ROUNDS} interleaved rounds.\n`,
  );
  const results = await compare(contenders);
  await passwords.close();
  const rate = (name) => `${results.value(name, "rate").toFixed(1)} (${results.ratio(name, PEER, "rate").toFixed(2)}x)`;
  const late = (name) => `${results.value(name, "late").toFixed(2)} (${results.ratio(name, PEER, "late").toFixed(2)}x)`;
  table([
    [`(x ${PEER})`, "hashes/s", "timer late, p99 ms"],
    ...contenders.map(({ name, inFlight }) => [name, inFlight === 0 ? "-" : rate(name), late(name)]),
  ]);
  const rates = results.ratio(OURS, PEER, "rate");
  const lates = results.ratio(OURS, PEER, "late");
  console.log(verdict("hashes a second, goal at least 1x of libuv's pool", rates, rates >= 1));
  console.log(verdict("delay of the event loop, goal at most 0.5x", lates, lates <= 0.5));
}
