import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import { AuthError, isAuthError } from "../errors/auth-error.js";
import { endUnreadBody } from "../guard/end-unread-body.js";
import { refusalOf } from "../guard/refusal.js";
import { refusalResponse } from "../guard/refusal-response.js";
import { requireOneReading } from "../guard/require-one-reading.js";
import { sendRefusal } from "../guard/send-refusal.js";
import { type Embeddable, requireEmbeddable } from "./embeddable.js";
import { restoreRequest } from "./node-request.js";

/** A listener of `node:http`, which Express takes as a handler too. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * All routes of an auth as one listener, under any path of a host application and after its body parser. It answers always; a mistake of the
 * host is a process warning and a 500.
 *
 * @example
 * app.use("/auth", toHandler(auth));
 */
export function toHandler(auth: Embeddable): NodeHandler {
  requireEmbeddable(auth);
  const listener = getRequestListener(
    (request, { incoming }) => auth.handler(request, { address: incoming.socket?.remoteAddress }),
    { overrideGlobalObjects: false, hostname: "localhost", errorHandler: failed },
  );
  return async (request, response) => {
    try {
      requireOneReading(request);
      restoreRequest(request);
    } catch (error) {
      if (!isAuthError(error)) return sendRefusal(response, refusalOf(warned(error)));
      // What follows on such a connection may be anybody's.
      return sendRefusal(response.setHeader("connection", "close"), refusalOf(error));
    }
    endUnreadBody(request, response);
    await listener(request, response);
  };
}

/** RFC 9112 section 3.2: a Host that is none is the client's mistake; anything else is ours. */
function failed(error: unknown): Response {
  return refusalResponse(refusalOf(error instanceof RequestError ? new AuthError("invalid_request") : warned(error)));
}

/** The cause is for who runs the application, the refusal for the client. */
function warned(cause: unknown): AuthError {
  process.emitWarning(cause instanceof Error ? cause : String(cause));
  return new AuthError("internal", { cause });
}
