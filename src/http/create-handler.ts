import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { AuthError, isAuthError } from "../errors/auth-error.js";
import { refusalOf } from "../guard/refusal.js";
import type { HttpParts } from "./call.js";
import type { Route } from "./route.js";
import { ROUTES } from "./routes.js";

/** What is known of a request besides itself. */
export interface RequestInfo {
  /** The address of the other end of the connection. */
  readonly address?: string | undefined;
}

/** Answers a request; every refusal is an answer too. */
export type Handler = (request: Request, info?: RequestInfo) => Promise<Response>;

const LONGEST_URL = 4096;

/** Makes the handler of all routes under the path of the server's URL. */
export function createHandler(parts: HttpParts): Handler {
  const mount = new URL(parts.url).pathname.replace(/\/$/, "");
  const app = new Hono<{ Bindings: RequestInfo }>({ getPath: (request) => pathUnder(mount, request) });
  for (const path of new Set(ROUTES.map((route) => route.path))) {
    const routes = ROUTES.filter((route) => route.path === path);
    for (const route of routes) {
      app.on(route.method, path, ({ req, env }) => answer(route, { request: req.raw, info: env, parts }));
    }
    app.all(path, () => notAllowed(routes));
  }
  app.notFound(() => refused(new AuthError("not_found")));
  app.onError((error) => refusedAndLogged(error, parts));

  const security = securityHeaders(parts.url);
  return async (request, info = {}) => {
    const tooLong = request.url.length > LONGEST_URL;
    const response = tooLong ? refused(new AuthError("not_found")) : await app.fetch(request, info);
    for (const [name, value] of security) if (!response.headers.has(name)) response.headers.set(name, value);
    return response;
  };
}

/** The path of a request below the mount, letter by letter; the root, where nothing is, for any path beside it. */
function pathUnder(mount: string, request: Request): string {
  const { pathname } = new URL(request.url);
  return pathname.startsWith(`${mount}/`) ? pathname.slice(mount.length) : "/";
}

interface Arrival {
  readonly request: Request;
  readonly info: RequestInfo;
  readonly parts: HttpParts;
}

async function answer(route: Route, { request, info, parts }: Arrival): Promise<Response> {
  const caller = { address: info.address, userAgent: request.headers.get("user-agent") ?? undefined };
  const { status = route.success, body, headers = {} } = await route.run({ request, parts, caller });
  return body === undefined ? new Response(null, { status, headers }) : Response.json(body, { status, headers });
}

function notAllowed(routes: readonly Route[]): Response {
  const methods = routes.flatMap((route) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method]));
  const response = refused(new AuthError("method_not_allowed"));
  response.headers.set("allow", methods.join(", "));
  return response;
}

function refused(error: AuthError, added: Readonly<Record<string, string>> = {}): Response {
  const { status, headers, problem } = refusalOf(error);
  return new Response(JSON.stringify({ ...problem, ...added }), { status, headers });
}

const FAILURES: ReadonlySet<string> = new Set(["internal", "unavailable"]);

/** The cause of a failure of ours goes to the log under an id; the client gets the id and nothing else. */
function refusedAndLogged(error: Error, { accounts }: HttpParts): Response {
  const refusal = isAuthError(error) ? error : new AuthError("internal", { cause: error });
  // Without a cause nothing failed: the server is stopping, or has too much to do.
  if (refusal.cause === undefined || !FAILURES.has(refusal.code)) return refused(refusal);
  const requestId = randomUUID();
  const { cause } = refusal;
  const told = cause instanceof Error ? { error: cause.message, stack: cause.stack } : {};
  accounts.log({ event: "request.failed", request: requestId, code: refusal.code, ...told });
  return refused(refusal, { request_id: requestId });
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
