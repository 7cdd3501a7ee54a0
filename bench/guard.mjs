import { randomBytes } from "node:crypto";
import { cpus } from "node:os";
import { createIssuer, importKey } from "latchkey/tokens";
import { countedLoop, requestBytes } from "./http-load.mjs";
import { median, table } from "./measure.mjs";
import { freePort, startProcess } from "./start-process.mjs";

const ROUNDS = 25;
const WARM_UP_ROUNDS = 4;
// Short turns, so that what slows the machine for a while slows all of a round.
const LOAD = { connections: 16, seconds: 0.35 };
const PEER_GOAL = 1.6;
// A handler before the route that does nothing else: what of the difference is the framework's own.
const LOOK = "a look at the header";
const SERVER = new URL("guard-server.mjs", import.meta.url).pathname;

/** Each framework with the share of the unprotected route's speed that a protected one is to keep, and its peers. */
const FRAMEWORKS = [
  { name: "fastify", goal: 0.85, peers: [LOOK, "@fastify/jwt"] },
  { name: "hono", goal: 0.85, peers: [LOOK, "hono/jwt"] },
  { name: "express", goal: 0.95, peers: [LOOK, "express-jwt", "passport-jwt"] },
  { name: "node:http", peers: [] },
];

/**
 * A protected route against the same route unprotected and behind its peers, with one HS256 token that was seen before; each in a process of its own.
 * `npm run bench -- guard express` measures one framework.
 */
export async function run() {
  const only = process.argv[3];
  const frameworks = FRAMEWORKS.filter(({ name }) => only === undefined || only === name);
  console.log(
    `a protected route, HS256, ${LOAD.connections} connections, ${ROUNDS} rounds; ${cpus().length} cores, Node ${process.version}`,
  );
  console.log("requests a second of a closed loop, and of the processor time that the server took for them\n");
  const secret = randomBytes(48);
  const authorization = `Bearer ${tokenOf(secret)}`;
  const routes = [];
  try {
    for (const { name, peers } of frameworks) {
      for (const guard of ["latchkey", "unprotected", ...peers])
        routes.push(await start(name, guard, { secret, authorization }));
    }
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      for (let turn = 0; turn < routes.length; turn++) {
        const route = routes[(turn + round + WARM_UP_ROUNDS) % routes.length];
        const sample = await route.measure();
        if (round >= 0) route.samples[round] = sample;
      }
    }
  } finally {
    for (const { server } of routes) await server.stop();
  }
  report(frameworks, routes);
}

function tokenOf(secret) {
  const key = importKey(secret, { alg: "HS256", kid: "bench" });
  const names = { issuer: "https://auth.example.com", audience: "todo-api" };
  const issuer = createIssuer({ keys: [key], profile: "jwt", ...names, accessSeconds: 86_400 });
  return issuer.mint({ sub: "42", roles: ["editor"], scope: "todos:read todos:write" });
}

async function start(framework, guard, { secret, authorization }) {
  const port = await freePort();
  const headers = { authorization };
  const env = { GUARD_SECRET: secret.toString("base64url"), NODE_ENV: "production" };
  const server = await startProcess([SERVER, framework, guard, String(port)], { port, path: "/", headers, env });
  // The unprotected route gets the token too: whoever listens reads the header.
  const bytes = requestBytes(port, { path: "/", headers });
  const measure = async () => {
    const before = server.cpuMs();
    const { count, seconds } = await countedLoop(port, { ...LOAD, bytes });
    return { loop: count / seconds, processor: (count * 1000) / (server.cpuMs() - before) };
  };
  return { framework, guard, server, measure, samples: [] };
}

function report(frameworks, routes) {
  const rows = [["", "loop /s", "processor /s", "latchkey is, by loop", "by processor", "goal"]];
  for (const { name, goal } of frameworks) {
    const [latchkey, ...others] = routes.filter(({ framework }) => framework === name);
    rows.push([`${name}: latchkey`, rate(latchkey, "loop"), rate(latchkey, "processor"), "", "", ""]);
    for (const other of others) {
      const wanted = other.guard === "unprotected" ? goal : other.guard === LOOK ? undefined : PEER_GOAL;
      const ratios = ["loop", "processor"].map((clock) => ratio(latchkey, other, clock));
      rows.push([
        `${name}: ${other.guard}`,
        rate(other, "loop"),
        rate(other, "processor"),
        ...ratios,
        wanted ? `>= ${wanted}` : "",
      ]);
    }
  }
  table(rows);
}

const rate = ({ samples }, clock) => Math.round(median(samples.map((sample) => sample[clock])));

const ratio = (one, other, clock) =>
  `${median(one.samples.map((sample, round) => sample[clock] / other.samples[round][clock])).toFixed(2)} x`;
