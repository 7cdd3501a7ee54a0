import { createServer, type RequestListener, type Server } from "node:http";
import { createAuth, type LogEvent } from "../create-auth.js";
import { unknownVariables } from "./check/check-variables.js";
import { createListener } from "./create-listener.js";
import { greeting } from "./greeting.js";
import { type PlaceFlags, readSettings, type ServerSettings } from "./settings.js";
import { type Life, stopOnSignal } from "./stop-on-signal.js";

// Node looks at its time-outs only as often as the interval says.
const SERVER_OPTIONS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
  // Whatever NODE_OPTIONS says.
  insecureHTTPParser: false,
  // The listener refuses it, as it does two of them.
  requireHostHeader: false,
};

// Longer than a log-in waits for its turn: whoever neither sends nor reads for that long holds a connection and nothing else.
const SILENT_MS = 60_000;

/** `latchkey serve`: runs the server until it is told to stop. */
export async function serve(flags: PlaceFlags): Promise<void> {
  const settings = readSettings(flags, process.env);
  // The reports that Node can write of a crash list the environment.
  delete process.env.LATCHKEY_SECRET;
  const auth = await createAuth({ ...settings.auth, log: writeEvent });
  for (const variable of unknownVariables(process.env)) writeEvent({ event: "setting.unknown", variable });
  const life: Life = { stopping: false };
  const server = serverOf(createListener({ auth, url: settings.auth.url, life, log: writeEvent }));
  await listening(server, settings).catch(async (error: unknown) => {
    await auth.close();
    throw error;
  });
  console.log(greeting(settings));
  stopOnSignal(server, auth, life);
}

function serverOf(listener: RequestListener): Server {
  const server = createServer(SERVER_OPTIONS, listener).setTimeout(SILENT_MS);
  // RFC 9110 section 10.1.1 lets an unknown expectation be; Node would answer it past the listener.
  server.on("checkExpectation", (request, response) => server.emit("request", request, response));
  // Those beyond a number would be dropped without a word; what bounds them is maxHeaderSize.
  server.maxHeadersCount = 0;
  return server;
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
