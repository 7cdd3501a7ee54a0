// Accounts in a Fastify application of your own. Run it with: node examples/embedded-fastify.mjs
import Fastify from "fastify";
import { createAuth } from "latchkey";
import { authOf, requireToken, toHandler } from "latchkey/fastify";

const auth = await createAuth({ database: ":memory:", url: "http://localhost/auth" });

const app = Fastify();
app.register(toHandler(auth), { prefix: "/auth" });
app.get("/todos", { onRequest: requireToken(auth) }, async (request) => ({ owner: authOf(request).identity }));

const payload = { username: "ada", password: "four tall cranes by the lake" };
const { token, user_id } = (await app.inject({ method: "POST", url: "/auth/signup", payload })).json();
const headers = { authorization: `Bearer ${token}` };
console.log("ada's:", (await app.inject({ url: "/todos", headers })).json().owner === user_id);

await app.inject({ method: "DELETE", url: "/auth/token", headers });
const { code, reason } = (await app.inject({ url: "/todos", headers })).json();
console.log("refused:", code, reason);

await app.close();
await auth.close();
