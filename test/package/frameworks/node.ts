// What a user of node:http writes: compiled and run against the packed package, in a project that has no framework.
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type Auth, authOf, findAuth, type Middleware, type Protector, requireToken, toHandler } from "latchkey/node";
import { tryRoutes, verifier } from "./try-routes.js";

export function application(protector: Protector): RequestListener {
  const guards: Readonly<Record<string, Middleware>> = {
    "/me": requireToken(protector, {
      onRefused: (error, _request, response) => response.writeHead(401).end(JSON.stringify({ code: error.code })),
    }),
    "/optional": requireToken(protector, { optional: true }),
  };
  // @ts-expect-error There is no such option.
  void (() => requireToken(protector, { optional: true, role: "admin" }));
  // @ts-expect-error An auth is wanted.
  void (() => toHandler(protector));
  return (request, response) => {
    const guard = guards[request.url ?? ""];
    if (guard === undefined) return response.writeHead(404).end();
    guard(request, response, (error) => {
      if (error) return response.writeHead(500).end();
      const auth: Auth | undefined = request.url === "/me" ? authOf(request) : findAuth(request);
      response.end(JSON.stringify({ user: auth?.identity }));
    });
  };
}

async function main(): Promise<void> {
  const server = createServer(application(verifier)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await tryRoutes((path, headers) => fetch(`http://127.0.0.1:${port}${path}`, { headers }));
  server.close();
  server.closeAllConnections();
}

void main();
