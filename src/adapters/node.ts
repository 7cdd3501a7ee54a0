import type { IncomingMessage, ServerResponse } from "node:http";
import type { Auth } from "../guard/auth.js";
import type { Protector } from "../guard/protector.js";
import { sendRefusal } from "../guard/send-refusal.js";
import { createMiddleware, type MiddlewareHost, type MiddlewareOptions, type Next } from "./create-middleware.js";
import type { Embeddable } from "./embeddable.js";
import { type NodeHandler, toHandler } from "./node-handler.js";
import { nodeInput } from "./node-input.js";

export type { AuthError } from "../errors/auth-error.js";
export { authOf, findAuth } from "../guard/auth.js";
export type { Auth, Embeddable, Next, NodeHandler, Protector };
export { toHandler };

/** A middleware as Connect has made it; a framework's own request and response may stand in it. */
export type Middleware<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
> = (request: Request, response: Response, next: Next) => void;

/** The options of {@link requireToken}: what the route wants, and `onRefused`, which answers refusals instead of the guard and is waited for. */
export type RequireTokenOptions<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
> = MiddlewareOptions<Request, Response>;

const HOST: MiddlewareHost<IncomingMessage, ServerResponse> = { input: nodeInput, refuse: sendRefusal };

/**
 * Protects what comes after it: goes on for a good access token only, and `authOf(request)` tells who is calling. Everybody else gets a problem
 * document. The body stays unread. What is not a refusal goes to `next`.
 *
 * @example
 * protect(request, response, () => response.end(authOf(request).identity));
 */
export function requireToken<
  C extends Auth["claims"],
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
>(protector: Protector<C>, options: RequireTokenOptions<Request, Response> = {}): Middleware<Request, Response> {
  return createMiddleware<Request, Response, Next>(HOST, protector, options);
}
