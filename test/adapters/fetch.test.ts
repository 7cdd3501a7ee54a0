import { Hono } from "hono";
import { AuthError, type AuthServer } from "latchkey";
import { authOf, type Embeddable, requireToken, toHandler } from "latchkey/fetch";
import { authOf as nodeAuthOf } from "latchkey/node";
import { createIssuer, createVerifier, generateKey } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { bearer, type Clock, openAuth } from "../http/open-auth.js";
import { describeAdapter, type Host } from "./adapter-contract.js";
import { answerOf, type Sent } from "./ask-server.js";
import { mint, ROUTES } from "./guard-routes.js";

type FetchApplication = (request: Request) => Response | Promise<Response>;

const ORIGIN = "http://localhost:3000";

function host(application: (auth: AuthServer) => FetchApplication) {
  return async (clock: Clock): Promise<Host> => {
    const url = `${ORIGIN}/auth`;
    const app = application((await openAuth({ url }, clock)).auth);
    const ask = async (path: string, sent: Sent = {}) => {
      const response = await app(requestOf(path, sent));
      return answerOf(response.status, response.headers, await response.text());
    };
    return { url, ask };
  };
}

/** The request that a server would make of what was sent: the URL has the origin that the client names. */
function requestOf(path: string, { method = "GET", headers = {}, body, chunked = false }: Sent): Request {
  const list = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
  const named = `http://${list.find(([name]) => name === "host")?.[1]}`;
  const url = (URL.canParse(named) ? new URL(named).origin : ORIGIN) + path;
  const stream = chunked ? new Blob([body ?? ""]).stream() : body;
  return new Request(url, {
    method,
    headers: list as [string, string][],
    ...(stream !== undefined && { body: stream, duplex: "half" }),
  });
}

describeAdapter("Hono", {
  open: host((auth) => {
    const handler = toHandler(auth);
    const protect = requireToken(auth);
    const app = new Hono();
    app.all("/auth/*", (c) => handler(c.req.raw));
    app.use("/todos", (c, next) =>
      protect(async () => {
        await next();
        return c.res;
      })(c.req.raw),
    );
    app.on(["GET", "POST"], "/todos", async (c) => {
      const { identity, location } = authOf(c.req.raw);
      return c.json({ user: identity, location, ...(c.req.method === "POST" && { body: await c.req.json() }) });
    });
    return (request) => app.fetch(request);
  }),
});

describeAdapter("a fetch handler", {
  open: host((auth) => {
    const handler = toHandler(auth);
    const todos = requireToken(auth)(async (request: Request) => {
      const { identity, location } = authOf(request);
      return Response.json({ user: identity, location, ...(request.body && { body: await request.json() }) });
    });
    return (request) => (new URL(request.url).pathname.startsWith("/auth") ? handler(request) : todos(request));
  }),
});

const ISSUER = "https://auth.example.com";
const key = generateKey({ alg: "ES256" });
const issuer = createIssuer({ issuer: ISSUER, audience: "todo-api", clientId: "web", keys: [key] });
const verifier = createVerifier({ issuer: ISSUER, audience: "todo-api", keys: [key.public] });
const good = () => new Request(ORIGIN, { headers: bearer(issuer.mint({ sub: "42" })) });

describe("toHandler of latchkey/fetch", () => {
  const mirror: Embeddable = { handler: async (_request, info) => Response.json({ address: info?.address ?? null }) };

  it.each<[unknown, string | null]>([
    [{ address: "192.0.2.7" }, "192.0.2.7"],
    [{}, null],
    [undefined, null],
    [null, null],
    [{ params: Promise.resolve({}) }, null],
    [{ address: { hostname: "192.0.2.7" } }, null],
  ])("given %j beside the request, tells the address %j", async (info, address) => {
    const response = await toHandler(mirror)(new Request(ORIGIN), info as never);
    expect(await response.json()).toEqual({ address });
  });

  it("says once that it was told no address", async () => {
    const messages: string[] = [];
    const note = ({ message }: Error) => messages.push(message);
    process.on("warning", note);
    const handler = toHandler((await openAuth()).auth);
    for (const info of [{ address: "192.0.2.7" }, undefined, undefined]) {
      await handler(new Request("http://localhost:4000/health/live"), info);
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    // The hosts above may have been told already.
    expect(messages.filter((message) => message.includes("address")).length).toBeLessThanOrEqual(1);
  });

  it("throws where the body was read before", async () => {
    const request = new Request(ORIGIN, { method: "POST", body: "{}" });
    await request.text();
    await expect(toHandler(mirror)(request)).rejects.toThrow(TypeError);
  });

  it.each([undefined, null, {}, Promise.resolve(mirror)])("wants an auth, and not %j", (auth) => {
    expect(() => toHandler(auth as Embeddable)).toThrow(TypeError);
  });
});

describe("requireToken of latchkey/fetch", () => {
  it("gives the handler all that it was called with", async () => {
    const context = { params: Promise.resolve({ id: "7" }) };
    const get = requireToken(verifier)(async (request: Request, { params }: typeof context) =>
      Response.json({ user: authOf(request).identity, id: (await params).id }),
    );
    expect(await (await get(good(), context)).json()).toEqual({ user: "42", id: "7" });
  });

  it("lets onRefused answer instead", async () => {
    const onRefused = (error: AuthError, { url }: Request) => new Response(`${error.code} ${url}`, { status: 418 });
    const get = requireToken(verifier, { onRefused })(() => new Response("secret"));
    const response = await get(new Request(ORIGIN));
    expect([response.status, await response.text()]).toEqual([418, `token_required ${ORIGIN}/`]);
  });

  it("throws on what is no refusal, and what the handler throws, a refusal too", async () => {
    const broken = requireToken({
      inspectSync: () => {
        throw new Error("the key file is gone");
      },
    });
    await expect(broken(() => new Response())(good())).rejects.toThrow("the key file is gone");
    const get = requireToken(verifier)(() => {
      throw new AuthError("not_found");
    });
    await expect(get(good())).rejects.toMatchObject({ code: "not_found" });
  });

  it.each([
    [ORIGIN, 200],
    ["https://evil.example", 403],
  ])(
    "takes the host of the URL where the platform leaves out the header: Origin %s gets %i",
    async (origin, status) => {
      const postTodo = requireToken(ROUTES[0].protector, { locations: "cookie" })(() => new Response());
      const cookie = `access_token_cookie=${mint({ csrf: "abc" })}`;
      const request = new Request(ORIGIN, { method: "POST", headers: { cookie, origin, "x-csrf-token": "abc" } });
      expect(request.headers.has("host")).toBe(false);
      expect((await postTodo(request)).status).toBe(status);
    },
  );

  it("leaves who is calling for the authOf of every adapter, and not with a copy of the request", async () => {
    const get = requireToken(verifier)((request: Request) => {
      expect(nodeAuthOf(request)).toBe(authOf(request));
      expect(() => authOf(request.clone())).toThrow(TypeError);
      return new Response();
    });
    expect((await get(good())).status).toBe(200);
  });

  it.each([{ roles: "admin" }, { optionals: true }, { onRefused: 1 }, null, "admin"])(
    "has no options %j",
    (options) => {
      expect(() => requireToken(verifier, options as never)).toThrow(TypeError);
    },
  );

  it.each([undefined, null, {}, Promise.resolve(verifier)])("wants a protector, and not %j", (given) => {
    expect(() => requireToken(given as never)).toThrow(TypeError);
  });
});
