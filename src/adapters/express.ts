import type { IncomingMessage, ServerResponse } from "node:http";
import type { NextFunction, Request, Response } from "express";
import type { AuthError } from "../errors/auth-error.js";
import type { Auth } from "../guard/auth.js";
import type { Protector } from "../guard/protector.js";
import { sendRefusal } from "../guard/send-refusal.js";
import { createMiddleware, type MiddlewareHost, type MiddlewareOptions } from "./create-middleware.js";
import type { Embeddable } from "./embeddable.js";
import { type NodeHandler, toHandler } from "./node-handler.js";
import { nodeInput } from "./node-input.js";

export { authOf, findAuth } from "../guard/auth.js";
export type { Auth, AuthError, Embeddable, NodeHandler, Protector };
export { toHandler };

declare global {
  namespace Express {
    interface Request {
      /** Who is calling, on a route with `requireToken`; `undefined` for nobody, where that is allowed. */
      auth?: Auth | undefined;
    }
  }
}

/** The options of {@link requireToken}: what the route wants, and `onRefused`, which answers refusals instead of the guard and is waited for. */
export type RequireTokenOptions = MiddlewareOptions<Request, Response, NextFunction>;

/** A `RequestHandler` that asks so little of a request that the route's own types, such as those of its parameters, stay as they are. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: NextFunction) => void;

const HOST: MiddlewareHost<Request, Response> = {
  input: nodeInput,
  refuse: sendRefusal,
};

/**
 * Protects a route, or all that comes after it: goes on for a good access token only, and `request.auth` and `authOf(request)` tell who is
 * calling. Everybody else gets a problem document. The body stays unread. What is not a refusal goes to the error handler.
 *
 * @example
 * app.get("/todos", requireToken(auth), (request, response) => response.json({ user: authOf(request).identity }));
 */
export function requireToken<C extends Auth["claims"]>(
  protector: Protector<C>,
  options: RequireTokenOptions = {},
): Middleware {
  return createMiddleware(HOST, protector, options) as Middleware;
}
