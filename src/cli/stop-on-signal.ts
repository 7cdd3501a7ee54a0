import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { AuthServer } from "../create-auth.js";

const NOTICE_MS = 250;
const STOP_MS = 8_000;

/** Whether a server is about to stop: answers then ask for no further request on their connection. */
export interface Life {
  stopping: boolean;
}

/**
 * On SIGTERM and SIGINT: not ready at once, so that whoever balances the load looks elsewhere; a moment later no new connections, the
 * requests in flight finish, the end. A second signal does not wait.
 */
export function stopOnSignal(server: Server, auth: AuthServer, life: Life): void {
  const silent = silentSockets(server);
  const stop = () => {
    if (life.stopping) process.exit(1);
    life.stopping = true;
    auth.drain();
    setTimeout(() => {
      closeServer(server, auth);
      for (const socket of silent) socket.destroy();
    }, NOTICE_MS);
    setTimeout(() => server.closeAllConnections(), STOP_MS).unref();
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

/** Connections on which nothing was asked yet, which Node counts as busy. */
function silentSockets(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  server.on("request", ({ socket }) => silent.delete(socket));
  return silent;
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
