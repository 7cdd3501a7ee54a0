import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import { AuthError, isAuthError } from "../errors/auth-error.js";
import { type Auth, createGuard, type Protector } from "../guard/create-guard.js";
import { refusalOf } from "../guard/refusal.js";
import { requireGuardOptions } from "../guard/require-guard-options.js";
import { requireOneReading } from "../guard/require-one-reading.js";
import { keepAuth } from "./auth-of.js";
import { type Embeddable, requireEmbeddable } from "./embeddable.js";
import { headerOf, restoreRequest } from "./node-request.js";

export type { AuthError } from "../errors/auth-error.js";
export { authOf } from "./auth-of.js";
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

/** The options of {@link requireToken}. */
export interface RequireTokenOptions<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
> {
  /** Answers a refusal instead of the problem document; what it returns is waited for and not looked at. */
  readonly onRefused?: (error: AuthError, request: Request, response: Response, next: Next) => unknown;
}

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
      if (!isAuthError(error)) return sendRefusal(warned(error), request, response);
      // What follows on such a connection may be anybody's.
      return sendRefusal(error, request, response.setHeader("connection", "close"));
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
  requireGuardOptions(options);
  const { onRefused = sendRefusal } = options;
  const guard = createGuard(protector);
  return (request, response, next) => {
    const refuse = async (error: unknown) => {
      if (!isAuthError(error)) throw error;
      await onRefused(error, request, response, next);
    };
    const admit = (auth: Auth) => {
      keepAuth(request, auth);
      next();
    };
    const header = (name: string) => headerOf(request, name);
    // What `admit` throws is the next handler's, and no refusal.
    void guard
      .authenticate({ method: request.method ?? "GET", header })
      .then(admit, (error: unknown) => refuse(error).catch((thrown: unknown) => next(errorOf(thrown))));
  };
}

function sendRefusal(error: AuthError, _request: IncomingMessage, response: ServerResponse): void {
  const { status, headers, problem } = refusalOf(error);
  const text = JSON.stringify(problem);
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/** RFC 9112 section 3.2: a Host that is none is the client's mistake; anything else is ours. */
function failed(error: unknown): Response {
  const { status, headers, problem } = refusalOf(
    error instanceof RequestError ? new AuthError("invalid_request") : warned(error),
  );
  return new Response(JSON.stringify(problem), { status, headers });
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
