import Fastify, { type FastifyInstance } from "fastify";
import { authOf, type Embeddable, requireToken, toHandler } from "latchkey/fastify";
import { describe, expect, it } from "vitest";
import { describeAdapter } from "./adapter-contract.js";
import { askServer } from "./ask-server.js";
import { mint, ROUTES } from "./guard-routes.js";
import { closeAfterwards, fastifyApplication, listen, parsingFastifyApplication, serve } from "./node-hosts.js";

describeAdapter("Fastify", { open: serve(fastifyApplication) });
describeAdapter("Fastify behind its JSON parser", { open: serve(parsingFastifyApplication), parsesJson: true });

const [{ protector }] = ROUTES;
const headers = { authorization: `Bearer ${mint()}` };

function open(build: (app: FastifyInstance) => void): Promise<number> {
  return listen(async () => {
    const app = Fastify();
    closeAfterwards(() => app.close());
    build(app);
    await app.ready();
    return (request, response) => app.routing(request, response);
  });
}

/** Answers what it was asked. */
const mirror: Embeddable = {
  handler: async (request, info) => {
    const { pathname } = new URL(request.url);
    const answer = { pathname, method: request.method, body: await request.text(), address: info?.address };
    return Response.json(answer, { headers: { "x-own": "auth" } });
  },
};

describe("requireToken of latchkey/fastify", () => {
  it.each(["onRequest", "preParsing", "preValidation", "preHandler"] as const)("is a hook for %s", async (hook) => {
    const protect = requireToken(protector);
    const hooks =
      hook === "preParsing"
        ? {
            preParsing: (...[request, reply, , done]: Parameters<import("fastify").preParsingHookHandler>) =>
              protect(request, reply, done),
          }
        : { [hook]: protect };
    const port = await open((app) => {
      app.get("/todos", hooks, async (request) => ({
        user: authOf(request).identity,
        exposed: request.auth?.identity,
      }));
    });
    expect((await askServer(port, "/todos", { headers })).body).toEqual({ user: "42", exposed: "42" });
    expect((await askServer(port, "/todos")).body.code).toBe("token_required");
  });

  it("refuses through Fastify: headers of other hooks are on the answer, and onSend sees it", async () => {
    const port = await open((app) => {
      app.addHook("onRequest", (_request, reply, done) => {
        reply.header("access-control-allow-origin", "https://app.example.com");
        done();
      });
      app.addHook("onSend", (_request, reply, payload, done) => {
        reply.header("x-length", String(payload).length);
        done();
      });
      app.get("/todos", { onRequest: requireToken(protector) }, async () => ({}));
    });
    const { status, headers: answered, text, body } = await askServer(port, "/todos");
    expect([status, body.code, answered.get("content-type")]).toEqual([
      401,
      "token_required",
      "application/problem+json",
    ]);
    expect(answered.get("access-control-allow-origin")).toBe("https://app.example.com");
    expect([answered.get("x-length"), answered.get("content-length")]).toEqual([`${text.length}`, `${text.length}`]);
  });

  it("calls done, gives what to send, or sends it itself, in onRefused", async () => {
    const guards = {
      "/done": requireToken(protector, { onRefused: (_error, _request, _reply, done) => done() }),
      "/error": requireToken(protector, { onRefused: (error, _request, _reply, done) => done(error) }),
      "/gives": requireToken(protector, {
        onRefused: ({ code }, _request, reply) => {
          reply.code(418);
          return { code };
        },
      }),
      "/sends": requireToken(protector, {
        onRefused: async ({ code }, _request, reply) => reply.code(418).send({ code }),
      }),
      "/redirects": requireToken(protector, { onRefused: (_error, _request, reply) => reply.redirect("/login") }),
    };
    const port = await open((app) => {
      for (const [path, guard] of Object.entries(guards))
        app.get(path, { onRequest: guard }, async () => ({ code: "none" }));
      app.setErrorHandler<Error>((error, _request, reply) => reply.code(599).send({ code: error.message }));
    });
    const ask = async (path: string) => {
      const { status, body } = await askServer(port, path);
      return [status, body.code];
    };
    expect(await ask("/done")).toEqual([200, "none"]);
    expect(await ask("/error")).toEqual([599, "An access token is required."]);
    expect(await ask("/gives")).toEqual([418, "token_required"]);
    expect(await ask("/sends")).toEqual([418, "token_required"]);
    expect(await ask("/redirects")).toEqual([302, undefined]);
    for (const path of Object.keys(guards)) expect((await askServer(port, path, { headers })).body.code).toBe("none");
  });

  it("looks into no body before Fastify has parsed it", async () => {
    const guard = requireToken(protector, { locations: "json" });
    const port = await open((app) => {
      app.post("/early", { onRequest: guard }, async () => ({}));
      app.post("/late", { preHandler: guard }, async () => ({}));
    });
    const body = JSON.stringify({ access_token: mint() });
    const sent = { method: "POST", headers: { "content-type": "application/json" }, body };
    expect((await askServer(port, "/early", sent)).body.code).toBe("token_required");
    expect((await askServer(port, "/late", sent)).status).toBe(200);
  });
});

describe("toHandler of latchkey/fastify", () => {
  it("is a plugin: all below its prefix, with the body as it came, beside routes that parse theirs", async () => {
    const port = await open((app) => {
      app.register(toHandler(mirror), { prefix: "/auth" });
      app.post("/todos", async (request) => ({ body: request.body }));
    });
    const sent = { method: "POST", headers: { "content-type": "application/json" }, body: '{ "a": 1.0 }' };
    for (const path of ["/auth", "/auth/", "/auth/token", "/auth/me/sessions/7"]) {
      const { body } = await askServer(port, path, sent);
      expect(body).toEqual({ pathname: path, method: "POST", body: sent.body, address: "127.0.0.1" });
    }
    expect((await askServer(port, "/todos", sent)).body.body).toEqual({ a: 1 });
    expect((await askServer(port, "/elsewhere")).status).toBe(404);
  });

  it("takes a body that Fastify's own limit would refuse, and any type", async () => {
    const port = await open((app) => void app.register(toHandler(mirror), { prefix: "/auth" }));
    const text = "x".repeat(2_000_000);
    for (const type of ["text/plain", "application/json", "application/octet-stream"]) {
      const { status, body } = await askServer(port, "/auth/a", {
        method: "POST",
        headers: { "content-type": type },
        body: text,
      });
      expect([status, (body.body as string).length]).toEqual([200, text.length]);
    }
  });

  it("puts headers of hooks before it on the answers, beside the auth's own", async () => {
    const port = await open((app) => {
      app.addHook("onRequest", (_request, reply, done) => {
        reply.header("x-hook", "yes").header("set-cookie", ["a=1", "b=2"]);
        done();
      });
      app.register(toHandler(mirror), { prefix: "/auth" });
    });
    const { headers: answered } = await askServer(port, "/auth/me");
    expect([answered.get("x-hook"), answered.get("x-own"), answered.getSetCookie()]).toEqual([
      "yes",
      "auth",
      ["a=1", "b=2"],
    ]);
  });

  it("answers app.inject", async () => {
    const app = Fastify();
    app.register(toHandler(mirror), { prefix: "/auth" });
    const { statusCode, body } = await app.inject({ method: "POST", url: "/auth/token", payload: { a: 1 } });
    expect([statusCode, JSON.parse(body).body]).toEqual([200, '{"a":1}']);
    await app.close();
  });

  it.each([undefined, null, {}, Promise.resolve(mirror)])("wants an auth, and not %j", (auth) => {
    expect(() => toHandler(auth as Embeddable)).toThrow(TypeError);
  });
});
