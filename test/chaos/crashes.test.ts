import { afterEach, expect } from "vitest";
import { attempt } from "../attacks/attack.js";
import { endAll } from "../cli/run-server.js";
import { type Crashes, checkAll, crash, startCrashes } from "./crashes/crash-cycle.js";
import type { Kind } from "./crashes/ledger.js";
import { isLong } from "./how-long.js";

afterEach(endAll);

const CYCLES = isLong ? 200 : 20;

/** A load that did nothing would lose nothing: what 20 cycles must have had of everything, at the very least. */
const LEAST: readonly (readonly [number, ...Kind[]])[] = [
  [100, "refresh"],
  [10, "retry"],
  [10, "log-in"],
  [1, "sign-up"],
  [2, "replay"],
  [8, "log-out", "log-out everywhere"],
  [1, "password"],
  [5, "roles"],
  [5, "disable", "enable", "delete"],
  [1, "import"],
  [1, "key rotation", "key revocation", "secret rotation"],
];

function expectMuch({ world, hits }: Crashes): void {
  const { acknowledged, lost } = world.ledger;
  for (const [least, ...kinds] of LEAST) {
    const count = kinds.reduce((sum, kind) => sum + acknowledged[kind], 0);
    expect(count, kinds.join(", ")).toBeGreaterThanOrEqual((least * CYCLES) / 20);
  }
  expect(hits.inFlight).toBeGreaterThan(CYCLES / 2);
  expect(hits.far).toBeGreaterThan(0);
  // The end met some before their commit, and, more rarely, some between their commit and their answer.
  expect(lost.undone + lost.done).toBeGreaterThan(CYCLES / 2);
  if (isLong) expect(lost.done).toBeGreaterThan(0);
}

attempt("a server that is killed under load", [
  [
    "S70",
    `has all that it acknowledged when it starts again, and the rest wholly or not at all: ${CYCLES} times`,
    async () => {
      const seed = Number(process.env.LATCHKEY_SEED ?? Math.floor(Math.random() * 2 ** 31));
      const crashes = await startCrashes(seed);
      const told = (when: string) => (error: Error) => {
        throw new Error(`${when} (LATCHKEY_SEED=${seed}): ${error.message}`, { cause: error });
      };
      for (let cycle = 1; cycle <= CYCLES; cycle++) await crash(crashes).catch(told(`In cycle ${cycle}`));
      await checkAll(crashes).catch(told("At the end"));
      const { acknowledged, lost, twins } = crashes.world.ledger;
      console.log(
        JSON.stringify({ seed, cycles: CYCLES, acknowledged, unacknowledged: lost, twins, met: crashes.hits }),
      );
      expectMuch(crashes);
    },
    isLong ? 7_200_000 : 300_000,
  ],
]);
