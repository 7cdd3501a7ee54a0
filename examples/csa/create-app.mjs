import express from "express";
import { JwtManager } from "latchkey/manager";
import { toJwks } from "latchkey/tokens";
import { addTokenRoutes } from "../4geeks/token-routes.mjs";
import { answerTheRest } from "../express-json.mjs";

/** The lesson's routes once for each key, such as `POST /token/ES256` and `GET /protected/ES256`, and the public keys for everybody. */
export function createApp({ keys, users }) {
  const app = express().disable("x-powered-by");
  for (const key of keys) {
    const jwt = new JwtManager({
      keys: [key],
      // Several programs check these tokens, so they say who made them, and for whom.
      issuer: "csa",
      audience: "csa-api",
      errors: "flask-jwt-extended",
      findUser: ({ sub }) => users.find(Number(sub)),
    });
    addTokenRoutes(app, { jwt, users, suffix: `/${key.alg}` });
  }

  // The secret is not among them: whoever can check with it can mint, too.
  const publicKeys = toJwks(keys.filter(({ kind }) => kind === "private"));
  app.get("/.well-known/jwks.json", (_request, response) => {
    response.set("Cache-Control", "public, max-age=600").json(publicKeys);
  });
  answerTheRest(app, "msg");
  return app;
}
