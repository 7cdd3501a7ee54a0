import express from "express";
import { requireToken } from "latchkey/express";
import { JwtManager } from "latchkey/manager";

/** The two routes of the lesson: a token for a name and a password, and a route that wants one. */
export function createApp({ secret, users }) {
  const jwt = new JwtManager({
    secret,
    errors: "flask-jwt-extended",
    findUser: ({ sub }) => users.find(Number(sub)),
  });
  const app = express().disable("x-powered-by");

  app.post("/token", requireJson, express.json({ limit: "16kb", verify: requireSome }), async (request, response) => {
    const { username, password } = requireObject(request.body);
    if ([username, password].some((text) => text !== undefined && typeof text !== "string"))
      return response.status(400).json({ msg: "username and password must be strings" });
    const user = username && password ? await users.findByPassword(username, password) : undefined;
    if (user === undefined) return response.status(401).json({ msg: "Bad username or password" });
    // The identity of a token is a text.
    const token = await jwt.createAccessToken(String(user.id));
    response.set("Cache-Control", "no-store").json({ token, user_id: user.id });
  });

  app.get("/protected", requireToken(jwt), (request, response) => {
    const { id, username } = jwt.authOf(request).user;
    response.json({ id, username });
  });

  app.use((request, response, next) => {
    // Express itself tells which methods a route has.
    if (request.method === "OPTIONS") return next();
    response.status(404).json({ msg: "There is no such route" });
  });
  app.use(answerFault);
  return app;
}

function requireJson({ headers }, response, next) {
  if (/^application\/json\b/i.test(headers["content-type"] ?? "")) return next();
  response.status(415).json({ msg: "The body must be application/json" });
}

/** Express takes an empty body for an empty object; here it is a mistake of the client. */
function requireSome(_request, _response, body) {
  if (body.length === 0) throw badRequest("The body is empty");
}

/** The body as an object; a mistake of the client where it is none. */
function requireObject(body) {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  throw badRequest("The body must be a JSON object");
}

function badRequest(message) {
  return Object.assign(new Error(message), { status: 400, expose: true });
}

/** What a body parser refuses is the client's mistake and says so; of anything else the client learns nothing. */
function answerFault(error, _request, response, _next) {
  if (error.expose === true) return response.status(error.status).json({ msg: error.message });
  console.error(error);
  response.status(500).json({ msg: "Something went wrong" });
}
