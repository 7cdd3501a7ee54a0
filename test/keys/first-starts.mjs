// Plain JavaScript, because it runs in threads of its own: makes the same key files as its twin, each at the same moment.
import { parentPort, workerData } from "node:worker_threads";
import { masterKeyInFile } from "../../dist/keys/master-key.js";

const { folder, rounds, threads, shared } = workerData;
const arrived = new Int32Array(shared);
const keys = [];
for (let round = 1; round <= rounds; round++) {
  Atomics.add(arrived, 0, 1);
  while (Atomics.load(arrived, 0) < round * threads);
  try {
    keys.push(masterKeyInFile(`${folder}/${round}/master.key`, { mayMake: true }).toString("hex"));
  } catch (error) {
    keys.push(`${error.name}: ${error.message}`);
  }
}
parentPort?.postMessage(keys);
