import type { RequireTokenOptions } from "latchkey/fetch";
import type { JwtManagerOptions, Refusals } from "latchkey/manager";
import { describe, expect, it } from "vitest";
import { SECONDS } from "../tokens/by-hand.js";
import { type Asked, askRoute, bearer, flaskToken, managerOf } from "./ask-route.js";

const EXPIRED = { iat: SECONDS - 1000, nbf: SECONDS - 1000, exp: SECONDS - 100 };

interface Row {
  readonly kind: keyof Refusals;
  readonly manager?: JwtManagerOptions;
  readonly route?: RequireTokenOptions;
  readonly asked?: Asked;
  readonly usual: number;
  readonly reason?: string;
  readonly sub?: string;
}

const ROWS: Readonly<Record<string, Row>> = {
  "no token": { kind: "unauthorized", usual: 401, reason: "An access token is required." },
  "a missing CSRF value": {
    kind: "unauthorized",
    manager: { locations: "cookie" },
    asked: { method: "POST", headers: { cookie: `access_token_cookie=${flaskToken()}` } },
    usual: 403,
    reason: "The request comes from a page that may not make it.",
  },
  "no token, in other words": {
    kind: "unauthorized",
    manager: { errors: "flask-jwt-extended" },
    usual: 401,
    reason: "Missing Authorization Header",
  },
  "two tokens, in other words": {
    kind: "unauthorized",
    manager: { errors: "flask-jwt-extended" },
    asked: { headers: { authorization: "Bearer a, Bearer b" } },
    usual: 401,
    reason: "Missing 'Bearer' type in 'Authorization' header. Expected 'Authorization: Bearer <JWT>'",
  },
  "two tokens": {
    kind: "unauthorized",
    asked: { headers: { authorization: "Bearer a, Bearer b" } },
    usual: 401,
    reason: "An access token is required.",
  },
  "a malformed header": {
    kind: "invalidToken",
    asked: { headers: { authorization: "Bearer a b" } },
    usual: 401,
    reason: "The Authorization header must be: Bearer, one space, one token.",
  },
  "a malformed token": {
    kind: "invalidToken",
    manager: { errors: "flask-jwt-extended" },
    asked: bearer("garbage"),
    usual: 422,
    reason: "Not enough segments",
  },
  "a token of another type": {
    kind: "invalidToken",
    route: { type: "refresh" },
    asked: bearer(flaskToken()),
    usual: 401,
    reason: "The token is of another type.",
  },
  "an expired token": { kind: "expired", asked: bearer(flaskToken(EXPIRED)), usual: 401, sub: "ada" },
  "a token that is not fresh": {
    kind: "needsFresh",
    route: { fresh: true },
    asked: bearer(flaskToken()),
    usual: 401,
    sub: "ada",
  },
  "a revoked token": {
    kind: "revoked",
    manager: { isRevoked: async () => true },
    asked: bearer(flaskToken()),
    usual: 401,
    sub: "ada",
  },
  "an unknown user": {
    kind: "userNotFound",
    manager: { findUser: async () => null },
    asked: bearer(flaskToken({ sub: "ghost" })),
    usual: 401,
    sub: "ghost",
  },
  "a check of one's own": {
    kind: "notAccepted",
    manager: { accepts: async () => false, errors: "flask-jwt-extended" },
    asked: bearer(flaskToken()),
    usual: 400,
    sub: "ada",
  },
};

describe("refusals of one's own", () => {
  it.each(Object.entries(ROWS))("answer %s, and are told what they need", async (_what, row) => {
    const told: unknown[][] = [];
    const answer = async (...given: unknown[]) => {
      told.push(given);
      return { body: { own: row.kind }, headers: { "X-Own": "yes" } };
    };
    const others = ["unauthorized", "invalidToken", "expired", "needsFresh", "revoked", "userNotFound", "notAccepted"]
      .filter((kind) => kind !== row.kind)
      .map((kind) => [kind, () => expect.unreachable(kind)]);
    const refusals = { ...Object.fromEntries(others), [row.kind]: answer };
    const ask = askRoute(managerOf({ ...row.manager, refusals }), row.route);
    const { status, body, headers } = await ask(row.asked);
    expect({ status, body }).toEqual({ status: row.usual, body: { own: row.kind } });
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-own")).toBe("yes");
    if (row.reason === undefined)
      expect(told).toEqual([[expect.objectContaining({ sub: row.sub }), { alg: "HS256", typ: "JWT" }]]);
    else expect(told).toEqual([[row.reason, expect.objectContaining({ code: expect.any(String) })]]);
  });

  it("replace status, body and headers", async () => {
    const refusals: Refusals = {
      unauthorized: () => ({ status: 302, body: null, headers: { location: "/login", "content-type": "text/plain" } }),
    };
    const { status, body, headers } = await askRoute(managerOf({ refusals }))();
    expect({ status, body }).toEqual({ status: 302, body: null });
    expect(headers.get("location")).toBe("/login");
    expect(headers.get("content-type")).toBe("text/plain");
    expect(headers.has("www-authenticate")).toBe(false);
  });

  it.each([undefined, null, "no", {}, { status: 7, body: 1 }, { status: 401.5, body: 1 }, { status: 999, body: 1 }])(
    "that give %j are a fault of the application",
    async (given) => {
      const ask = askRoute(managerOf({ refusals: { unauthorized: () => given as never } }));
      await expect(ask()).rejects.toThrow(TypeError);
    },
  );

  it("leave what they are not asked for as it is: a missing role", async () => {
    const refusals: Refusals = { unauthorized: () => ({ body: 1 }), invalidToken: () => ({ body: 2 }) };
    const ask = askRoute(managerOf({ refusals }), { roles: ["admin"] });
    expect(await ask(bearer(flaskToken()))).toMatchObject({ status: 403, body: { code: "insufficient_role" } });
  });
});

describe("a manager that says nothing of errors", () => {
  it("answers with problem documents and the challenges of RFC 6750", async () => {
    const ask = askRoute(managerOf());
    const missing = await ask();
    expect(missing).toMatchObject({ status: 401, body: { status: 401, code: "token_required" } });
    expect(missing.headers.get("content-type")).toBe("application/problem+json");
    expect(missing.headers.get("www-authenticate")).toBe("Bearer");
    const expired = await ask(bearer(flaskToken(EXPIRED)));
    expect(expired).toMatchObject({ status: 401, body: { code: "invalid_token", reason: "expired" } });
    expect(expired.headers.get("www-authenticate")).toBe(
      'Bearer error="invalid_token", error_description="The token has expired."',
    );
  });

  it("answers by refusalOf what no guard refused", async () => {
    const jwt = managerOf();
    const error = await jwt.decodeToken("x").catch((thrown) => thrown);
    expect(await jwt.refusalOf(error)).toMatchObject({ status: 401, body: { reason: "wrong_segments" } });
  });
});
