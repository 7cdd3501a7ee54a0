import { once } from "node:events";

/** Lets an Express application answer on loopback, until the process is asked to end; then `close` is called. */
export async function listen(name, app, port, close = () => {}) {
  const server = app.listen(port, "127.0.0.1");
  await once(server, "listening");
  console.log(`${name} listens on http://127.0.0.1:${server.address().port}`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close(close));
}
