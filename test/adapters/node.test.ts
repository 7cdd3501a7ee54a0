import { once } from "node:events";
import type { RequestListener } from "node:http";
import { connect as http2Connect, createServer as http2Server } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import express from "express";
import { type AuthError, authOf, type Embeddable, requireToken, toHandler } from "latchkey/node";
import { anyVerifier, createIssuer, createVerifier, generateKey, type Verifier } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { bearer, openAuth, PASSWORD } from "../http/open-auth.js";
import { describeAdapter } from "./adapter-contract.js";
import { askServer } from "./ask-server.js";
import { mint, ROUTES } from "./guard-routes.js";
import { callerOf, listen, nodeApplication, serve } from "./node-hosts.js";

describeAdapter("node:http", { open: serve(nodeApplication) });

// As they were before the first handler was made.
const GLOBALS = { Request: globalThis.Request, Response: globalThis.Response };

const ISSUER = "https://auth.example.com";
const key = generateKey({ alg: "ES256" });
const issuer = createIssuer({ issuer: ISSUER, audience: "todo-api", clientId: "web", keys: [key] });
const verifier = createVerifier({ issuer: ISSUER, audience: "todo-api", keys: [key.public] });
const good = bearer(issuer.mint({ sub: "42" }));

/** The warnings of the process while something runs. */
async function warningsOf(run: () => Promise<void>): Promise<readonly string[]> {
  const messages: string[] = [];
  const note = (warning: Error) => messages.push(warning.message);
  process.on("warning", note);
  await run();
  // A warning is emitted in the next turn.
  await new Promise(setImmediate);
  process.off("warning", note);
  return messages;
}

/** All that a server writes to a connection until its end; what is sent is not ended. */
async function wire(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.setEncoding("utf8").on("data", (chunk) => {
    received += chunk;
  });
  // A server that closes while we write resets the connection.
  socket.on("error", () => {});
  socket.write(text);
  await once(socket, "close");
  return received;
}

/** Answers what it was asked. */
const mirror: Embeddable = {
  handler: async (request, info) => {
    const { pathname } = new URL(request.url);
    return Response.json({ pathname, method: request.method, body: await request.text(), address: info?.address });
  },
};

describe("toHandler of latchkey/node", () => {
  it("tells the address of the connection, whatever headers say", async () => {
    const port = await listen(() => toHandler(mirror));
    const headers = { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9", "x-real-ip": "203.0.113.9" };
    expect((await askServer(port, "/", { headers })).body.address).toBe("127.0.0.1");
  });

  it.each([
    ["GET http://evil.example/auth/me HTTP/1.1\r\nHost: localhost", "/auth/me"],
    ["GET /auth/me HTTP/1.0", "/auth/me"],
    ["GET //evil.example/auth/me HTTP/1.1\r\nHost: localhost", "//evil.example/auth/me"],
    ["GET /x/../auth/me HTTP/1.1\r\nHost: localhost", "/auth/me"],
    ["GET /auth/%6De HTTP/1.1\r\nHost: localhost", "/auth/%6De"],
  ])("reads the path of %j", async (head, pathname) => {
    const port = await listen(() => toHandler(mirror));
    const answer = await wire(port, `${head}\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 200/);
    expect(answer).toContain(`"pathname":"${pathname}"`);
  });

  it.each(["/a\\b", "*", "http://", "http://[::1/"])("answers 400 to the target %j", async (target) => {
    const port = await listen(() => toHandler(mirror));
    expect(await wire(port, `OPTIONS ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 400/,
    );
  });

  it("sends every Set-Cookie on its own, beside the headers of the host", async () => {
    const handler = async () => {
      const response = new Response(null, { status: 204 });
      for (const cookie of ["a=1; Path=/", "b=2, c; Path=/"]) response.headers.append("set-cookie", cookie);
      return response;
    };
    const port = await listen(() => {
      const listener = toHandler({ handler });
      return (request, response) => listener(request, response.setHeader("x-host", "yes"));
    });
    const { status, headers } = await askServer(port, "/");
    expect([status, headers.getSetCookie(), headers.get("x-host")]).toEqual([
      204,
      ["a=1; Path=/", "b=2, c; Path=/"],
      "yes",
    ]);
  });

  describe("after a body parser", () => {
    const text = '{"a":["ä",1.5]}';
    const sent = { method: "POST", headers: { "content-type": "application/json" }, body: text };

    it.each<[string, express.RequestHandler]>([
      ["JSON", express.json()],
      ["text", express.text({ type: "*/*" })],
      ["bytes", express.raw({ type: "*/*" })],
    ])("that gives %s, the body is what was sent", async (_what, parser) => {
      const port = await listen(() => express().use(parser).use("/auth", toHandler(mirror)));
      for (const path of ["/auth/me", "/auth"]) {
        const { body } = await askServer(port, path, sent);
        expect(body).toMatchObject({ pathname: path, method: "POST", body: text });
      }
      expect((await askServer(port, "/auth", { method: "POST" })).body.body).toBe("");
    });

    it("that keeps the bytes in rawBody, they are taken and not what was parsed", async () => {
      const verify = (request: object, _response: unknown, rawBody: Buffer) => Object.assign(request, { rawBody });
      const port = await listen(() => express().use(express.json({ verify })).use(toHandler(mirror)));
      expect((await askServer(port, "/", { ...sent, body: '{ "a": 1.0 }' })).body.body).toBe('{ "a": 1.0 }');
    });

    it("that has left the body alone, it is read from the connection", async () => {
      const port = await listen(() => express().use(express.urlencoded()).use(toHandler(mirror)));
      expect((await askServer(port, "/", sent)).body.body).toBe(text);
    });

    it("that keeps the body to itself, 500 and a warning; a request without a body is answered", async () => {
      const port = await listen(() => {
        const handler = toHandler(mirror);
        return async (request, response) => {
          for await (const _chunk of request);
          await handler(request, response);
        };
      });
      const warnings = await warningsOf(async () => {
        const { status, body } = await askServer(port, "/", sent);
        expect([status, body]).toEqual([
          500,
          { type: "about:blank", title: "Something went wrong on the server.", status: 500, code: "internal" },
        ]);
      });
      expect(warnings).toEqual([
        "The body was read before Latchkey got the request, and request.body does not hold it.",
      ]);
      for (const method of ["GET", "POST"]) expect((await askServer(port, "/", { method })).status).toBe(200);
    });
  });

  it("leaves the Request and the Response of the host as they are", () => {
    toHandler(mirror);
    expect([globalThis.Request === GLOBALS.Request, globalThis.Response === GLOBALS.Response]).toEqual([true, true]);
  });

  it("makes a failure of the auth a 500 that says nothing, and a warning that says it", async () => {
    const handler = async () => {
      throw new Error("select * from users");
    };
    const port = await listen(() => toHandler({ handler }));
    const warnings = await warningsOf(async () => {
      const { status, body, text } = await askServer(port, "/");
      expect([status, body.code]).toEqual([500, "internal"]);
      expect(text).not.toContain("select");
    });
    expect(warnings).toEqual(["select * from users"]);
  });

  describe("with clients that misbehave:", () => {
    const open = async () => {
      const { auth } = await openAuth({ url: "http://localhost:4000/auth" });
      return listen(() => express().use("/auth", toHandler(auth)));
    };
    const head = (method: string, path: string, more: string) =>
      `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${more}\r\n\r\n`;
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;

    it("who hang up in the middle of a body are no failure, and the next one is served", async () => {
      const port = await open();
      const warnings = await warningsOf(async () => {
        for (let round = 0; round < 5; round += 1) {
          const socket = connect(port, "127.0.0.1");
          socket.write(`${head("POST", "/auth/signup", "Content-Length: 1000")}{"username":`);
          await once(socket, "connect");
          socket.destroy();
          await once(socket, "close");
        }
        const credentials = JSON.stringify({ username: "ada", password: PASSWORD });
        const headers = { "content-type": "application/json" };
        const { status } = await askServer(port, "/auth/signup", { method: "POST", headers, body: credentials });
        expect(status).toBe(201);
      });
      expect(warnings).toEqual([]);
    });

    it.each([
      ["two hosts", "Host: localhost"],
      ["a transfer coding that is unknown", "Transfer-Encoding: gzip, chunked"],
    ])("who send %s get 400 and no connection, and what stands behind it is not answered", async (_what, header) => {
      const port = await open();
      const live = "/auth/health/live";
      const answer = await wire(port, head("GET", live, header) + head("GET", live, "X: y"));
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).toContain('"code":"invalid_request"');
      expect(answer.match(/HTTP\/1.1 /g)).toHaveLength(1);
    });

    it.each([
      ["POST", "/auth/signup", "413"],
      ["POST", "/auth/nothing", "404"],
      ["GET", "/auth/health/live", "200"],
    ])("whose body of a %s %s never ends get %s and no connection", async (method, path, status) => {
      const port = await open();
      const answer = await wire(port, head(method, path, "Transfer-Encoding: chunked") + chunk + chunk);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    });
  });

  it.each([undefined, null, {}, Promise.resolve(mirror)])("wants an auth, and not %j", (auth) => {
    expect(() => toHandler(auth as Embeddable)).toThrow(TypeError);
  });
});

describe("requireToken of latchkey/node", () => {
  type Options = Parameters<typeof requireToken>[1];
  const open = (protector: Pick<Verifier, "inspectSync">, options?: Options, first: express.RequestHandler[] = []) =>
    listen(() => {
      const app = express();
      for (const handler of first) app.use(handler);
      app.use(requireToken(protector, options), (request, response) => {
        response.json(callerOf(request));
      });
      return app.use(((error, _request, response, _next) => {
        response.status(599).send(String(error));
      }) satisfies express.ErrorRequestHandler);
    });

  it.each<[string, Pick<Verifier, "inspectSync">]>([
    ["a verifier", verifier],
    ["several", anyVerifier([verifier])],
  ])("asks %s", async (_what, protector) => {
    const port = await open(protector);
    expect((await askServer(port, "/", { headers: good })).body.user).toBe("42");
    expect((await askServer(port, "/")).status).toBe(401);
  });

  it("takes the request and the response of Express in onRefused, with their types", async () => {
    const app = express();
    const onRefused = (_error: AuthError, _request: express.Request, response: express.Response) =>
      response.redirect("/login");
    app.get("/todos", requireToken(verifier, { onRefused }), (_request, response) => void response.end("secret"));
    const { status, headers } = await askServer(await listen(() => app), "/todos");
    expect([status, headers.get("location")]).toEqual([302, "/login"]);
  });

  it("lets onRefused answer instead, or go on", async () => {
    const port = await open(verifier, {
      onRefused: (error, request, response, next) => {
        if (request.url === "/next") next(error);
        else response.writeHead(418).end(error.code);
      },
    });
    expect((await askServer(port, "/")).status).toBe(418);
    expect((await askServer(port, "/")).text).toBe("token_required");
    expect((await askServer(port, "/next")).text).toBe("AuthError: An access token is required.");
    expect((await askServer(port, "/", { headers: good })).body.user).toBe("42");
  });

  it("hands on what onRefused throws or rejects with", async () => {
    const thrown = new Error("the page of refusals is missing");
    const ways: NonNullable<NonNullable<Options>["onRefused"]>[] = [
      () => {
        throw thrown;
      },
      () => Promise.reject(thrown),
    ];
    for (const onRefused of ways) {
      const { status, text } = await askServer(await open(verifier, { onRefused }), "/");
      expect([status, text]).toEqual([599, "Error: the page of refusals is missing"]);
    }
  });

  it("hands on what is no refusal, and answers nothing itself", async () => {
    const inspectSync = () => {
      throw new Error("the key file is gone");
    };
    const { status, text } = await askServer(await open({ inspectSync }), "/", { headers: good });
    expect([status, text]).toEqual([599, "Error: the key file is gone"]);
  });

  it("goes on once, and takes no error of what follows for a refusal", async () => {
    const calls: unknown[] = [];
    const protect = requireToken(verifier);
    const port = await listen(() =>
      express().use(
        (request: express.Request, response: express.Response, next: express.NextFunction) =>
          protect(request, response, (error) => {
            calls.push(error);
            next(error);
          }),
        () => {
          throw Object.assign(new Error("no such todo"), { status: 404, name: "AuthError", code: "token_required" });
        },
        ((error, _request, response, _next) => {
          response.status(error.status).end();
        }) satisfies express.ErrorRequestHandler,
      ),
    );
    expect((await askServer(port, "/", { headers: good })).status).toBe(404);
    expect(calls).toEqual([undefined]);
  });

  it("takes the header that a handler before it has set", async () => {
    const fromQuery: express.RequestHandler = (request, _response, next) => {
      request.headers.authorization = good.authorization;
      next();
    };
    expect((await askServer(await open(verifier, {}, [fromQuery]), "/")).body.user).toBe("42");
  });

  it.each([
    ["its own Origin", 200],
    ["https://evil.example", 403],
  ])("knows the host of HTTP/2, for the cookie of a page at %s", async (from, status) => {
    const protect = requireToken(ROUTES[0].protector, { locations: "cookie" });
    const server = http2Server((request, response) => {
      // What HTTP/2 gives here is made to look like node:http.
      protect(request as never, response as never, () => response.writeHead(200).end());
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const session = http2Connect(own);
    const stream = session.request({
      ":method": "POST",
      cookie: `access_token_cookie=${mint({ csrf: "abc" })}`,
      origin: from.startsWith("https") ? from : own,
      "x-csrf-token": "abc",
    });
    const [headers] = await once(stream.end().resume(), "response");
    expect(headers[":status"]).toBe(status);
    session.close();
    server.close();
  });

  it("may stand twice on the way", async () => {
    const port = await open(verifier, {}, [requireToken(verifier)]);
    expect((await askServer(port, "/", { headers: good })).body.user).toBe("42");
  });

  it("says how long its answer is", async () => {
    const { headers, text } = await askServer(await open(verifier), "/");
    expect(headers.get("content-length")).toBe(`${text.length}`);
  });

  it.each([{ roles: "admin" }, { optionals: true }, { onrefused: () => {} }, null, "admin"])(
    "has no options %j, and says so before any request",
    (options) => {
      expect(() => requireToken(verifier, options as never)).toThrow(TypeError);
    },
  );

  it.each([undefined, null, {}, Promise.resolve(verifier), () => verifier])(
    "wants a protector, and not %j",
    (given) => {
      expect(() => requireToken(given as never)).toThrow(TypeError);
    },
  );

  it("is missing where authOf finds nobody", async () => {
    const listener: RequestListener = (request, response) => {
      expect(() => authOf(request)).toThrow(
        new TypeError("This request has passed no requireToken: nothing is known of its caller."),
      );
      response.end();
    };
    expect((await askServer(await listen(() => listener), "/", { headers: good })).status).toBe(200);
  });
});
