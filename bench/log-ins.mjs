// Keeps log-ins in flight, one of each account `load-0` to `load-N`: `PORT SECONDS N PASSWORD`. Prints how many a second were let in and refused.
import { openConnection, requestBytes } from "./http-load.mjs";

const [port, seconds, accounts, password] = process.argv.slice(2);
const start = performance.now();
const end = start + Number(seconds) * 1000;
let count = 0;
let refused = 0;
await Promise.all(Array.from({ length: Number(accounts) }, (_, index) => logInInTurns(`load-${index}`)));
const perSecond = (number) => Math.round((number * 1000) / (performance.now() - start));
console.log(JSON.stringify({ letInPerSecond: perSecond(count), refusedPerSecond: perSecond(refused) }));

async function logInInTurns(username) {
  const bytes = requestBytes(Number(port), { method: "POST", path: "/token", body: { username, password } });
  const connection = openConnection(Number(port));
  while (performance.now() < end) {
    if ((await connection.send(bytes)).status === 200) count += 1;
    else {
      refused += 1;
      // As its Retry-After says, and not all at the same moment.
      await new Promise((resolve) => setTimeout(resolve, 1000 * (1 + Math.random())));
    }
  }
  connection.close();
}
