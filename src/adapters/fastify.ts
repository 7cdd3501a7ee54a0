import { Buffer } from "node:buffer";
import type { FastifyPluginCallback, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify";
import type { AuthError } from "../errors/auth-error.js";
import { after } from "../guard/after.js";
import type { Auth } from "../guard/auth.js";
import { splitGuardOptions } from "../guard/guard-options.js";
import type { Protector } from "../guard/protector.js";
import { createMiddleware, type MiddlewareHost, type MiddlewareOptions } from "./create-middleware.js";
import type { Embeddable } from "./embeddable.js";
import { toHandler as toListener } from "./node-handler.js";
import { nodeInput } from "./node-input.js";

export { authOf, findAuth } from "../guard/auth.js";
export type { Auth, AuthError, Embeddable, Protector };

declare module "fastify" {
  interface FastifyRequest {
    /** Who is calling, on a route with `requireToken`; `undefined` for nobody, where that is allowed. */
    auth?: Auth | undefined;
  }
}

/** A hook for `onRequest`, or for `preHandler`, where bodies are looked into. */
export type Hook = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void;

/**
 * The options of {@link requireToken}: what the route wants, and `onRefused`, which answers refusals instead of the guard: it sends the reply, or
 * gives what is to be sent, or a promise of it, or calls `done`.
 */
export type RequireTokenOptions = MiddlewareOptions<FastifyRequest, FastifyReply, HookHandlerDoneFunction>;

type OnRefused = NonNullable<RequireTokenOptions["onRefused"]>;

const HOST: MiddlewareHost<FastifyRequest, FastifyReply> = {
  input: (request) => nodeInput(request.raw, request),
  refuse: (reply, { status, headers, body }) => {
    // Fastify adds a charset to the type of a text, which RFC 8259 has none of.
    reply
      .code(status)
      .headers(headers)
      .send(Buffer.from(JSON.stringify(body)));
  },
};

/**
 * Protects the routes whose hook it is: goes on for a good access token only, and `request.auth` and `authOf(request)` tell who is calling.
 * Everybody else gets a problem document. What is not a refusal goes to the error handler.
 *
 * @example
 * app.get("/todos", { onRequest: requireToken(auth) }, async (request) => ({ user: authOf(request).identity }));
 */
export function requireToken<C extends Auth["claims"]>(
  protector: Protector<C>,
  options: RequireTokenOptions = {},
): Hook {
  const { onRefused, route } = splitGuardOptions(options);
  return createMiddleware(HOST, protector, { ...route, ...(onRefused && { onRefused: sending(onRefused) }) });
}

function sending(onRefused: OnRefused): OnRefused {
  return (error, request, reply, done) => {
    const given = onRefused(error, request, reply, done);
    // A reply can be awaited, but nobody has to wait for it here.
    if (given === reply) return undefined;
    return after(given, (value) => {
      if (value !== undefined && value !== reply && !reply.sent) reply.send(value);
    });
  };
}

/**
 * All routes of an auth as a plugin; its `prefix` is the path of the auth's URL. Headers that hooks before it have put on the reply are on its answers.
 *
 * @example
 * app.register(toHandler(auth), { prefix: "/auth" });
 */
export function toHandler(auth: Embeddable): FastifyPluginCallback {
  const listener = toListener(auth);
  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    reply.hijack();
    return listener(request.raw, reply.raw);
  };
  return (scope, _options, done) => {
    // The auth reads its bodies itself.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    scope.all("/", answer);
    scope.all("/*", answer);
    done();
  };
}
