import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { AuthError, isAuthError } from "../errors/auth-error.js";
import { refusalOf } from "../guard/refusal.js";
import type { Call, HttpParts } from "./call.js";
import { ROUTES, type Route } from "./routes.js";

/** What is known of a request besides itself. */
export interface RequestInfo {
  /** The address of the other end of the connection. */
  readonly address?: string | undefined;
}

/** Answers a request; every refusal is an answer too. */
export type Handler = (request: Request, info?: RequestInfo) => Promise<Response>;

const LONGEST_PATH = 2048;

/** Makes the handler of all routes under the path of the server's URL. */
export function createHandler(parts: HttpParts): Handler {
  const mount = new URL(parts.url).pathname.replace(/\/$/, "");
  const app = new Hono<{ Bindings: RequestInfo }>();
  for (const path of new Set(ROUTES.map((route) => route.path))) {
    const routes = ROUTES.filter((route) => route.path === path);
    for (const route of routes) {
      app.on(route.method, mount + path, (context) => answer(route, callOf(context.req.raw, context.env, parts)));
    }
    app.all(mount + path, () => notAllowed(routes));
  }
  app.notFound(() => refused(new AuthError("not_found")));
  app.onError((error) => refused(isAuthError(error) ? error : internal(error, parts)));

  const security = securityHeaders(parts.url);
  return async (request, info = {}) => {
    const response =
      request.url.length > LONGEST_PATH ? refused(new AuthError("not_found")) : await app.fetch(request, info);
    for (const [name, value] of security) if (!response.headers.has(name)) response.headers.set(name, value);
    return response;
  };
}

function callOf(request: Request, info: RequestInfo, parts: HttpParts): Call {
  const userAgent = request.headers.get("user-agent") ?? undefined;
  return { request, parts, caller: { address: info.address, userAgent } };
}

async function answer(route: Route, call: Call): Promise<Response> {
  if (route.who === "anyone") return route.act(call);
  const { request, parts } = call;
  const header = (name: string) => request.headers.get(name) ?? undefined;
  const auth = await parts.guard.authenticate({ method: request.method, header });
  return route.act({ ...call, auth });
}

function notAllowed(routes: readonly Route[]): Response {
  const methods = routes.flatMap((route) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method]));
  const response = refused(new AuthError("method_not_allowed"));
  response.headers.set("allow", methods.join(", "));
  return response;
}

function refused(error: AuthError): Response {
  const { status, headers, problem } = refusalOf(error);
  return new Response(JSON.stringify(problem), { status, headers });
}

/** What went wrong goes to the log under an id; the client gets the id. */
function internal(error: Error, { accounts }: HttpParts): AuthError {
  const requestId = randomUUID();
  accounts.log({ event: "request.failed", request: requestId, error: error.name, stack: error.stack });
  return new AuthError("internal", { message: `Something went wrong on the server (request ${requestId}).` });
}

function securityHeaders(url: string): readonly (readonly [string, string])[] {
  const headers: [string, string][] = [
    ["cache-control", "no-store"],
    ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
    ["referrer-policy", "no-referrer"],
    ["x-content-type-options", "nosniff"],
  ];
  if (url.startsWith("https:")) headers.push(["strict-transport-security", "max-age=31536000"]);
  return headers;
}
