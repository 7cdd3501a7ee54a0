import { type AuthError, isAuthError } from "../errors/auth-error.js";
import { type Auth, createGuard, type Protector } from "../guard/create-guard.js";
import { refusalOf } from "../guard/refusal.js";
import { requireGuardOptions } from "../guard/require-guard-options.js";
import { keepAuth } from "./auth-of.js";
import { type Embeddable, requireEmbeddable } from "./embeddable.js";

export type { AuthError } from "../errors/auth-error.js";
export { authOf } from "./auth-of.js";
export type { Auth, Embeddable, Protector };

/** Answers a request; `address` is that of the other end of its connection. */
export type FetchHandler = (request: Request, info?: { readonly address?: string | undefined }) => Promise<Response>;

/** A handler as frameworks call it: the request, and whatever they give besides. */
export type RouteHandler<A extends readonly unknown[]> = (request: Request, ...more: A) => Response | Promise<Response>;

/** The options of {@link requireToken}. */
export interface RequireTokenOptions {
  /** Answers a refusal instead of the problem document. */
  readonly onRefused?: (error: AuthError, request: Request) => Response | Promise<Response>;
}

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
  requireGuardOptions(options);
  const { onRefused = problemResponse } = options;
  const guard = createGuard(protector);
  return (handler) =>
    async (request, ...more) => {
      try {
        const { method, headers } = request;
        keepAuth(request, await guard.authenticate({ method, header: (name) => headers.get(name) ?? undefined }));
      } catch (error) {
        if (!isAuthError(error)) throw error;
        return onRefused(error, request);
      }
      return handler(request, ...more);
    };
}

let warned = false;

function warnOnce(): void {
  if (!warned) process.emitWarning("Latchkey gets requests without { address }, and cannot limit log-ins by network.");
  warned = true;
}

function problemResponse(error: AuthError, { method }: Request): Response {
  const { status, headers, problem } = refusalOf(error);
  return new Response(method === "HEAD" ? null : JSON.stringify(problem), { status, headers });
}
