import express from "express";
import { faultOfTexts } from "./users.mjs";

/** Sign up and log in. The course moved them from `/users/signup` to `/signup`; both are here. */
export function addAccountRoutes(api, { jwt, models: { users, tokens } }) {
  const body = [requireJson, express.json({ limit: "16kb" }), requireObject];

  api.post(["/users/signup", "/signup"], ...body, async (request, response) => {
    const { username, email, password } = request.body;
    const fault = users.faultOf({ username, email, password });
    if (fault !== undefined) return response.status(400).json({ error: fault });
    const user = await users.add({ username, email, password });
    if (user === undefined) return response.status(400).json({ error: "username or email already used" });
    response.json({ msg: "welcome :-)" });
  });

  api.post(["/users/login", "/login"], ...body, async (request, response) => {
    const { username, password } = request.body;
    const fault = faultOfTexts({ username, password });
    if (fault !== undefined) return response.status(400).json({ error: fault });
    const user = await users.findByPassword(username, password);
    if (user === undefined) return response.status(401).json({ error: "username or password incorrect" });
    const token = await jwt.createAccessToken(String(user.id));
    tokens.add(await jwt.decodeToken(token), user.id);
    response.set("Cache-Control", "no-store").json({ token });
  });
}

function requireJson(request, response, next) {
  if (request.is("application/json")) return next();
  const status = request.headers["content-type"] === undefined ? 400 : 415;
  response.status(status).json({ error: "the body must be application/json" });
}

function requireObject(request, response, next) {
  const { body } = request;
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return next();
  response.status(400).json({ error: "the body must be a JSON object" });
}
