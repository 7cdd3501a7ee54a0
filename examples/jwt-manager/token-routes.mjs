import { HTTPException } from "hono/http-exception";
import { requireToken } from "latchkey/hono";

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
    const { jti, type } = c.var.auth.claims;
    revoke(jti);
    return c.json({ msg: `${type.charAt(0).toUpperCase()}${type.slice(1)} token successfully revoked` });
  });
}

/** The name in the body: any will do, since the tour has no passwords, and where there is none it is `example_user`. */
export async function readUsername(c) {
  const { username = "example_user" } = await readObject(c);
  const isName = typeof username === "string" && username !== "" && username.length <= 100 && username.isWellFormed();
  return isName ? username : refuse(c, "username must be a text of 1 to 100 characters.");
}

async function readObject(c) {
  const text = await c.req.text();
  const body = text === "" ? {} : parse(text);
  return typeof body === "object" && body !== null ? body : refuse(c, "The body must be an object of JSON.");
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuse(c, msg) {
  throw new HTTPException(400, { res: c.json({ msg }, 400) });
}
