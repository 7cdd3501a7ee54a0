// What a user of Express writes: compiled and run against the packed package, in a project that has no other framework.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express, { type RequestHandler } from "express";
import { type Auth, type AuthError, authOf, findAuth, type Protector, requireToken, toHandler } from "latchkey/express";
import { tryRoutes, verifier } from "./try-routes.js";

const protect: RequestHandler = requireToken(verifier, {
  roles: ["editor", "admin"],
  onRefused: (error: AuthError, request, response, next) => {
    if (request.accepts("html")) response.status(401).json({ code: error.code });
    else next(error);
  },
});

const showUser: RequestHandler = (request, response) => {
  const auth: Auth = authOf(request);
  const exposed: string | undefined = request.auth?.identity;
  response.json({ user: exposed === auth.identity ? exposed : "somebody else" });
};

export function application(protector: Protector): express.Express {
  const app = express();
  app.use(express.json());
  app.get("/me", protect, showUser);
  app.get("/optional", requireToken(protector, { optional: true }), (request, response) => {
    response.json({ user: findAuth(request)?.identity });
  });
  app.get("/todos/:id", requireToken(protector, { scopes: ["todos:read"] }), (request, response) => {
    const id: string = request.params.id;
    response.json({ id });
  });
  app.use("/admin", requireToken(protector, { fresh: 300 }), express.Router());
  // @ts-expect-error There is no such option.
  void (() => requireToken(protector, { optional: true, role: "admin" }));
  // @ts-expect-error An auth is wanted.
  void (() => app.use("/auth", toHandler(protector)));
  return app;
}

async function main(): Promise<void> {
  const server = application(verifier).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await tryRoutes((path, headers) => fetch(`http://127.0.0.1:${port}${path}`, { headers }));
  server.close();
  server.closeAllConnections();
}

void main();
