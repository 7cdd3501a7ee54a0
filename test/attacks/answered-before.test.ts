import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import express from "express";
import { requireToken as requireExpressToken } from "latchkey/express";
import type { JwtManager } from "latchkey/manager";
import { requireToken as requireNodeToken } from "latchkey/node";
import { afterAll, expect, it } from "vitest";
import { askServer } from "../adapters/ask-server.js";
import { listen } from "../adapters/node-hosts.js";
import { bearer, flaskToken, managerOf } from "../manager/ask-route.js";

/** A manager that says of every token that it was taken back, once it is told to. */
function slowManager() {
  let refuse = (): void => {};
  const told = new Promise<boolean>((resolve) => {
    refuse = () => resolve(true);
  });
  return { jwt: managerOf({ isRevoked: () => told }), refuse };
}

type Host = (jwt: JwtManager, tooLate: (response: ServerResponse) => void) => RequestListener;

const HOSTS: Readonly<Record<string, Host>> = {
  "node:http": (jwt, tooLate) => {
    const protect = requireNodeToken(jwt);
    return (request: IncomingMessage, response) => {
      protect(request, response, () => response.end("in"));
      tooLate(response);
    };
  },
  Express: (jwt, tooLate) => {
    const protect = requireExpressToken(jwt);
    return express().use((request, response, next) => {
      protect(request, response, next);
      tooLate(response);
    });
  },
};

const unhandled: unknown[] = [];
const note = (fault: unknown) => unhandled.push(fault);
process.on("unhandledRejection", note);
afterAll(() => process.off("unhandledRejection", note));

it.each(Object.entries(HOSTS))(
  "a refusal that comes after a time limit of the host ends nothing under %s",
  async (_name, host) => {
    const { jwt, refuse } = slowManager();
    let isImpatient = true;
    const port = await listen(() =>
      host(jwt, (response) => {
        if (isImpatient) response.writeHead(503).end("too late");
        isImpatient = false;
      }),
    );
    expect(await askServer(port, "/", bearer(flaskToken()))).toMatchObject({ status: 503, text: "too late" });
    refuse();
    await nextTurn();
    await nextTurn();
    expect(unhandled).toEqual([]);
    expect((await askServer(port, "/", bearer(flaskToken()))).status).toBe(401);
  },
);

it("a refusal that cannot be written goes to the error handler, and ends nothing", async () => {
  const headers = { "x-why": "a line\nand one more" };
  const jwt = managerOf({
    isRevoked: async () => true,
    refusals: { revoked: () => ({ status: 401, body: {}, headers }) },
  });
  const port = await listen(() => {
    const app = express().use(requireExpressToken(jwt));
    app.use((error: Error, _request: unknown, response: express.Response, _next: unknown) => {
      response.status(500).json({ fault: error.name });
    });
    return app;
  });
  expect(await askServer(port, "/", bearer(flaskToken()))).toMatchObject({ status: 500, body: { fault: "TypeError" } });
  expect(unhandled).toEqual([]);
});
