import { STATUS_CODES } from "node:http";
import fastify from "fastify";
import { requireToken } from "latchkey/fastify";
import { JwtManager } from "latchkey/manager";
import { authenticate, identity } from "./security.mjs";

const LEEWAY_SECONDS = 10;
const LIFE_SECONDS = 300;

/** `POST /auth` for a token, `GET /mountain/:name` with one: under the scheme `JWT` of the tutorial, or `Bearer`. */
export function createApp({ secret }) {
  const jwt = new JwtManager({
    secret,
    errors: "flask-jwt",
    header: { schemes: ["JWT", "Bearer"] },
    accessSeconds: LIFE_SECONDS,
    leeway: LEEWAY_SECONDS,
    findUser: identity,
  });
  const app = fastify({ bodyLimit: 16_384 });
  // A body of another media type is refused with 415, and one without any is JSON that is missing.
  app.removeContentTypeParser("text/plain");

  app.post("/auth", async (request, reply) => {
    const { username, password } = requireCredentials(request.body);
    const user = await authenticate(username, password);
    if (user === undefined) return reply.code(401).send(refusal(401, "Bad Request", "Invalid credentials"));
    reply.header("cache-control", "no-store");
    return { access_token: await jwt.createAccessToken(String(user.id)) };
  });

  app.get("/mountain/:name", { onRequest: requireToken(jwt) }, async (request) => ({ mountain: request.params.name }));

  app.setNotFoundHandler((request, reply) => {
    if (request.method === "OPTIONS") return reply.header("allow", "GET, HEAD, OPTIONS, POST").code(204).send();
    return reply.code(404).send(refusal(404, "Not Found", "There is no such route"));
  });
  app.setErrorHandler((error, _request, reply) => {
    const { statusCode: status = 500 } = error;
    if (status >= 500) console.error(error);
    const description = status >= 500 ? "Something went wrong" : error.message;
    return reply.code(status).send(refusal(status, STATUS_CODES[status], description));
  });
  return app;
}

/** Name and password, empty where they are missing; further members are not looked at. A mistake of the client where they are no texts, or the body is no object. */
function requireCredentials(body) {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw badRequest("The body must be a JSON object");
  const { username = "", password = "" } = body;
  if (typeof username !== "string" || typeof password !== "string")
    throw badRequest("username and password must be texts");
  return { username, password };
}

function badRequest(message) {
  return Object.assign(new Error(message), { statusCode: 400 });
}

function refusal(status_code, error, description) {
  return { description, error, status_code };
}
