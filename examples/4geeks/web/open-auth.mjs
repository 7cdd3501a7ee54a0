import { Router } from "express";
import { createAuth } from "latchkey";
import { authOf, requireToken, toHandler } from "latchkey/express";
import { SettingError } from "../../settings.mjs";

/** A Latchkey server under `/auth`, and a route of our own that wants its tokens. */
export async function openAuth(port) {
  const auth = await createAuth({
    database: process.env.LATCHKEY_DATABASE || ":memory:",
    url: `http://localhost:${port}/auth`,
    // The same page, by the name that some browsers are given.
    origins: [`http://127.0.0.1:${port}`],
  }).catch((error) => {
    throw new SettingError(`LATCHKEY_DATABASE will not do: ${error.message}`);
  });
  const routes = Router();
  routes.use("/auth", toHandler(auth));
  routes.get("/latchkey/protected", requireToken(auth), (request, response) => {
    const { identity, claims } = authOf(request);
    response.json({ id: identity, logged_in_at: new Date(claims.auth_time * 1000).toISOString() });
  });
  return { routes, close: auth.close };
}
