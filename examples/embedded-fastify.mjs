// Accounts in a Fastify application of your own. Run it with: node examples/embedded-fastify.mjs
import Fastify from "fastify";
import { createAuth } from "latchkey";
import { authOf, requireToken, toHandler } from "latchkey/node";

const auth = await createAuth({ database: ":memory:", url: "http://localhost/auth" });
const handler = toHandler(auth);
const protect = requireToken(auth);

const app = Fastify();
app.register((scope, _options, done) => {
  // Latchkey reads the bodies of this scope itself.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
  scope.all("/auth/*", (request, reply) => {
    reply.hijack();
    return handler(request.raw, reply.raw);
  });
  done();
});
app.register((scope, _options, done) => {
  scope.addHook("onRequest", (request, reply, next) => protect(request.raw, reply.raw, next));
  scope.get("/todos", async (request) => ({ owner: authOf(request.raw).identity }));
  done();
});

const payload = { username: "ada", password: "four tall cranes by the lake" };
const { token, user_id } = (await app.inject({ method: "POST", url: "/auth/signup", payload })).json();
const headers = { authorization: `Bearer ${token}` };
console.log("ada's:", (await app.inject({ url: "/todos", headers })).json().owner === user_id);

await app.inject({ method: "DELETE", url: "/auth/token", headers });
const { code, reason } = (await app.inject({ url: "/todos", headers })).json();
console.log("refused:", code, reason);

await app.close();
await auth.close();
