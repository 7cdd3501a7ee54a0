import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { cors } from "hono/cors";
import type { AuthServer } from "latchkey";
import { authOf, type Embeddable, requireToken, toHandler } from "latchkey/hono";
import { describe, expect, it } from "vitest";
import { describeAdapter } from "./adapter-contract.js";
import { askServer } from "./ask-server.js";
import { mint, ROUTES } from "./guard-routes.js";
import { listen, serve } from "./node-hosts.js";

const listenerOf = (app: Hono): RequestListener => getRequestListener(app.fetch, { overrideGlobalObjects: false });

function withTodos(app: Hono, auth: AuthServer): RequestListener {
  app.on(["GET", "POST"], "/todos", requireToken(auth), async (c) => {
    const { identity, location } = c.var.auth;
    return c.json({ user: identity, location, ...(c.req.method === "POST" && { body: await c.req.json() }) });
  });
  return listenerOf(app);
}

describeAdapter("Hono", { open: serve((auth) => withTodos(new Hono().all("/auth/*", toHandler(auth)), auth)) });
describeAdapter("Hono, where the auth is mounted", {
  open: serve((auth) => withTodos(new Hono().mount("/auth", toHandler(auth), { replaceRequest: false }), auth)),
});

const [{ protector }] = ROUTES;
const headers = { authorization: `Bearer ${mint()}` };

describe("requireToken of latchkey/hono", () => {
  it("stands before many routes, and leaves who is calling for c.get and authOf", async () => {
    const app = new Hono<{ Variables: { auth: unknown } }>();
    app.use("/todos/*", requireToken(protector));
    app.get("/todos/:id", (c) => c.json({ user: authOf(c).identity, same: c.get("auth") === authOf(c) }));
    app.get("/open", (c) => {
      expect(() => authOf(c)).toThrow(TypeError);
      return c.json({ auth: c.get("auth") ?? null });
    });
    const port = await listen(() => listenerOf(app as never));
    expect((await askServer(port, "/todos/7", { headers })).body).toEqual({ user: "42", same: true });
    expect((await askServer(port, "/todos/7")).status).toBe(401);
    expect((await askServer(port, "/open", { headers })).body).toEqual({ auth: null });
  });

  it("refuses with the headers that other middleware has set", async () => {
    const app = new Hono();
    app.use(cors({ origin: "https://app.example.com" }));
    app.get("/todos", requireToken(protector), (c) => c.json({}));
    const port = await listen(() => listenerOf(app));
    const answer = await askServer(port, "/todos", { headers: { origin: "https://app.example.com" } });
    expect([answer.status, answer.body.code]).toEqual([401, "token_required"]);
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });

  it("looks at a copy of a body, of 1 MiB at most, and at all of one that a handler has read before", async () => {
    const guard = requireToken(protector, { locations: "json", optional: true });
    const app = new Hono();
    app.post("/copy", guard, async (c) =>
      c.json({ user: c.var.auth?.identity ?? null, length: (await c.req.text()).length }),
    );
    app.use("/read", async (c, next) => {
      await c.req.json();
      return next();
    });
    app.post("/read", guard, async (c) =>
      c.json({ user: c.var.auth?.identity ?? null, length: (await c.req.text()).length }),
    );
    const port = await listen(() => listenerOf(app));
    const send = (path: string, size: number) => {
      const body = JSON.stringify({ access_token: mint(), filler: "x".repeat(size) });
      return askServer(port, path, { method: "POST", headers: { "content-type": "application/json" }, body });
    };
    expect((await send("/copy", 1_000_000)).body.user).toBe("42");
    const long = await send("/copy", 1_100_000);
    expect([long.body.user, (long.body.length as number) > 1_100_000]).toEqual([null, true]);
    expect((await send("/read", 1_100_000)).body.user).toBe("42");
  });

  it("takes the header of a request that middleware has put in the place of the first", async () => {
    const app = new Hono();
    app.use((c, next) => {
      c.req.raw = new Request(c.req.url, { headers });
      return next();
    });
    app.get("/todos", requireToken(protector), (c) => c.json({ user: c.var.auth.identity }));
    const port = await listen(() => listenerOf(app));
    expect((await askServer(port, "/todos")).body.user).toBe("42");
  });
});

describe("toHandler of latchkey/hono", () => {
  const mirror: Embeddable = { handler: async (_request, info) => Response.json({ address: info?.address ?? null }) };

  it("tells the address of the connection, or what it is told to ask", async () => {
    const app = new Hono();
    app.all("/auth/*", toHandler(mirror));
    app.mount("/mounted", toHandler(mirror), { replaceRequest: false });
    app.all("/proxied/*", toHandler(mirror, { address: (c) => c.req.header("x-address") }));
    const port = await listen(() => listenerOf(app));
    const sent = { headers: { "x-address": "192.0.2.7" } };
    expect((await askServer(port, "/auth/me", sent)).body.address).toBe("127.0.0.1");
    expect((await askServer(port, "/mounted/me", sent)).body.address).toBe("127.0.0.1");
    expect((await askServer(port, "/proxied/me", sent)).body.address).toBe("192.0.2.7");
    expect(await (await app.request("/auth/me")).json()).toEqual({ address: null });
  });

  it.each([undefined, null, {}, Promise.resolve(mirror)])("wants an auth, and not %j", (auth) => {
    expect(() => toHandler(auth as Embeddable)).toThrow(TypeError);
  });
});
