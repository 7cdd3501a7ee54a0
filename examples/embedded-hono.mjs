// Accounts in a Hono application of your own. Run it with: node examples/embedded-hono.mjs
import { once } from "node:events";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createAuth } from "latchkey";
import { requireToken, toHandler } from "latchkey/hono";

const auth = await createAuth({ database: ":memory:", url: "http://localhost/auth" });
const app = new Hono();
app.all("/auth/*", toHandler(auth));
app.get("/todos", requireToken(auth), (c) => c.json({ owner: c.var.auth.identity }));

const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
if (!server.listening) await once(server, "listening");
const at = `http://127.0.0.1:${server.address().port}`;

const signUp = await fetch(`${at}/auth/signup`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ username: "ada", password: "four tall cranes by the lake" }),
});
const { token, user_id } = await signUp.json();
const headers = { authorization: `Bearer ${token}` };
const todos = await fetch(`${at}/todos`, { headers });
console.log("ada's:", (await todos.json()).owner === user_id);

await fetch(`${at}/auth/token`, { method: "DELETE", headers });
const { code, reason } = await (await fetch(`${at}/todos`, { headers })).json();
console.log("refused:", code, reason);

server.close();
await auth.close();
