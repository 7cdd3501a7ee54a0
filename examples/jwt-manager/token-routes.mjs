import { HTTPException } from "hono/http-exception";
import { requireToken } from "latchkey/hono";
import { typeOf } from "./who-is-calling.mjs";

/** Log in, refresh, log out, with tokens in the body. */
export function addTokenRoutes(app, jwt, { revoke }) {
  app.post("/login", async (c) => {
    const name = await readUsername(c);
    return c.json({
      access_token: await jwt.createAccessToken(name, { fresh: true }),
      refresh_token: await jwt.createRefreshToken(name),
    });
  });
  app.post("/refresh", requireToken(jwt, { type: "refresh" }), async (c) =>
    c.json({ access_token: await jwt.createAccessToken(c.var.auth.identity) }),
  );
  app.delete("/logout", requireToken(jwt, { type: "any" }), (c) => {
    revoke(c.var.auth.claims.jti);
    const type = typeOf(c.var.auth);
    return c.json({ msg: `${type.charAt(0).toUpperCase()}${type.slice(1)} token successfully revoked` });
  });
}

/** The name in the body: any will do, since the tour has no passwords, and none is `example_user`. */
export async function readUsername(c) {
  const body = await c.req.json().catch(() => undefined);
  const name = body?.username ?? "example_user";
  if (typeof name === "string" && name !== "" && name.length <= 100) return name;
  throw new HTTPException(400, { res: c.json({ msg: "username must be a text of 1 to 100 characters." }, 400) });
}
