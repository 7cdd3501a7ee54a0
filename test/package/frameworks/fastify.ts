// What a user of Fastify writes: compiled and run against the packed package, in a project that has no other framework.
import Fastify, { type FastifyInstance, type FastifyTypeProvider, type preHandlerHookHandler } from "fastify";
import { type Auth, authOf, findAuth, type Protector, requireToken, toHandler } from "latchkey/fastify";
import { tryRoutes, verifier } from "./try-routes.js";

/** As the type providers of schema libraries. */
interface Provider extends FastifyTypeProvider {
  validator: this["schema"] extends { readonly static: infer Static } ? Static : unknown;
  serializer: this["validator"];
}

export function application(protector: Protector): FastifyInstance {
  const app = Fastify();
  const protect = requireToken(protector, {
    onRefused: (error, request, reply) => reply.code(401).send({ code: error.code, path: request.url }),
  });
  const inBody: preHandlerHookHandler = requireToken(protector, { locations: ["json", "header"] });

  app.get("/me", { onRequest: protect }, async (request) => {
    const auth: Auth = authOf(request);
    const exposed: string | undefined = request.auth?.identity;
    return { user: exposed === auth.identity ? exposed : "somebody else" };
  });
  app.get("/optional", { preHandler: requireToken(protector, { optional: true }) }, async (request) => ({
    user: findAuth(request)?.identity,
  }));
  app.post("/todos", { preHandler: [inBody] }, async () => ({}));
  app.get<{ Params: { id: string }; Querystring: { page: number } }>(
    "/todos/:id",
    { onRequest: [requireToken(protector, { roles: ["editor"] })] },
    async (request) => ({ id: request.params.id, page: request.query.page }),
  );
  app
    .withTypeProvider<Provider>()
    .post(
      "/typed",
      { preHandler: inBody, schema: { body: {} as { readonly static: { readonly title: string } } } },
      async (request) => {
        const title: string = request.body.title;
        return { title };
      },
    );
  app.register((scope, _options, done) => {
    scope.addHook("onRequest", requireToken(protector));
    scope.addHook("preHandler", requireToken(protector));
    done();
  });
  // @ts-expect-error There is no such option.
  void (() => requireToken(protector, { optional: true, role: "admin" }));
  // @ts-expect-error An auth is wanted.
  void (() => app.register(toHandler(protector), { prefix: "/auth" }));
  return app;
}

async function main(): Promise<void> {
  const app = application(verifier);
  const at = await app.listen({ port: 0, host: "127.0.0.1" });
  await tryRoutes((path, headers) => fetch(at + path, { headers: { ...headers, connection: "close" } }));
  await app.close();
}

void main();
