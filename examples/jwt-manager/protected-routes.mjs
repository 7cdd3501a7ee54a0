import { requireToken } from "latchkey/hono";
import { claimsOf, whereOf } from "./who-is-calling.mjs";

const GET_OR_POST = ["GET", "POST"];
const SHOWN = ["role", "type", "fresh", "sub", "iss", "aud"];

/** A route for each option of `requireToken`. */
export function addProtectedRoutes(app, jwt) {
  // A guard lets OPTIONS through: a browser asks by it before it sends a token.
  app.on(["GET", "POST", "OPTIONS"], "/protected", requireToken(jwt), ({ var: { auth }, json }) =>
    json({ who: auth === undefined ? "preflight" : auth.identity, where: whereOf(auth) }),
  );
  app.on(GET_OR_POST, "/fresh", requireToken(jwt, { fresh: true }), (c) => c.json({ ok: true }));
  app.on(GET_OR_POST, "/optional", requireToken(jwt, { optional: true }), ({ var: { auth }, json }) =>
    json({
      who: auth?.identity ?? null,
      jwt: claimsOf(auth),
      header: auth?.header ?? {},
      where: whereOf(auth),
      user: auth?.user ?? null,
    }),
  );
  app.on(GET_OR_POST, "/any", requireToken(jwt, { type: "any" }), (c) => c.json({ type: c.var.auth.claims.type }));
  app.on(GET_OR_POST, "/skip", requireToken(jwt, { type: "any", skipRevocation: true }), (c) =>
    c.json({ type: c.var.auth.claims.type }),
  );
  app.on(GET_OR_POST, "/only_headers", requireToken(jwt, { locations: "header" }), (c) =>
    c.json({ where: whereOf(c.var.auth) }),
  );
  app.on(GET_OR_POST, "/whoami", requireToken(jwt), ({ var: { auth }, json }) => {
    const claims = claimsOf(auth);
    const shown = SHOWN.filter((name) => name in claims).map((name) => [name, claims[name]]);
    return json({ user: auth.user, claims: Object.fromEntries(shown) });
  });
  app.on(GET_OR_POST, "/admin", requireToken(jwt), ({ var: { auth }, json }) =>
    auth.claims.role === "admin" ? json({ ok: true }) : json({ msg: "Admins only!" }, 403),
  );
}
