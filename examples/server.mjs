// The whole server without a port: sign up, who am I, refresh, log out. Run it with: node examples/server.mjs
import { createAuth } from "latchkey";

const url = "http://localhost:4000";
const auth = await createAuth({ database: ":memory:", url });

const call = async (method, path, { body, token } = {}) => {
  const headers = {
    ...(body && { "content-type": "application/json" }),
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const response = await auth.handler(new Request(url + path, { method, headers, body: body && JSON.stringify(body) }));
  return { status: response.status, body: response.status === 204 ? null : await response.json() };
};

const credentials = { username: "ada", password: "four tall cranes by the lake" };
const signedUp = await call("POST", "/signup", { body: credentials });
console.log("signed up:", signedUp.status);

const { token, refresh_token } = signedUp.body;
console.log("me:", (await call("GET", "/me", { token })).body.username);

const refreshed = await call("POST", "/token/refresh", { body: { refresh_token } });
console.log("refreshed:", refreshed.status);

console.log("logged out:", (await call("DELETE", "/token", { token })).status);
for (const old of [token, refreshed.body.token]) {
  const { code, reason } = (await call("GET", "/me", { token: old })).body;
  console.log("refused:", code, reason);
}
await auth.close();
