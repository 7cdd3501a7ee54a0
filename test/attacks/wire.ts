import { connect } from "node:net";
import { type Server, within } from "../cli/run-server.js";

/** All that a server sent on one connection until it closed it. */
export interface Received {
  readonly text: string;
  /** The status of each answer in it. */
  readonly statuses: readonly number[];
}

/** Sends bytes as they are, one for each letter, and waits until the server, and not we, has closed the connection. */
export async function sendBytes({ port }: Pick<Server, "port">, letters: string, limitMs = 15_000): Promise<Received> {
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  let text = "";
  socket.on("data", (more: string) => {
    text += more;
  });
  // A server that closes while we write resets the connection.
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(letters, "latin1");
  try {
    await within(
      limitMs,
      closed,
      () => `The connection stays open after ${JSON.stringify(letters.slice(0, 200))}: ${text}`,
    );
  } finally {
    socket.destroy();
  }
  return { text, statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)) };
}

/** A request in letters, of which every header is given. */
export function letters(line: string, headers: readonly string[], body = ""): string {
  return [line, ...headers, "", body].join("\r\n");
}
