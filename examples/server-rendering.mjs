// A page that the server renders for whoever is logged in, and a browser that visits it.
import { once } from "node:events";
import { createServer } from "node:http";
import { createAuth } from "latchkey";
import { createClient } from "latchkey/client";
import { toHandler } from "latchkey/node";
import { AuthProvider, RequireAuth, useAuth } from "latchkey/react";
import { createElement as h } from "react";
import { renderToString } from "react-dom/server";

const Hello = () => h("p", null, `Hello ${useAuth().user?.username}.`);
const App = ({ client }) =>
  h(AuthProvider, { client }, h(RequireAuth, { fallback: "Log in, please.", loading: "One moment." }, h(Hello)));

async function renderPage(request, response) {
  const { cookie = null, "sec-fetch-site": site } = request.headers;
  const client = createClient({
    url,
    // After a link on a foreign site the cookie does not come along: nothing is known then.
    ...(site !== "cross-site" && { cookies: cookie }),
    onSetCookie: (value) => response.appendHeader("Set-Cookie", value),
  });
  await client.ready;
  const html = renderToString(h(App, { client }));
  const state = JSON.stringify(client.state).replaceAll("<", "\\u003c");
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.setHeader("Cache-Control", "no-store");
  response.end(`<!doctype html>
<div id="root">${html}</div>
<script type="application/json" id="state">${state}</script>
<script type="module" src="/app.js"></script>`);
}

// One host for both: the pages, and the auth under /auth.
const server = createServer((request, response) => {
  if (request.url.startsWith("/auth/")) return void answerAuth(request, response);
  renderPage(request, response).catch(() => response.destroy());
}).listen(0, "localhost");
await once(server, "listening");
const origin = `http://localhost:${server.address().port}`;
const url = `${origin}/auth`;
const auth = await createAuth({ database: ":memory:", url, log: () => {} });
const answerAuth = toHandler(auth);

// What a browser would do.
let cookie;
const ask = async (path, { headers, ...init } = {}) => {
  const isForeign = headers?.["sec-fetch-site"] === "cross-site";
  const sent = { origin, ...(cookie && !isForeign && { cookie }), ...headers };
  const response = await fetch(origin + path, { ...init, headers: sent });
  for (const value of response.headers.getSetCookie()) cookie = value.split(";")[0];
  return response;
};
const visit = async (how, headers) => {
  const html = await (await ask("/", { headers })).text();
  const [, text] = /<div id="root">(.*)<\/div>/.exec(html);
  const [, state] = /id="state">(.*)<\/script>/.exec(html);
  console.log(`${how}: ${JSON.parse(state).status}, ${text}`);
};

const account = { username: "ada", password: "four tall cranes by the lake" };
const { id } = await auth.users.add(account);
await visit("a first visit");
await ask("/auth/token", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ ...account, transport: "cookie" }),
});
await visit("after the log-in");
await visit("a reload");
await visit("by a link on a foreign site", { "sec-fetch-site": "cross-site" });
await auth.sessions.endAll(id);
await visit("after a log-out on another device");
const refused = await ask("/auth/token/refresh", { method: "POST" });
console.log("refused:", (await refused.json()).code);

server.close();
await auth.close();
