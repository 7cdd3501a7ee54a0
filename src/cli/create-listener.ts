import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener, RequestError } from "@hono/node-server";
import { AuthError, type AuthServer, isAuthError, type LogEvent } from "../create-auth.js";
import { type Refusal, refusalOf } from "../guard/refusal.js";
import { requireOneReading } from "../guard/require-one-reading.js";
import type { Life } from "./stop-on-signal.js";

/** Makes the listener of a server with a port. What is no sound HTTP is refused before any route sees it, and its connection closed. */
export function createListener(auth: AuthServer, life: Life, log: (event: LogEvent) => void): RequestListener {
  const answer = getRequestListener(
    async (request, { incoming, outgoing }) => {
      const response = await auth.handler(request, { address: incoming.socket.remoteAddress });
      if (life.stopping) response.headers.set("connection", "close");
      if (BODYLESS.has(incoming.method ?? "") && !incoming.complete)
        outgoing.once("finish", () => setImmediate(() => endUnread(incoming)));
      return response;
    },
    {
      // HTTP/1.0 need not name a host.
      hostname: "localhost",
      errorHandler: (error) => {
        if (!isMalformed(error)) log({ event: "server.error", error: String(error) });
        const { status, headers, problem } = closing(error);
        return new Response(JSON.stringify(problem), { status, headers });
      },
    },
  );
  const refused = new WeakSet<Socket>();

  return (request, response) => {
    // What came in one piece with a request that was refused has been parsed, and must not run.
    if (refused.has(request.socket)) return;
    try {
      requireOneReading(request);
    } catch (error) {
      refused.add(request.socket);
      const { status, headers, problem } = closing(error);
      response.writeHead(status, headers).end(JSON.stringify(problem));
      return;
    }
    void answer(request, response);
  };
}

const BODYLESS = new Set(["GET", "HEAD"]);

/** A body where none belongs would be drained without end; unread ones of other methods are bounded by the adaptor. */
function endUnread(incoming: { readonly complete: boolean; destroy(): unknown }): void {
  if (!incoming.complete) incoming.destroy();
}

function isMalformed(error: unknown): boolean {
  return error instanceof RequestError || isAuthError(error);
}

function closing(error: unknown): Refusal {
  const code = isMalformed(error) ? "invalid_request" : "internal";
  const { headers, ...refusal } = refusalOf(isAuthError(error) ? error : new AuthError(code));
  return { ...refusal, headers: { ...headers, connection: "close" } };
}
