import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { type AuthServer, createAuth, type LogEvent } from "../create-auth.js";
import { requireServerUrl } from "../http/server-url.js";
import { type PlaceFlags, readSettings, type ServerSettings } from "./settings.js";

const NOTICE_MS = 250;
const STOP_MS = 10_000;

/** `latchkey serve`: runs the server until it is told to stop. */
export async function serve(flags: PlaceFlags): Promise<void> {
  const settings = readSettings(flags, process.env);
  const auth = await createAuth({ ...settings.auth, log: writeEvent });
  const life = { stopping: false };
  const server = createAdaptorServer({
    fetch: async (request, { incoming }) => {
      const response = await auth.handler(request, { address: incoming.socket.remoteAddress });
      if (life.stopping) response.headers.set("connection", "close");
      return response;
    },
    serverOptions: { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384 },
  }) as Server;
  await listening(server, settings).catch(async (error: unknown) => {
    await auth.close();
    throw error;
  });
  greet(settings);
  stopOnSignal(server, auth, life);
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

function greet({ data, host, port, auth }: ServerSettings): void {
  const name = `ada${Math.floor(Math.random() * 9000) + 1000}`;
  const url = requireServerUrl(auth.url);
  const here = `http://${host === "127.0.0.1" ? "localhost" : host.includes(":") ? `[${host}]` : host}:${port}`;
  console.log(`Latchkey listens on ${here}${url === here ? "" : ` as ${url}`}`);
  console.log(`Data: ${data} (database ${auth.database})`);
  console.log("Try it:");
  console.log(
    `  curl -i ${here}${new URL(url).pathname.replace(/\/$/, "")}/signup -H 'Content-Type: application/json' \\`,
  );
  console.log(`    -d '{"username":"${name}","password":"seven wild geese at dawn"}'`);
}

/** One JSON line an event, on standard error: standard output is for people. */
function writeEvent(event: LogEvent): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
}

/**
 * Not ready at once, so that whoever balances the load looks elsewhere; a moment later no new connections, the requests in flight finish, the
 * end. A second signal does not wait.
 */
function stopOnSignal(server: Server, auth: AuthServer, life: { stopping: boolean }): void {
  const stop = () => {
    if (life.stopping) process.exit(1);
    life.stopping = true;
    auth.drain();
    setTimeout(() => closeServer(server, auth), NOTICE_MS);
    setTimeout(() => server.closeAllConnections(), STOP_MS).unref();
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

function closeServer(server: Server, auth: AuthServer): void {
  server.close(() => {
    auth.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  server.closeIdleConnections();
}
