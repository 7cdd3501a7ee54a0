import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import { AuthError, isAuthError } from "../errors/auth-error.js";
import { settle } from "../guard/after.js";
import { type Auth, keepAuth } from "../guard/auth.js";
import { createGuard, type Decision } from "../guard/create-guard.js";
import { type GuardOptions, splitGuardOptions } from "../guard/guard-options.js";
import type { Protector } from "../guard/protector.js";
import { type Refusal, refusalOf } from "../guard/refusal.js";
import { requireOneReading } from "../guard/require-one-reading.js";
import { type Embeddable, requireEmbeddable } from "./embeddable.js";
import { nodeInput } from "./node-input.js";
import { restoreRequest } from "./node-request.js";

export type { AuthError } from "../errors/auth-error.js";
export { authOf, findAuth } from "../guard/auth.js";
export type { Auth, Embeddable, Protector };

/** A listener of `node:http`, which Express takes as a handler too. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Goes on with the next handler; with an error, to the one for errors. */
export type Next = (error?: Error) => void;

/** A middleware as Connect has made it; a framework's own request and response may stand in it. */
export type Middleware<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
> = (request: Request, response: Response, next: Next) => void;

/** The options of {@link requireToken}: what the route wants, and `onRefused`, which answers refusals instead of the guard and is waited for. */
export type RequireTokenOptions<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
> = GuardOptions<(error: AuthError, request: Request, response: Response, next: Next) => unknown>;

const BODYLESS = new Set(["GET", "HEAD"]);

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
      if (!isAuthError(error)) return sendRefusal(refusalOf(warned(error)), response);
      // What follows on such a connection may be anybody's.
      return sendRefusal(refusalOf(error), response.setHeader("connection", "close"));
    }
    if (BODYLESS.has(request.method ?? "")) response.once("finish", () => setImmediate(endUnread, request));
    await listener(request, response);
  };
}

/**
 * Protects what comes after it: goes on for a good access token only, and `authOf(request)` tells who is calling. Everybody else gets a problem
 * document. The body stays unread. What is not a refusal goes to `next`.
 *
 * @example
 * app.get("/todos", requireToken(auth), (request, response) => response.json({ user: authOf(request).identity }));
 */
export function requireToken<
  C extends Auth["claims"],
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
>(protector: Protector<C>, options: RequireTokenOptions<Request, Response> = {}): Middleware<Request, Response> {
  const { onRefused, route } = splitGuardOptions(options);
  const guard = createGuard(protector).route(route);
  return (request, response, next) => {
    const go = ({ error, refusal, auth }: Decision): unknown => {
      if (error === undefined) {
        keepAuth(request, auth);
        return next();
      }
      if (onRefused === undefined) return sendRefusal(refusal, response);
      return settle(
        () => onRefused(error, request, response, next),
        () => {},
        failed,
      );
    };
    const failed = (thrown: unknown) => next(errorOf(thrown));
    void settle<Decision, unknown>(() => guard.decide(nodeInput(request)), go, failed);
  };
}

function sendRefusal({ status, headers, body }: Refusal, response: ServerResponse): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/** RFC 9112 section 3.2: a Host that is none is the client's mistake; anything else is ours. */
function failed(error: unknown): Response {
  const { status, headers, body } = refusalOf(
    error instanceof RequestError ? new AuthError("invalid_request") : warned(error),
  );
  return new Response(JSON.stringify(body), { status, headers });
}

/** The cause is for who runs the application, the refusal for the client. */
function warned(cause: unknown): AuthError {
  process.emitWarning(cause instanceof Error ? cause : String(cause));
  return new AuthError("internal", { cause });
}

/** A body where none belongs would be drained without end. */
function endUnread(request: IncomingMessage): void {
  if (!request.complete) request.destroy();
}

/** Express takes an error that is none for a word of its own, such as `route`. */
function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
