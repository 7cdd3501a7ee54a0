import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import express from "express";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { AuthServer } from "latchkey";
import * as expressDoor from "latchkey/express";
import * as fastifyDoor from "latchkey/fastify";
import { authOf, requireToken, toHandler } from "latchkey/node";
import { afterAll } from "vitest";
import { type Clock, openAuth } from "../http/open-auth.js";
import type { Host } from "./adapter-contract.js";
import { askServer } from "./ask-server.js";

const closings: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closings) await close();
});

/** Has something closed when the test file ends. */
export function closeAfterwards(close: () => Promise<unknown>): void {
  closings.push(close);
}

/** Listens on a free port of the loopback until the test file ends; the port is known before the listener is made. */
export async function listen(
  makeListener: (port: number) => Promise<RequestListener> | RequestListener,
): Promise<number> {
  const server: Server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  closings.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  server.on("request", await makeListener(port));
  return port;
}

/** A host whose application is made around an auth at its own port. */
export function serve(application: (auth: AuthServer) => Promise<RequestListener> | RequestListener) {
  return async (clock: Clock): Promise<Host> => {
    let url = "";
    const port = await listen(async (known) => {
      url = `http://localhost:${known}/auth`;
      return application((await openAuth({ url }, clock)).auth);
    });
    return { url, ask: (path, sent) => askServer(port, path, sent) };
  };
}

/** What the routes of an application answer about the caller. */
export function callerOf(request: object): { user: string; location: string } {
  const { identity, location } = authOf(request);
  return { user: identity, location };
}

export function nodeApplication(auth: AuthServer): RequestListener {
  const handler = toHandler(auth);
  const protect = requireToken(auth);
  return (request, response) => {
    if (request.url?.startsWith("/auth")) return void handler(request, response);
    protect(request, response, () => {
      void text(request).then((body) => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ ...callerOf(request), ...(body !== "" && { body: JSON.parse(body) }) }));
      });
    });
  };
}

export function expressApplication(auth: AuthServer): RequestListener {
  const app = express();
  app.use("/auth", expressDoor.toHandler(auth));
  app.use(express.json());
  withTodos(app, auth);
  return app;
}

export function parsingExpressApplication(auth: AuthServer): RequestListener {
  const app = express();
  app.use(express.json());
  app.all("/auth/{*path}", expressDoor.toHandler(auth));
  withTodos(app, auth);
  // The answer to a body that is no JSON, without the stack on the console.
  app.use(((error, _request, response, _next) => {
    response.status(error.status).end();
  }) satisfies express.ErrorRequestHandler);
  return app;
}

function withTodos(app: express.Express, auth: AuthServer): void {
  app.all("/todos", expressDoor.requireToken(auth), (request, response) => {
    response.json({ ...callerOf(request), body: request.body });
  });
}

export async function fastifyApplication(auth: AuthServer): Promise<RequestListener> {
  return fastify((app) => {
    app.register(fastifyDoor.toHandler(auth), { prefix: "/auth" });
    app.register((scope, _options, done) => {
      scope.addHook("onRequest", fastifyDoor.requireToken(auth));
      withTodosRoute(scope);
      done();
    });
  });
}

/** By the door of `node:http`, for a body that Fastify must parse itself. */
export async function parsingFastifyApplication(auth: AuthServer): Promise<RequestListener> {
  const handler = toHandler(auth);
  const protect = requireToken(auth);
  return fastify((app) => {
    app.all("/auth/*", (request, reply) => {
      reply.hijack();
      return handler(Object.assign(request.raw, { body: request.body }), reply.raw);
    });
    app.register((scope, _options, done) => {
      scope.addHook("onRequest", (request, reply, next) => protect(request.raw, reply.raw, next));
      withTodosRoute(scope, ({ raw }) => raw);
      done();
    });
  });
}

function withTodosRoute(scope: FastifyInstance, callerIn: (request: FastifyRequest) => object = (request) => request) {
  const todos = async (request: FastifyRequest) => ({ ...callerOf(callerIn(request)), body: request.body });
  scope.route({ method: ["GET", "POST"], url: "/todos", handler: todos });
}

async function fastify(build: (app: FastifyInstance) => void): Promise<RequestListener> {
  const app = Fastify();
  closeAfterwards(() => app.close());
  build(app);
  await app.ready();
  return (request, response) => app.routing(request, response);
}
