import type { AuthError } from "../errors/auth-error.js";
import { type Auth, keepAuth } from "../guard/auth.js";
import { createGuard } from "../guard/create-guard.js";
import { type GuardOptions, splitGuardOptions } from "../guard/guard-options.js";
import type { Protector } from "../guard/protector.js";
import { refusalResponse } from "../guard/refusal-response.js";
import { type Embeddable, requireEmbeddable } from "./embeddable.js";
import { fetchInput } from "./fetch-input.js";

export type { AuthError } from "../errors/auth-error.js";
export { authOf, findAuth } from "../guard/auth.js";
export type { Auth, Embeddable, Protector };

/** Answers a request; `address` is that of the other end of its connection. */
export type FetchHandler = (request: Request, info?: { readonly address?: string | undefined }) => Promise<Response>;

/** A handler as frameworks call it: the request, and whatever they give besides. */
export type RouteHandler<A extends readonly unknown[]> = (request: Request, ...more: A) => Response | Promise<Response>;

/** The options of {@link requireToken}: what the route wants, and `onRefused`, which answers refusals instead of the guard. */
export type RequireTokenOptions = GuardOptions<(error: AuthError, request: Request) => Response | Promise<Response>>;

/**
 * All routes of an auth as one fetch handler. It rejects with a `TypeError` where the body was read before. Without an address, log-ins are
 * limited by account alone, and strangers can keep its owner waiting: a process warning says so once.
 *
 * @example
 * const handler = toHandler(auth);
 * app.all("/auth/*", (c) => handler(c.req.raw, { address: getConnInfo(c).remote.address }));
 */
export function toHandler(auth: Embeddable): FetchHandler {
  requireEmbeddable(auth);
  return async (request, info) => {
    if (request.bodyUsed) throw new TypeError("The body was read before: Latchkey must get the request untouched.");
    // Frameworks hand their own second argument to a handler.
    const address = typeof info?.address === "string" ? info.address : undefined;
    if (address === undefined) warnOnce();
    return auth.handler(request, { address });
  };
}

/**
 * Protects fetch handlers: the wrapped one runs for a good access token only, and `authOf(request)` tells it who is calling. Everybody else gets a
 * problem document. What is not a refusal is thrown on.
 *
 * @example
 * const protect = requireToken(auth);
 * export const GET = protect((request) => Response.json({ user: authOf(request).identity }));
 */
export function requireToken<C extends Auth["claims"]>(
  protector: Protector<C>,
  options: RequireTokenOptions = {},
): <A extends readonly unknown[]>(handler: RouteHandler<A>) => (request: Request, ...more: A) => Promise<Response> {
  const { onRefused, route } = splitGuardOptions(options);
  const guard = createGuard(protector).route(route);
  return (handler) =>
    async (request, ...more) => {
      const { error, refusal, auth } = await guard.decide(fetchInput(request));
      if (error !== undefined) return onRefused?.(error, request) ?? refusalResponse(refusal, request.method);
      keepAuth(request, auth);
      return handler(request, ...more);
    };
}

let warned = false;

function warnOnce(): void {
  if (!warned) process.emitWarning("Latchkey gets requests without { address }, and cannot limit log-ins by network.");
  warned = true;
}
