// What lies under the server, each in a process of its own: `hash`, `transaction FILE` or `hono PORT`.
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { hashSync } from "@node-rs/argon2";

const SECONDS = 3;

if (!isMainThread) {
  const deadline = performance.now() + SECONDS * 1000;
  let count = 0;
  while (performance.now() < deadline) {
    hashSync("seven wild geese at dawn", { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    count += 1;
  }
  parentPort.postMessage(count / SECONDS);
} else {
  const [kind, argument] = process.argv.slice(2);
  const floors = { hash, transaction, hono };
  await floors[kind](argument);
}

/** Bare hashes a second, in two threads. */
async function hash() {
  const rates = await Promise.all(
    [1, 2].map(() => new Promise((resolve) => new Worker(new URL(import.meta.url)).once("message", resolve))),
  );
  console.log(rates[0] + rates[1]);
}

/** Durable compare-and-swap transactions a second, one after another. */
async function transaction(file) {
  const { loadSqlite } = await import("../dist/store/sqlite/load-sqlite.js");
  const { DatabaseSync } = await loadSqlite();
  const connection = new DatabaseSync(file);
  for (const pragma of ["journal_mode = wal", "synchronous = full"]) connection.exec(`pragma ${pragma}`);
  connection.exec("create table if not exists sessions (id text primary key, generation integer, rotated_at integer)");
  connection.exec("insert or ignore into sessions values ('s', 0, 0)");
  const [begin, swap, commit] = [
    "begin immediate",
    "update sessions set generation = generation + 1, rotated_at = ? where id = ? and generation = ? returning id",
    "commit",
  ].map((sql) => connection.prepare(sql));
  let { generation } = connection.prepare("select generation from sessions").all()[0];
  const deadline = performance.now() + SECONDS * 1000;
  const first = generation;
  while (performance.now() < deadline) {
    begin.all();
    swap.all(Date.now(), "s", generation);
    commit.all();
    generation += 1;
  }
  console.log((generation - first) / SECONDS);
}

/** A Hono route that answers what /me answers, and asks nobody. */
async function hono(port) {
  const [{ Hono }, { serve }] = await Promise.all([import("hono"), import("@hono/node-server")]);
  const app = new Hono();
  const me = {
    id: "0199b0f0-0000-7000-8000-000000000000",
    username: "ada",
    email: null,
    roles: ["editor"],
    created_at: new Date().toISOString(),
  };
  app.get("/me", (context) => context.json(me));
  serve({ fetch: app.fetch, port: Number(port), hostname: "127.0.0.1" });
}
