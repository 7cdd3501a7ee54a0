import type { Context, MiddlewareHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { AuthError } from "../errors/auth-error.js";
import { type Auth, keepAuth } from "../guard/auth.js";
import { createGuard, type Decision } from "../guard/create-guard.js";
import { type GuardOptions, splitGuardOptions } from "../guard/guard-options.js";
import type { Protector } from "../guard/protector.js";
import type { Refusal } from "../guard/refusal.js";
import type { Embeddable } from "./embeddable.js";
import { toHandler as toFetchHandler } from "./fetch.js";
import { honoInput } from "./hono-input.js";

export { authOf, findAuth } from "../guard/auth.js";
export type { Auth, AuthError, Embeddable, Protector };

/** The options of {@link requireToken}: what the route wants, and `onRefused`, which answers refusals instead of the guard. */
export type RequireTokenOptions = GuardOptions<(error: AuthError, c: Context) => Response | Promise<Response>>;

/** A middleware that leaves who is calling at `c.get("auth")`. */
export type AuthMiddleware<A extends Auth | undefined> = MiddlewareHandler<{ Variables: { auth: A } }>;

/**
 * Protects the routes that it stands before: goes on for a good access token only, and `c.get("auth")` and `authOf(c)` tell who is calling.
 * Everybody else gets a problem document. What is not a refusal goes to `app.onError`.
 *
 * @example
 * app.get("/todos", requireToken(auth), (c) => c.json({ user: c.var.auth.identity }));
 */
export function requireToken<C extends Auth["claims"], U>(
  protector: Protector<C, U>,
  options?: RequireTokenOptions & { readonly optional?: false },
): AuthMiddleware<Auth<C, U>>;
export function requireToken<C extends Auth["claims"], U>(
  protector: Protector<C, U>,
  options: RequireTokenOptions,
): AuthMiddleware<Auth<C, U> | undefined>;
export function requireToken<C extends Auth["claims"], U>(
  protector: Protector<C, U>,
  options: RequireTokenOptions = {},
): MiddlewareHandler {
  const { onRefused, route } = splitGuardOptions(options);
  const guard = createGuard(protector).route(route);
  return (c, next) => {
    const go = ({ error, refusal, auth }: Decision<C, U>): ReturnType<MiddlewareHandler> => {
      if (error !== undefined) return answer(c, error, refusal);
      keepAuth(c, auth);
      c.set("auth", auth);
      return next();
    };
    const decision = guard.decide(honoInput(c.req));
    // Hono catches what is thrown here.
    return decision instanceof Promise ? decision.then(go) : go(decision);
  };

  async function answer(c: Context, error: AuthError, { status, headers, body }: Refusal): Promise<Response> {
    if (onRefused !== undefined) return onRefused(error, c);
    return c.body(JSON.stringify(body), status as ContentfulStatusCode, { ...headers });
  }
}

/** What {@link toHandler} may be told. */
export interface HandlerOptions {
  /** The address of the other end; that of the connection under `@hono/node-server` where it is not given. */
  readonly address?: (c: Context) => string | undefined;
}

/** A handler for `app.all`, and for `app.mount`, which calls it with a request and the bindings. */
export type HonoHandler = (target: Context | Request, more?: unknown) => Promise<Response>;

/**
 * All routes of an auth as one handler, at the path of the auth's URL. It rejects with a `TypeError` where the body was read before. Where no
 * address is known, log-ins are limited by account alone, and a process warning says so once.
 *
 * @example
 * app.all("/auth/*", toHandler(auth));
 */
export function toHandler(auth: Embeddable, { address }: HandlerOptions = {}): HonoHandler {
  const handler = toFetchHandler(auth);
  return (target, bindings) => {
    if (!("req" in target)) return handler(target, { address: connectionAddress(bindings) });
    return handler(target.req.raw, { address: address?.(target) ?? connectionAddress(target.env) });
  };
}

function connectionAddress(bindings: unknown): string | undefined {
  const { incoming } = (bindings ?? {}) as {
    readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
  };
  return incoming?.socket?.remoteAddress;
}
