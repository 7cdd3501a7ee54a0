import express from "express";
import express4 from "express4";
import { authOf, type Embeddable, findAuth, requireToken, toHandler } from "latchkey/express";
import { requireToken as requireNodeToken } from "latchkey/node";
import { describe, expect, it } from "vitest";
import { describeAdapter } from "./adapter-contract.js";
import { askServer } from "./ask-server.js";
import { mint, ROUTES } from "./guard-routes.js";
import { expressApplication, listen, parsingExpressApplication, serve } from "./node-hosts.js";

describeAdapter("Express", { open: serve(expressApplication) });
describeAdapter("Express behind express.json()", { open: serve(parsingExpressApplication), parsesJson: true });

const [{ protector }] = ROUTES;
const good = { headers: { authorization: `Bearer ${mint()}` } };

describe("latchkey/express", () => {
  it("knows its own auth from what others leave at request.auth", async () => {
    const port = await listen(() => {
      const app = express();
      app.use((request, _response, next) => {
        Object.assign(request, { auth: { user: "root", identity: "root", claims: {}, location: "header" } });
        next();
      });
      app.get("/unguarded", (request, response) => {
        expect(() => findAuth(request)).toThrow(TypeError);
        response.json({});
      });
      app.get("/guarded", requireToken(protector), (request, response) => {
        response.json({ user: authOf(request).identity });
      });
      app.get("/nobody", requireToken(protector, { optional: true }), (request, response) => {
        response.json({ user: findAuth(request)?.identity ?? null, auth: request.auth ?? null });
      });
      return app;
    });
    expect((await askServer(port, "/unguarded", good)).status).toBe(200);
    expect((await askServer(port, "/guarded", good)).body.user).toBe("42");
    expect((await askServer(port, "/nobody")).body).toEqual({ user: null, auth: null });
  });

  it("tells what the last guard on the way has said, of whichever door", async () => {
    const optional = requireToken(protector, { optional: true, locations: "query" });
    const ways = [
      [requireToken(protector), optional],
      [optional, requireToken(protector)],
      [requireNodeToken(protector), optional],
      [optional, requireNodeToken(protector)],
    ];
    const port = await listen(() => {
      const app = express();
      for (const [index, handlers] of ways.entries()) {
        app.get(`/${index}`, ...handlers, (request, response) => {
          response.json({ user: findAuth(request)?.identity ?? null, exposed: request.auth?.identity ?? null });
        });
      }
      return app;
    });
    const said = await Promise.all(ways.map((_, index) => askServer(port, `/${index}`, good)));
    expect(said.map(({ body }) => body.user)).toEqual([null, "42", null, "42"]);
    expect(said.map(({ body }) => body.exposed)).toEqual([null, "42", null, "42"]);
  });

  it("protects a whole router, under the path that it is mounted at", async () => {
    const port = await listen(() => {
      const router = express.Router().use(requireToken(protector, { locations: ["query", "header"] }));
      router.get("/todos", (request, response) => void response.json({ user: authOf(request).identity }));
      return express().use("/api", router);
    });
    expect((await askServer(port, `/api/todos?jwt=${mint({ sub: "7" })}`)).body.user).toBe("7");
    expect((await askServer(port, "/api/todos")).status).toBe(401);
    expect((await askServer(port, "/todos")).status).toBe(404);
  });

  it("has all routes of an auth under Express 4 too, with their whole path", async () => {
    const mirror: Embeddable = {
      handler: async (request) => Response.json({ path: new URL(request.url).pathname, body: await request.text() }),
    };
    const port = await listen(() => express4().use(express4.json()).use("/auth", toHandler(mirror)));
    const sent = { method: "POST", headers: { "content-type": "application/json" }, body: '{"a":1}' };
    expect((await askServer(port, "/auth/token", sent)).body).toEqual({ path: "/auth/token", body: '{"a":1}' });
  });
});
