import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { type Auth, createAuth, type LogEvent } from "../create-auth.js";
import { type PlaceFlags, readSettings, type ServerSettings } from "./settings.js";

const STOP_MS = 10_000;

/** `latchkey serve`: runs the server until it is told to stop. */
export async function serve(flags: PlaceFlags): Promise<void> {
  const settings = readSettings(flags, process.env);
  const auth = await createAuth({ ...settings.auth, log: writeEvent });
  const server = createAdaptorServer({
    fetch: (request, { incoming }) => auth.handler(request, { address: incoming.socket.remoteAddress }),
    serverOptions: { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384 },
  }) as Server;
  await listening(server, settings).catch(async (error: unknown) => {
    await auth.close();
    throw error;
  });
  greet(settings);
  stopOnSignal(server, auth);
}

function listening(server: Server, { port, host }: ServerSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function greet({ data, auth }: ServerSettings): void {
  const name = `ada${Math.floor(Math.random() * 9000) + 1000}`;
  console.log(`Latchkey listens on ${auth.url}`);
  console.log(`Data: ${data} (database ${auth.database})`);
  console.log("Try it:");
  console.log(`  curl -i ${auth.url}/signup -H 'Content-Type: application/json' \\`);
  console.log(`    -d '{"username":"${name}","password":"seven wild geese at dawn"}'`);
}

/** One JSON line an event, on standard error: standard output is for people. */
function writeEvent(event: LogEvent): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
}

/** Not ready at once, requests in flight finish, then the end; a second signal does not wait. */
function stopOnSignal(server: Server, auth: Auth): void {
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    auth.drain();
    setTimeout(() => server.closeAllConnections(), STOP_MS).unref();
    server.close(() => {
      void auth.close().then(() => process.exit(0));
    });
    server.closeIdleConnections();
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}
