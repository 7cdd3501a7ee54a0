import { requireToken } from "latchkey/hono";
import { readUsername } from "./token-routes.mjs";

const HALF_AN_HOUR = 1800;

/** Log in, refresh, log out, with tokens in cookies; and a route that renews a cookie by itself. */
export function addCookieRoutes(app, jwt) {
  const renew = async (c) => setCookies(c, jwt.setAccessCookies(await jwt.createAccessToken(c.var.auth.identity)));

  app.post("/cookie/login", async (c) => {
    const name = await readUsername(c);
    setCookies(c, jwt.setAccessCookies(await jwt.createAccessToken(name, { fresh: true })));
    setCookies(c, jwt.setRefreshCookies(await jwt.createRefreshToken(name)));
    return c.json({ msg: "login successful" });
  });
  app.post("/cookie/refresh", requireToken(jwt, { type: "refresh" }), async (c) => {
    await renew(c);
    return c.json({ msg: "refreshed" });
  });
  app.post("/cookie/logout", (c) => {
    setCookies(c, jwt.unsetCookies());
    return c.json({ msg: "logout successful" });
  });
  app.on(["GET", "POST"], "/implicit", requireToken(jwt), async (c) => {
    const { claims, location } = c.var.auth;
    if (location === "cookie" && claims.exp < Date.now() / 1000 + HALF_AN_HOUR) await renew(c);
    return c.json({ foo: "bar" });
  });
}

function setCookies(c, cookies) {
  for (const cookie of cookies) c.header("Set-Cookie", cookie, { append: true });
}
