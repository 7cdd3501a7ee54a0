import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { createAuth, type LogEvent } from "../create-auth.js";
import { unknownVariables } from "./check/check-variables.js";
import { greeting } from "./greeting.js";
import { type PlaceFlags, readSettings, type ServerSettings } from "./settings.js";
import { type Life, stopOnSignal } from "./stop-on-signal.js";

// Node looks at its time-outs only as often as the interval says.
const SERVER_OPTIONS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
};

/** `latchkey serve`: runs the server until it is told to stop. */
export async function serve(flags: PlaceFlags): Promise<void> {
  const settings = readSettings(flags, process.env);
  // The reports that Node can write of a crash list the environment.
  delete process.env.LATCHKEY_SECRET;
  const auth = await createAuth({ ...settings.auth, log: writeEvent });
  for (const variable of unknownVariables(process.env)) writeEvent({ event: "setting.unknown", variable });
  const life: Life = { stopping: false };
  const server = createAdaptorServer({
    fetch: async (request, { incoming, outgoing }) => {
      const response = await auth.handler(request, { address: incoming.socket.remoteAddress });
      if (life.stopping) response.headers.set("connection", "close");
      if (BODYLESS.has(incoming.method ?? "") && !incoming.complete)
        outgoing.once("finish", () => setImmediate(() => endUnread(incoming)));
      return response;
    },
    serverOptions: SERVER_OPTIONS,
  }) as Server;
  await listening(server, settings).catch(async (error: unknown) => {
    await auth.close();
    throw error;
  });
  console.log(greeting(settings));
  stopOnSignal(server, auth, life);
}

const BODYLESS = new Set(["GET", "HEAD"]);

/** A body where none belongs would be drained without end; unread ones of other methods are bounded by the adaptor. */
function endUnread(incoming: { readonly complete: boolean; destroy(): unknown }): void {
  if (!incoming.complete) incoming.destroy();
}

function listening(server: Server, { port, host }: ServerSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(failureOf(cause, host, port)));
    server.listen(port, host, () => {
      server.removeAllListeners("error");
      // Out of file descriptors, for one: an error that nobody hears would end the process.
      server.on("error", ({ message }) => writeEvent({ event: "server.error", error: message }));
      resolve();
    });
  });
}

/** A host that is not this machine's is a wrong setting; a port that somebody has is not. */
function failureOf(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  if (cause.code === "EADDRINUSE")
    return new Error(`The port ${port} is taken: choose another one with --port.`, { cause });
  if (cause.code !== "ENOTFOUND" && cause.code !== "EADDRNOTAVAIL") return cause;
  return new TypeError(`The host (--host, LATCHKEY_HOST) ${host} is no address of this machine.`, { cause });
}

/** One JSON line an event, on standard error: standard output is for people. */
function writeEvent(event: LogEvent): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
}
