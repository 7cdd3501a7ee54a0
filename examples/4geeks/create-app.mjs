import express from "express";
import { JwtManager } from "latchkey/manager";
import { answerTheRest } from "../express-json.mjs";
import { addTokenRoutes } from "./token-routes.mjs";

/** The application of the lesson. */
export function createApp({ secret, users }) {
  const jwt = new JwtManager({
    secret,
    errors: "flask-jwt-extended",
    findUser: ({ sub }) => users.find(Number(sub)),
  });
  const app = express().disable("x-powered-by");
  addTokenRoutes(app, { jwt, users });
  answerTheRest(app, "msg");
  return app;
}
