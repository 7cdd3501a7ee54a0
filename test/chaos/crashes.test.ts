import { afterEach } from "vitest";
import { attempt } from "../attacks/attack.js";
import { endAll } from "../cli/run-server.js";
import { checkAll, crash, startCrashes } from "./crash-cycle.js";
import { isLong } from "./how-long.js";

afterEach(endAll);

const CYCLES = Number(process.env.CYCLES ?? (isLong ? 200 : 20));

attempt("a server that is killed under load", [
  [
    "S70",
    `has all that it acknowledged when it starts again, and the rest wholly or not at all: ${CYCLES} times`,
    async () => {
      const seed = Number(process.env.LATCHKEY_SEED ?? Math.floor(Math.random() * 2 ** 31));
      const crashes = await startCrashes(seed);
      const { ledger } = crashes.world;
      for (let cycle = 1; cycle <= CYCLES; cycle++) {
        await crash(crashes).catch((error: Error) => {
          throw new Error(`In cycle ${cycle} (LATCHKEY_SEED=${seed}): ${error.message}`, { cause: error });
        });
      }
      await checkAll(crashes);
      console.log(
        JSON.stringify({ seed, cycles: CYCLES, ...ledger.acknowledged, lost: ledger.lost, hits: crashes.hits }),
      );
    },
    isLong ? 3_600_000 : 300_000,
  ],
]);
