// The same protected route in Express, Fastify, Hono, node:http and a fetch handler. Run it with: node examples/protecting-routes.mjs
import { once } from "node:events";
import { createServer } from "node:http";
import { serve } from "@hono/node-server";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import * as inExpress from "latchkey/express";
import * as inFastify from "latchkey/fastify";
import * as inFetch from "latchkey/fetch";
import * as inHono from "latchkey/hono";
import * as inNode from "latchkey/node";
import { createIssuer, createRevocations, createVerifier, generateKey } from "latchkey/tokens";

const names = { issuer: "https://auth.example.com", audience: "todo-api", profile: "jwt" };
const key = generateKey({ alg: "ES256" });
const issuer = createIssuer({ ...names, keys: [key] });
const revocations = createRevocations();
const verifier = createVerifier({ ...names, keys: [key.public], revocations });

const onlyEditors = { roles: ["editor", "admin"], locations: ["header", "cookie"] };

const applications = {
  async Express() {
    const app = express();
    app.get("/todos", inExpress.requireToken(verifier, onlyEditors), (request, response) => {
      response.json({ user: request.auth.identity });
    });
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
  },

  async Fastify() {
    const app = Fastify({ forceCloseConnections: true });
    app.get("/todos", { onRequest: inFastify.requireToken(verifier, onlyEditors) }, async (request) => ({
      user: request.auth.identity,
    }));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return app.server;
  },

  async Hono() {
    const app = new Hono();
    app.get("/todos", inHono.requireToken(verifier, onlyEditors), (c) => c.json({ user: c.var.auth.identity }));
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    if (!server.listening) await once(server, "listening");
    return server;
  },

  async "node:http"() {
    const protect = inNode.requireToken(verifier, onlyEditors);
    const server = createServer((request, response) => {
      protect(request, response, (error) => {
        if (error) return response.writeHead(500).end();
        response.end(JSON.stringify({ user: inNode.authOf(request).identity }));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
  },

  async fetch() {
    const todos = inFetch.requireToken(
      verifier,
      onlyEditors,
    )((request) => Response.json({ user: inFetch.authOf(request).identity }));
    const server = serve({ fetch: todos, port: 0, hostname: "127.0.0.1" });
    if (!server.listening) await once(server, "listening");
    return server;
  },
};

const editor = issuer.mint({ sub: "ada", roles: ["editor"], csrf: "a value that only the page has" });
const reader = issuer.mint({ sub: "eve", roles: ["reader"] });
const bearer = (token) => ({ authorization: `Bearer ${token}` });
const cookie = { cookie: `access_token_cookie=${editor}` };

for (const [name, start] of Object.entries(applications)) {
  const server = await start();
  const ask = async (method, headers) => {
    const response = await fetch(`http://127.0.0.1:${server.address().port}/todos`, { method, headers });
    const { user, code } = await response.json();
    return `${response.status} ${user ?? code}`;
  };
  console.log(
    `${name}:`,
    [
      await ask("GET", {}),
      await ask("GET", bearer("a.b.c")),
      await ask("GET", bearer(reader)),
      await ask("GET", bearer(editor)),
      await ask("GET", cookie),
    ].join(", "),
  );
  server.close();
  server.closeAllConnections();
}

revocations.add({ token: verifier.verifySync(editor).jti });
const server = await applications.Express();
const answer = await fetch(`http://127.0.0.1:${server.address().port}/todos`, { headers: bearer(editor) });
const { code, reason } = await answer.json();
console.log("refused:", code, reason);
server.close();
server.closeAllConnections();
