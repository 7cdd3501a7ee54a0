import express from "express";
import { requireToken } from "latchkey/express";
import { JwtManager } from "latchkey/manager";
import { toJwks } from "latchkey/tokens";

/** `POST /token/:alg` and `GET /protected/:alg` for each key, and the public keys for everybody. */
export function createApp(keys) {
  const app = express()
    .disable("x-powered-by")
    .use(express.json({ limit: "16kb" }));

  for (const [alg, key] of Object.entries(keys)) {
    const jwt = new JwtManager({ keys: [key], errors: "flask-jwt-extended" });
    app.post(`/token/${alg}`, async (request, response) => {
      const username = request.body?.username;
      if (typeof username !== "string" || username === "")
        return response.status(400).json({ msg: "username must be a string that is not empty" });
      const token = await jwt.createAccessToken(username);
      response.set("Cache-Control", "no-store").json({ token, user_id: username });
    });
    app.get(`/protected/${alg}`, requireToken(jwt), (request, response) => {
      response.json({ username: jwt.authOf(request).identity });
    });
  }

  // The secret is not among them: whoever can check with it can mint, too.
  const pairs = Object.values(keys).filter(({ kind }) => kind === "private");
  app.get("/.well-known/jwks.json", (_request, response) => {
    response.set("Cache-Control", "public, max-age=600").json(toJwks(pairs));
  });
  app.use((_request, response) => response.status(404).json({ msg: "There is no such route" }));
  app.use((error, _request, response, _next) => {
    if (error.expose === true) return response.status(error.status).json({ msg: error.message });
    console.error(error);
    response.status(500).json({ msg: "Something went wrong" });
  });
  return app;
}
