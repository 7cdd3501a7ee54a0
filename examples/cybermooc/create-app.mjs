import express from "express";
import { requireToken } from "latchkey/express";
import { answerTheRest } from "../express-json.mjs";
import { addAccountRoutes } from "./account-routes.mjs";
import { createManager } from "./create-manager.mjs";
import { addTokenRoutes } from "./token-routes.mjs";

/** The application factory of the course: everything under `/api/v1`. */
export function createApp({ secret, models }) {
  const jwt = createManager({ secret, models });
  const api = express.Router();
  const protect = requireToken(jwt);

  api.get("/hello", (_request, response) => response.json({ msg: "hello world" }));
  addAccountRoutes(api, { jwt, models });
  addTokenRoutes(api, { jwt, models, protect });
  api.get("/need_login", protect, (request, response) => {
    response.json({ msg: `hello ${jwt.authOf(request).user.username}` });
  });
  api.get("/admin", protect, requireRoles(jwt, "admin"), (request, response) => {
    response.json({ msg: `hello admin ${jwt.authOf(request).user.username}` });
  });

  const app = express().disable("x-powered-by").use("/api/v1", api);
  answerTheRest(app, "error");
  return app;
}

/** Any one of the roles will do. They are the user's of this moment, and not those of the day when the token was made. */
function requireRoles(jwt, ...roles) {
  return (request, response, next) => {
    if (jwt.authOf(request).user.roles.some((role) => roles.includes(role))) return next();
    response.status(403).json({ err: "you don't have the required roles" });
  };
}
