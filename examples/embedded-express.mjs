// Accounts in an Express application of your own: routes under /auth, a protected route, an act as a method. Run it with: node examples/embedded-express.mjs
import { once } from "node:events";
import express from "express";
import { createAuth, isAuthError } from "latchkey";
import { authOf, requireToken, toHandler } from "latchkey/express";

const app = express();
const server = app.listen(0, "localhost");
await once(server, "listening");
const origin = `http://localhost:${server.address().port}`;
const auth = await createAuth({ database: ":memory:", url: `${origin}/auth` });

app.use("/auth", toHandler(auth));
app.use(express.json());
app.post("/todos", requireToken(auth), (request, response) => {
  response.status(201).json({ owner: authOf(request).identity, title: request.body.title });
});

const call = async (method, path, { body, token } = {}) => {
  const headers = {
    ...(body && { "content-type": "application/json" }),
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(origin + path, { method, headers, body: body && JSON.stringify(body) });
  return { status: response.status, body: response.status === 204 ? null : await response.json() };
};

const credentials = { username: "ada", password: "four tall cranes by the lake" };
const signedUp = await call("POST", "/auth/signup", { body: credentials });
const { token, user_id } = signedUp.body;
const todo = await call("POST", "/todos", { token, body: { title: "feed the geese" } });
console.log("made by ada:", todo.status, todo.body.title, todo.body.owner === user_id);

try {
  await auth.logIn({ ...credentials, password: "six wild geese at dawn" });
} catch (error) {
  if (!isAuthError(error)) throw error;
  console.log("not logged in:", error.code);
}

await call("DELETE", "/auth/token", { token });
const { code, reason } = (await call("POST", "/todos", { token, body: { title: "one more" } })).body;
console.log("refused:", code, reason);

server.close();
await auth.close();
