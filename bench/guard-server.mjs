// One route of one framework, unprotected or behind one guard: node bench/guard-server.mjs FRAMEWORK GUARD PORT, with the secret in GUARD_SECRET.
import { createServer } from "node:http";
import { createVerifier, importKey } from "latchkey/tokens";

const [, , framework, guard, portText] = process.argv;
const port = Number(portText);
const host = "127.0.0.1";
const secret = Buffer.from(process.env.GUARD_SECRET, "base64url");
const key = importKey(secret, { alg: "HS256", kid: "bench" });
const verifier = createVerifier({ keys: [key], profile: "jwt", audience: "todo-api" });

/** The least that a guard does. */
function lookAt({ authorization }) {
  return authorization === undefined ? new Error("There is no token.") : undefined;
}

/** As its README writes it. */
async function jwtHook(request, reply) {
  try {
    await request.jwtVerify();
  } catch (error) {
    reply.send(error);
  }
}

/** Every route answers `{ user }`, by what its guard left. */
const frameworks = {
  async fastify() {
    const { default: Fastify } = await import("fastify");
    const { authOf, requireToken } = await import("latchkey/fastify");
    const app = Fastify();
    const guards = {
      unprotected: [{}, () => "42"],
      "a look at the header": [{ onRequest: (request, _reply, done) => done(lookAt(request.headers)) }, () => "42"],
      latchkey: [{ onRequest: requireToken(verifier) }, (request) => authOf(request).identity],
      "@fastify/jwt": [{ onRequest: jwtHook }, (request) => request.user.sub],
    };
    if (guard === "@fastify/jwt") {
      const { default: jwt } = await import("@fastify/jwt");
      await app.register(jwt, { secret, verify: { cache: true } });
    }
    const [options, userOf] = guards[guard];
    app.get("/", options, async (request) => ({ user: userOf(request) }));
    await app.listen({ port, host });
  },

  async hono() {
    const { serve } = await import("@hono/node-server");
    const { Hono } = await import("hono");
    const { jwt } = await import("hono/jwt");
    const { requireToken } = await import("latchkey/hono");
    // As hono/jwt is fastest: a key that need not be imported for every request.
    const imported = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    const app = new Hono();
    const look = (c, next) => {
      if (c.req.header("authorization") === undefined) return c.text("", 401);
      return next();
    };
    const guards = {
      unprotected: () => app.get("/", (c) => c.json({ user: "42" })),
      "a look at the header": () => app.get("/", look, (c) => c.json({ user: "42" })),
      latchkey: () => app.get("/", requireToken(verifier), (c) => c.json({ user: c.var.auth.identity })),
      "hono/jwt": () =>
        app.get("/", jwt({ secret: imported, alg: "HS256" }), (c) => c.json({ user: c.var.jwtPayload.sub })),
    };
    guards[guard]();
    serve({ fetch: app.fetch, port, hostname: host });
  },

  async express() {
    const { default: express } = await import("express");
    const { expressjwt } = await import("express-jwt");
    const { default: passport } = await import("passport");
    const { ExtractJwt, Strategy } = await import("passport-jwt");
    const { authOf, requireToken } = await import("latchkey/express");
    const jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken();
    passport.use(new Strategy({ secretOrKey: secret, jwtFromRequest }, (payload, done) => done(null, payload)));
    const guards = {
      unprotected: [[], () => "42"],
      "a look at the header": [[(request, _response, next) => next(lookAt(request.headers))], () => "42"],
      latchkey: [[requireToken(verifier)], (request) => authOf(request).identity],
      "express-jwt": [[expressjwt({ secret, algorithms: ["HS256"] })], (request) => request.auth.sub],
      "passport-jwt": [[passport.authenticate("jwt", { session: false })], (request) => request.user.sub],
    };
    const [handlers, userOf] = guards[guard];
    const app = express();
    app.get("/", ...handlers, (request, response) => response.json({ user: userOf(request) }));
    app.listen(port, host);
  },

  async "node:http"() {
    const { authOf, requireToken } = await import("latchkey/node");
    const protect = requireToken(verifier);
    const answer = (response, user) => {
      const text = JSON.stringify({ user });
      response.setHeader("content-type", "application/json").setHeader("content-length", text.length).end(text);
    };
    const guards = {
      unprotected: (_request, response) => answer(response, "42"),
      latchkey: (request, response) => protect(request, response, () => answer(response, authOf(request).identity)),
    };
    createServer(guards[guard]).listen(port, host);
  },
};

await frameworks[framework]();
