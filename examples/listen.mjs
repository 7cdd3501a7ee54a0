import { once } from "node:events";

/** Lets an Express application answer on loopback, until the process is asked to end; then `close` is called. */
export async function listen(name, app, port, close) {
  answerUntilStopped(name, await open(app, port), close);
}

/** A server on loopback; nobody has been told of it yet. */
export async function open(app, port) {
  const server = app.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** Tells where a server listens. When the process is asked to end, requests are finished, and then `close` is called. */
export function answerUntilStopped(name, server, close = () => {}) {
  console.log(`${name} listens on http://127.0.0.1:${server.address().port}`);
  let isEnding = false;
  // A terminal sends the signal to all that it runs, and whoever started us hands it on once more.
  const end = () => {
    if (!isEnding) server.close(close);
    isEnding = true;
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, end);
}
