// Accounts in a Hono application of your own; any framework of Request and Response goes the same way. Run it with: node examples/embedded-hono.mjs
import { Hono } from "hono";
import { createAuth } from "latchkey";
import { authOf, requireToken, toHandler } from "latchkey/fetch";

const auth = await createAuth({ database: ":memory:", url: "http://localhost/auth" });
const handler = toHandler(auth);
const protect = requireToken(auth);

const app = new Hono();
app.all("/auth/*", (c) => handler(c.req.raw));
app.get("/todos", (c) => protect((request) => c.json({ owner: authOf(request).identity }))(c.req.raw));

const signUp = await app.request("/auth/signup", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ username: "ada", password: "seven wild geese at dawn" }),
});
const { token, user_id } = await signUp.json();
const headers = { authorization: `Bearer ${token}` };
const todos = await app.request("/todos", { headers });
console.log("ada's:", (await todos.json()).owner === user_id);

await app.request("/auth/token", { method: "DELETE", headers });
const { code, reason } = await (await app.request("/todos", { headers })).json();
console.log("refused:", code, reason);

await auth.close();
