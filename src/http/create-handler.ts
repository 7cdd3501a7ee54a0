import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { AuthError, isAuthError } from "../errors/auth-error.js";
import { refusalOf } from "../guard/refusal.js";
import { type AnswerHeaders, createAnswerHeaders, preflightHeaders } from "./answer-headers.js";
import type { OpenApiAnswer } from "./answers.js";
import type { Call, HttpParts, RouteParts } from "./call.js";
import { clientAddress } from "./client-address.js";
import { openApiOf } from "./openapi.js";
import { openPages, type Page } from "./pages/open-pages.js";
import { type Published, publish } from "./published.js";
import type { Reply, Route } from "./route.js";
import { ROUTES } from "./routes.js";

/** What is known of a request besides itself. */
export interface RequestInfo {
  /** The address of the other end of the connection. */
  readonly address?: string | undefined;
}

/** Answers a request; every refusal is an answer too. */
export type Handler = (request: Request, info?: RequestInfo) => Promise<Response>;

/** A request, and what its answer will carry whatever it says. */
interface Arrival {
  readonly request: Request;
  readonly info: RequestInfo;
  readonly requestId: string;
  readonly headers: AnswerHeaders;
}

// The host is the sender's own affair: how long a proxy makes it changes no answer.
const LONGEST_TARGET = 4096;
const DOCUMENT_SECONDS = 600;

/** Makes the handler of all routes under the path of the server's URL. */
export function createHandler(parts: HttpParts): Handler {
  const mount = new URL(parts.url).pathname.replace(/\/$/, "");
  let document: Published<OpenApiAnswer> | undefined;
  const openApi = () => {
    document ??= publish(openApiOf(ROUTES, parts.url), DOCUMENT_SECONDS);
    return document;
  };
  const app = new Hono<{ Bindings: Arrival }>({ getPath: (request) => pathUnder(mount, request.url) });
  for (const path of new Set(ROUTES.map((route) => route.path))) {
    const answer = answerAt(path, { ...parts, openApi });
    app.all(path.replaceAll(/\{(\w+)\}/g, ":$1"), ({ req, env }) => answer(env, () => req.param()));
  }
  const pageAt = openPages(parts);
  for (const path of ["/ui", "/ui/*"]) app.all(path, async ({ req, env }) => answerWith(await pageAt(req.path), env));
  app.notFound(({ env }) => refused(env, new AuthError("not_found")));
  app.onError((error, { env }) => refusedAndLogged(env, error, parts));

  const headersOf = createAnswerHeaders(parts.url, parts.origins);
  return async (request, info = {}) => {
    const requestId = randomUUID();
    const headers = headersOf(request.headers.get("origin"), requestId);
    const arrival: Arrival = { request, info, requestId, headers };
    if (request.url.length - targetStart(request.url) > LONGEST_TARGET)
      return refused(arrival, new AuthError("not_found"));
    return app.fetch(request, arrival);
  };
}

/** Where the path and the query of a URL begin. */
function targetStart(url: string): number {
  return url.indexOf("/", url.indexOf("://") + 3);
}

/** The path of a request below the mount, letter by letter; the root, where nothing is, for any path beside it. */
function pathUnder(mount: string, url: string): string {
  const start = targetStart(url);
  const end = url.slice(start).search(/[?#]/);
  const path = end === -1 ? url.slice(start) : url.slice(start, start + end);
  return path.startsWith(`${mount}/`) ? path.slice(mount.length) : "/";
}

type Parameters = () => Readonly<Record<string, string>>;
const NO_PARAMETERS: Parameters = () => ({});

/** What answers at one path, whatever the method. */
function answerAt(path: string, parts: RouteParts): (arrival: Arrival, parameters: Parameters) => Promise<Response> {
  const routes = new Map<string, Route>();
  for (const route of ROUTES.filter((each) => each.path === path)) {
    routes.set(route.method, route);
    if (route.method === "GET") routes.set("HEAD", route);
  }
  const allow = [...routes.keys(), "OPTIONS"].join(", ");
  const preflight = preflightHeaders(allow);
  const isNamed = path.includes("{");
  return async (arrival, parameters) => {
    const { request, headers } = arrival;
    const route = routes.get(request.method);
    if (route !== undefined) {
      const call = callOf(arrival, parts, isNamed ? parameters : NO_PARAMETERS);
      return respond(arrival, await route.run(call), route.success);
    }
    if (request.method !== "OPTIONS")
      return refused(arrival, new AuthError("method_not_allowed"), { headers: { allow } });
    const isPreflight = request.headers.has("access-control-request-method");
    const mayAsk = isPreflight && "access-control-allow-origin" in headers;
    return respond(arrival, { status: 204, headers: { allow, ...(mayAsk && preflight) } });
  };
}

const PAGE_METHODS = "GET, HEAD, OPTIONS";

/** What a page answers, whatever the method; the pages are for browsers, so that no document declares them. */
function answerWith(page: Page | undefined, arrival: Arrival): Response {
  const { method } = arrival.request;
  const allow = { headers: { allow: PAGE_METHODS } };
  if (page === undefined) return refused(arrival, new AuthError("not_found"));
  if (method === "OPTIONS") return respond(arrival, { status: 204, ...allow });
  if (method !== "GET" && method !== "HEAD") return refused(arrival, new AuthError("method_not_allowed"), allow);
  return respond(arrival, page(arrival.request));
}

function callOf({ request, info, requestId }: Arrival, parts: RouteParts, parameters: Parameters): Call {
  const caller = () => ({
    address: clientAddress(info.address, request.headers.get("x-forwarded-for"), parts.trustedProxies),
    userAgent: request.headers.get("user-agent") ?? undefined,
    requestId,
  });
  return { request, parts, parameters: parameters(), caller };
}

/** One plain object of headers: the server with a port writes it without another copy. */
function respond({ headers }: Arrival, { status, body, json, bytes, headers: own }: Reply, usual = 200): Response {
  const text = json ?? (body === undefined ? null : JSON.stringify(body));
  if (text !== null) headers["content-type"] = "application/json";
  if (own !== undefined) Object.assign(headers, own);
  return new Response(text ?? bytes ?? null, { status: status ?? usual, headers });
}

interface Added {
  readonly headers?: Readonly<Record<string, string>>;
  readonly members?: Readonly<Record<string, string>>;
}

function refused(arrival: Arrival, error: AuthError, added: Added = {}): Response {
  const { status, headers, body } = refusalOf(error);
  return respond(arrival, {
    status,
    body: { ...body, ...added.members },
    headers: { ...headers, ...added.headers },
  });
}

const FAILURES: ReadonlySet<string> = new Set(["internal", "unavailable"]);

/** The cause of a failure of ours goes to the log under the id of the request; the client gets the id and nothing else. */
function refusedAndLogged(arrival: Arrival, error: Error, { accounts }: HttpParts): Response {
  const refusal = isAuthError(error) ? error : new AuthError("internal", { cause: error });
  // Without a cause nothing failed: the server is stopping, or has too much to do.
  if (refusal.cause === undefined || !FAILURES.has(refusal.code)) return refused(arrival, refusal);
  const { requestId } = arrival;
  const { cause } = refusal;
  const told = cause instanceof Error ? { error: cause.message, stack: cause.stack } : {};
  accounts.log({ event: "request.failed", request: requestId, code: refusal.code, ...told });
  return refused(arrival, refusal, { members: { request_id: requestId } });
}
