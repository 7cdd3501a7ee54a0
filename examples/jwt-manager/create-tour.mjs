import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { addCookieRoutes } from "./cookie-routes.mjs";
import { createManager } from "./create-manager.mjs";
import { addProtectedRoutes } from "./protected-routes.mjs";
import { addTokenRoutes } from "./token-routes.mjs";

/** The tour as an application of Hono: a route for each thing that a manager can ask of a token. */
export function createTour({ secret, overrides }) {
  const revoked = new Set();
  const jwt = createManager({ secret, overrides, isRevoked: (jti) => revoked.has(jti) });
  const app = new Hono();
  app.use(bodyLimit({ maxSize: 65_536 }));
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
  });
  addTokenRoutes(app, jwt, { revoke: (jti) => revoked.add(jti) });
  addProtectedRoutes(app, jwt);
  addCookieRoutes(app, jwt);
  return app.notFound((c) => answerOtherMethod(app, c));
}

/** As Flask does: OPTIONS tells the methods of a route, and a method that it does not have is 405. */
function answerOtherMethod(app, c) {
  const methods = app.routes.filter(({ path, method }) => path === c.req.path && method !== "ALL");
  if (methods.length === 0) return c.json({ msg: "There is no such route." }, 404);
  const allow = [...new Set(["OPTIONS", ...methods.map(({ method }) => method)])].join(", ");
  if (c.req.method === "OPTIONS") return c.body("", 200, { allow });
  return c.json({ msg: "This route does not have that method." }, 405, { allow });
}
