// What a user of Hono writes: compiled and run against the packed package, in a project that has no other framework.
import { Hono, type MiddlewareHandler } from "hono";
import { type Auth, authOf, type Protector, requireToken, toHandler } from "latchkey/hono";
import type { Claims } from "latchkey/tokens";
import { tryRoutes, verifier } from "./try-routes.js";

interface User {
  readonly name: string;
}

export function application(protector: Protector) {
  const protect = requireToken(protector, { onRefused: (error, c) => c.json({ code: error.code }, 401) });
  const everywhere: MiddlewareHandler = requireToken(protector, { roles: ["editor"] });
  const app = new Hono()
    .get("/me", protect, (c) => {
      const auth: Auth = c.get("auth");
      return c.json({ user: auth.identity === authOf(c).identity ? c.var.auth.identity : "somebody else" });
    })
    .get("/optional", requireToken(protector, { optional: true }), (c) => {
      // @ts-expect-error There may be nobody.
      void (() => c.var.auth.identity);
      return c.json({ user: c.var.auth?.identity });
    });
  app.use("/admin/*", everywhere);

  const typed = new Hono<{ Variables: { auth: Auth } }>();
  typed.use(requireToken(protector));
  typed.get("/todos/:id", (c) => c.json({ id: c.req.param("id"), user: c.var.auth.identity }));
  // @ts-expect-error There is no such option.
  void (() => requireToken(protector, { optional: true, role: "admin" }));
  // @ts-expect-error An auth is wanted.
  void (() => app.all("/auth/*", toHandler(protector)));
  return app.route("/typed", typed);
}

/** The claims and the user of a protector are those of its routes. */
export function withUsers(protector: Protector<Claims & { readonly plan: "free" | "paid" }, User>) {
  return new Hono().get("/me", requireToken(protector), (c) => {
    const { claims, user } = c.var.auth;
    const plan: "free" | "paid" = claims.plan;
    return c.json({ plan, name: user.name });
  });
}

async function main(): Promise<void> {
  const app = application(verifier);
  await tryRoutes(async (path, headers) => app.request(path, { headers }));
}

void main();
