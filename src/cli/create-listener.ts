import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener, RequestError } from "@hono/node-server";
import { type AuthServer, isAuthError, type LogEvent } from "../create-auth.js";
import { endUnreadBody } from "../guard/end-unread-body.js";
import { refusalResponse } from "../guard/refusal-response.js";
import { requireOneReading } from "../guard/require-one-reading.js";
import { sendRefusal } from "../guard/send-refusal.js";
import { createRefuseUnreadable } from "../http/refuse-unreadable.js";
import type { Life } from "./stop-on-signal.js";

/** What a listener needs of its server. */
export interface ListenerParts {
  readonly auth: AuthServer;
  readonly url: string;
  readonly life: Life;
  readonly log: (event: LogEvent) => void;
}

/** Makes the listener of a server with a port. What is no sound HTTP is refused before any route sees it, and its connection closed. */
export function createListener(parts: ListenerParts): RequestListener {
  const refuse = createRefuseUnreadable(parts.url);
  const answer = answering(parts, refuse);
  const refused = new WeakSet<Socket>();
  return (request, response) => {
    // What came in one piece with a request that was refused has been parsed, and must not run.
    if (refused.has(request.socket)) return;
    try {
      requireOneReading(request);
    } catch (error) {
      refused.add(request.socket);
      return sendRefusal(response, refuse("invalid_request", isAuthError(error) ? error.message : undefined));
    }
    void answer(request, response);
  };
}

function answering({ auth, life, log }: ListenerParts, refuse: ReturnType<typeof createRefuseUnreadable>) {
  return getRequestListener(
    async (request, { incoming, outgoing }) => {
      const response = await auth.handler(request, { address: incoming.socket.remoteAddress });
      if (life.stopping) response.headers.set("connection", "close");
      endUnreadBody(incoming, outgoing);
      return response;
    },
    {
      // HTTP/1.0 need not name a host.
      hostname: "localhost",
      errorHandler: (error) => {
        // RFC 9112 section 3.2: a target or a Host that is none is the client's mistake.
        const isTheirs = error instanceof RequestError;
        if (!isTheirs) log({ event: "server.error", error: String(error) });
        return refusalResponse(refuse(isTheirs ? "invalid_request" : "internal"));
      },
    },
  );
}
