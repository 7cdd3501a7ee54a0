import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { getRequestListener } from "@hono/node-server";
import type { RequestHandler } from "express";
import express from "express";
import express4 from "express4";
import Fastify from "fastify";
import { type Context, Hono } from "hono";
import * as expressDoor from "latchkey/express";
import * as fastifyDoor from "latchkey/fastify";
import * as fetchDoor from "latchkey/fetch";
import * as honoDoor from "latchkey/hono";
import * as nodeDoor from "latchkey/node";
import { askServer } from "./ask-server.js";
import type { GuardHost } from "./guard-contract.js";
import { callerOf, FAULT, type GuardRoute, ROUTES } from "./guard-routes.js";
import { closeAfterwards, listen } from "./node-hosts.js";

const later = () => new Promise(setImmediate);

/** Serves the routes of the contract on a port of the loopback. */
export function serveGuard(application: () => RequestListener | Promise<RequestListener>) {
  return async (): Promise<GuardHost> => {
    const port = await listen(application);
    return { authority: `127.0.0.1:${port}`, ask: (path, sent) => askServer(port, path, sent) };
  };
}

/** A body as these applications read it: JSON, or the fields of a form. */
function parsed(type: string | null | undefined, body: string): unknown {
  if (body === "") return undefined;
  if (type?.startsWith("application/x-www-form-urlencoded")) return fieldsOf(body);
  return type?.startsWith("application/json") ? JSON.parse(body) : body;
}

function fieldsOf(body: string): object {
  const form = new URLSearchParams(body);
  // As most parsers: a name that comes twice has a list.
  const oneOrAll = (values: readonly string[]) => (values.length > 1 ? values : values[0]);
  return Object.fromEntries([...form.keys()].map((name) => [name, oneOrAll(form.getAll(name))]));
}

async function fault(): Promise<never> {
  await later();
  throw new Error(FAULT);
}

function nodeGuard({ protector, options, onRefused }: GuardRoute): nodeDoor.Middleware {
  type OnRefused = NonNullable<nodeDoor.RequireTokenOptions["onRefused"]>;
  const answers: OnRefused = ({ code }, _request, response) => response.writeHead(418).end(code);
  const kinds: Record<string, OnRefused> = {
    answers,
    "answers later": async (...given) => {
      await later();
      answers(...given);
    },
    throws: () => {
      throw new Error(FAULT);
    },
    rejects: fault,
  };
  const answer = onRefused && kinds[onRefused];
  return nodeDoor.requireToken(protector, { ...options, ...(answer && { onRefused: answer }) });
}

/** A server of `node:http` that reads bodies before it asks who is calling. */
export function nodeApplication(): RequestListener {
  const guards = new Map(ROUTES.map((route) => [route.path, nodeGuard(route)]));
  return async (request, response) => {
    const fail = ({ message }: Error) => response.writeHead(599).end(message);
    try {
      const body = parsed(request.headers["content-type"], await text(request));
      Object.assign(request, { body });
      const guard = guards.get(new URL(request.url ?? "", "http://localhost").pathname);
      guard?.(request, response, (error) => {
        if (error !== undefined) return fail(error);
        response.setHeader("content-type", "application/json");
        const { auth } = request as { auth?: nodeDoor.Auth };
        response.end(JSON.stringify({ ...callerOf(nodeDoor.findAuth(request), auth), body }));
      });
    } catch {
      response.writeHead(400).end();
    }
  };
}

function expressGuard({ protector, options, onRefused }: GuardRoute): RequestHandler {
  type OnRefused = NonNullable<expressDoor.RequireTokenOptions["onRefused"]>;
  const kinds: Record<string, OnRefused> = {
    answers: ({ code }, _request, response) => response.status(418).send(code),
    "answers later": async ({ code }, _request, response) => {
      await later();
      response.status(418).send(code);
    },
    throws: () => {
      throw new Error(FAULT);
    },
    rejects: fault,
  };
  const answer = onRefused && kinds[onRefused];
  return expressDoor.requireToken(protector, { ...options, ...(answer && { onRefused: answer }) });
}

/** An application of Express, of this version or the one before. */
export function expressApplication(framework: typeof express): RequestListener {
  const app = framework();
  app.use(framework.json({ limit: "200kb" }), framework.urlencoded({ extended: true }));
  for (const route of ROUTES) {
    app.all(route.path, expressGuard(route), (request, response) => {
      response.json({ ...callerOf(expressDoor.findAuth(request), request.auth), body: request.body });
    });
  }
  return app.use(((error, _request, response, _next) => {
    response.status(error.status ?? 599).send(error.status ? "" : error.message);
  }) satisfies express.ErrorRequestHandler);
}

export const expressFive = (): RequestListener => expressApplication(express);
export const expressFour = (): RequestListener => expressApplication(express4 as unknown as typeof express);

function fastifyGuard({ protector, options, onRefused }: GuardRoute): fastifyDoor.Hook {
  type OnRefused = NonNullable<fastifyDoor.RequireTokenOptions["onRefused"]>;
  const kinds: Record<string, OnRefused> = {
    answers: ({ code }, _request, reply) => reply.code(418).send(code),
    // What it gives is sent, as of a handler.
    "answers later": async ({ code }, _request, reply) => {
      await later();
      reply.code(418);
      return code;
    },
    throws: () => {
      throw new Error(FAULT);
    },
    rejects: fault,
  };
  const answer = onRefused && kinds[onRefused];
  return fastifyDoor.requireToken(protector, { ...options, ...(answer && { onRefused: answer }) });
}

/** An application of Fastify, whose guards are hooks after its parsers. */
export async function fastifyApplication(): Promise<RequestListener> {
  const app = Fastify({ exposeHeadRoutes: false });
  closeAfterwards(() => app.close());
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) => {
    done(null, fieldsOf(String(body)));
  });
  app.setErrorHandler<Error & { statusCode?: number }>(({ statusCode, message }, _request, reply) => {
    reply.code(statusCode ?? 599).send(statusCode ? "" : message);
  });
  for (const route of ROUTES) {
    app.all(route.path, { preHandler: fastifyGuard(route) }, async (request) => ({
      ...callerOf(fastifyDoor.findAuth(request), request.auth),
      body: request.body,
    }));
  }
  await app.ready();
  return (request, response) => app.routing(request, response);
}

function honoGuard({ protector, options, onRefused }: GuardRoute) {
  type OnRefused = NonNullable<honoDoor.RequireTokenOptions["onRefused"]>;
  const kinds: Record<string, OnRefused> = {
    answers: ({ code }, c) => c.text(code, 418),
    "answers later": async ({ code }, c) => {
      await later();
      return c.text(code, 418);
    },
    throws: () => {
      throw new Error(FAULT);
    },
    rejects: fault,
  };
  const answer = onRefused && kinds[onRefused];
  return honoDoor.requireToken(protector, { ...options, ...(answer && { onRefused: answer }) });
}

/** An application of Hono; what it has read before the guards, or reads after them. */
export function honoApplication(readsFirst: boolean): RequestListener {
  const app = new Hono();
  app.onError(({ message }, c) => c.text(message, 599 as 500));
  if (readsFirst) {
    app.use(async (c, next) => {
      await (c.req.header("content-type")?.startsWith("application/json")
        ? c.req.json().catch(() => {})
        : c.req.text());
      return next();
    });
  }
  for (const route of ROUTES) {
    app.all(route.path, honoGuard(route), async (c: Context) => {
      const body = await c.req
        .text()
        .then((read) => ({ read: parsed(c.req.header("content-type"), read) }))
        .catch(() => undefined);
      if (body === undefined) return c.text("", 400);
      return c.json({ ...callerOf(honoDoor.findAuth(c), c.get("auth")), body: body.read });
    });
  }
  return getRequestListener(app.fetch, { overrideGlobalObjects: false });
}

function fetchGuard({ protector, options, onRefused }: GuardRoute) {
  type OnRefused = NonNullable<fetchDoor.RequireTokenOptions["onRefused"]>;
  const kinds: Record<string, OnRefused> = {
    answers: ({ code }) => new Response(code, { status: 418 }),
    "answers later": async ({ code }) => {
      await later();
      return new Response(code, { status: 418 });
    },
    throws: () => {
      throw new Error(FAULT);
    },
    rejects: fault,
  };
  const answer = onRefused && kinds[onRefused];
  return fetchDoor.requireToken(protector, { ...options, ...(answer && { onRefused: answer }) });
}

/** Fetch handlers behind a listener. */
export function fetchApplication(): RequestListener {
  const handle = async (request: Request) => {
    const body = await request
      .text()
      .then((read) => ({ read: parsed(request.headers.get("content-type"), read) }))
      .catch(() => undefined);
    if (body === undefined) return new Response(null, { status: 400 });
    return Response.json({ ...callerOf(fetchDoor.findAuth(request)), body: body.read });
  };
  const handlers = new Map(ROUTES.map((route) => [route.path, fetchGuard(route)(handle)]));
  return getRequestListener(
    async (request) => {
      const handler = handlers.get(new URL(request.url).pathname);
      try {
        return (await handler?.(request)) ?? new Response(null, { status: 404 });
      } catch (error) {
        return new Response((error as Error).message, { status: 599 });
      }
    },
    { overrideGlobalObjects: false },
  );
}
