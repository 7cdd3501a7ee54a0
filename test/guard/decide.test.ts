import { createClock, forgeToken } from "latchkey/testing";
import { createIssuer, createRevocations, createVerifier, generateKey } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { createGuard } from "../../dist/guard/create-guard.js";
import { USUAL_CSRF } from "../../dist/guard/csrf-rules.js";
import type { GuardInput } from "../../dist/guard/guard-input.js";
import { USUAL_PLACES } from "../../dist/guard/places.js";
import type { Protection } from "../../dist/guard/protector.js";
import type { RouteOptions } from "../../dist/guard/route-options.js";

const key = generateKey({ alg: "HS256" });
const clock = createClock(new Date("2027-01-15T08:00:00Z"));
const now = clock.now() / 1000;
const revocations = createRevocations({ now: clock.now });
const verifier = createVerifier({ profile: "jwt", keys: [key], revocations, now: clock.now });
const mint = (claims: object = {}) => forgeToken({ key, claims: { ...claims }, now: clock.now });

/** A request with a token in its header, and nothing else that a framework could give. */
const asking = (token: string): GuardInput => ({
  method: "GET",
  header: (name) => (name === "authorization" ? `Bearer ${token}` : undefined),
});
const decide = (token: string, options: RouteOptions, guard = createGuard(verifier)) =>
  guard.authenticate(asking(token), options);

describe("a guard says of a token", () => {
  it.each<[string, object, RouteOptions, object]>([
    [
      "of another type",
      { type: "refresh" },
      {},
      { reason: "wrong_type", check: "type", claim: "type", expected: "access", actual: "refresh" },
    ],
    [
      "for a route of refresh tokens",
      {},
      { type: "refresh" },
      { reason: "wrong_type", expected: "refresh", actual: "access" },
    ],
    [
      "that is not fresh",
      { fresh: false },
      { fresh: true },
      { reason: "not_fresh", check: "freshness", claim: "fresh", expected: true },
    ],
    ["of a log-in long ago", { auth_time: now - 61 }, { fresh: 60 }, { reason: "not_fresh", expected: 60 }],
    ["of a log-in to come", { auth_time: now + 61 }, { fresh: 60 }, { reason: "not_fresh" }],
    ["of a log-in that is a text", { auth_time: String(now) }, { fresh: 60 }, { reason: "not_fresh" }],
    ["that was fresh a second ago", { fresh: now - 1 }, { fresh: true }, { reason: "not_fresh" }],
    ["without a log-in", { iat: undefined }, { fresh: 60 }, { reason: "claim_missing" }],
    ["whose log-in was before it", { auth_time: now - 1 }, { fresh: true }, { reason: "not_fresh" }],
    ["that knows no log-in", {}, { fresh: true }, { reason: "not_fresh" }],
    ["that knows no log-in, of late", {}, { fresh: 60 }, { reason: "not_fresh" }],
    [
      "with a text for roles",
      { roles: "Stryker was here" },
      { roles: ["Stryker was here"] },
      { code: "insufficient_role" },
    ],
    ["without a scope", {}, { scopes: ["Stryker was here"] }, { code: "insufficient_scope" }],
  ])("%s what was wrong", async (_what, claims, options, refusal) => {
    await expect(decide(mint(claims), options)).rejects.toMatchObject(refusal);
  });

  it.each<[string, object, RouteOptions]>([
    ["of a log-in as long ago as is allowed", { auth_time: now - 60 }, { fresh: 60 }],
    ["of a log-in as far ahead as clocks may differ", { auth_time: now + 60 }, { fresh: 60 }],
    ["that was fresh until now", { fresh: now }, { fresh: true }],
    ["that is fresh until later, minted of late", { fresh: now + 60, iat: now - 59 }, { fresh: 60 }],
    ["of the log-in itself", { auth_time: now }, { fresh: true }],
    ["without scopes, on a route that wants none", { scope: 7 }, { scopes: [] }],
  ])("%s who is calling", async (_what, claims, options) => {
    expect(await decide(mint(claims), options)).toMatchObject({ identity: "42", location: "header" });
  });

  it("of RFC 9068 that its type claim is its own affair", async () => {
    const pair = generateKey({ alg: "ES256" });
    const names = { issuer: "https://auth.example.com", audience: "todo-api", keys: [pair], now: clock.now };
    const token = createIssuer({ ...names, clientId: "web" }).mint({ sub: "42", type: "premium" });
    const guard = createGuard(createVerifier({ ...names, keys: [pair.public] }));
    expect(await decide(token, {}, guard)).toMatchObject({ identity: "42" });
  });

  it("without any moment that it is not fresh", async () => {
    const guard = createGuard(createVerifier({ profile: "flask-jwt-extended", keys: [key], now: clock.now }));
    await expect(decide(mint({ iat: undefined }), { fresh: true }, guard)).rejects.toMatchObject({
      reason: "not_fresh",
    });
  });

  it("that was taken back and has expired that it has expired", async () => {
    const token = mint({ jti: "7", iat: now - 700, exp: now - 100 });
    revocations.add({ token: "7" });
    await expect(decide(token, {})).rejects.toMatchObject({ reason: "expired" });
  });
});

describe("a guard of a protector that has more to say", () => {
  const guardWith = (more: Partial<Protection>) =>
    createGuard({
      inspectSync: verifier.inspectSync,
      protection: {
        places: USUAL_PLACES,
        csrf: undefined,
        exemptMethods: [],
        now: clock.now,
        inspect: (token, options) => verifier.inspectSync(token, options),
        ...more,
      },
    });

  it.each<[string, Partial<Protection>, object]>([
    ["who the user is", { findUser: () => undefined }, { reason: "user_unknown", check: "user", actual: "42" }],
    ["that the user is null", { findUser: async () => null }, { reason: "user_unknown" }],
    ["that the user is false", { findUser: () => false }, { reason: "user_unknown" }],
    ["that it is not accepted", { isAccepted: () => false }, { reason: "not_accepted", check: "own" }],
    ["that it was taken back", { isRevoked: () => true }, { reason: "revoked", check: "revocation", claim: "jti" }],
  ])("says %s", async (_what, more, refusal) => {
    await expect(decide(mint(), {}, guardWith(more))).rejects.toMatchObject(refusal);
  });

  it("hands on what is no refusal, as it is", async () => {
    const fault = new RangeError("ours");
    const inspect = () => {
      throw fault;
    };
    await expect(decide(mint(), {}, guardWith({ inspect }))).rejects.toBe(fault);
    await expect(decide(mint(), { optional: "lenient" }, guardWith({ inspect }))).rejects.toBe(fault);
  });

  it("looks at a bad token once, and once more only where it has expired", async () => {
    const asked: object[] = [];
    const guard = guardWith({
      inspect: (token, options) => {
        asked.push(options);
        return verifier.inspectSync(token, options);
      },
    });
    await expect(decide("a.b.c", {}, guard)).rejects.toMatchObject({ code: "invalid_token" });
    expect(asked).toEqual([{ skipRevocation: false }]);
    await expect(decide(mint({ iat: now - 700, exp: now - 100 }), {}, guard)).rejects.toMatchObject({
      reason: "expired",
    });
    expect(asked.slice(1)).toEqual([{ skipRevocation: false }, { allowExpired: true, skipRevocation: true }]);
  });
});

describe("a guard of places that its framework cannot give", () => {
  it.each(["cookie", "query", "json"] as const)("finds no token in %s, and goes on", async (location) => {
    const guard = createGuard(verifier);
    await expect(guard.authenticate(asking(mint()), { locations: location })).rejects.toMatchObject({
      code: "token_required",
    });
    expect(await guard.authenticate(asking(mint()), { locations: [location, "header"] })).toMatchObject({
      location: "header",
    });
  });

  it("says of a query that is its prefix alone, or something else, that it is malformed", async () => {
    const places = { ...USUAL_PLACES, locations: ["query"] as const, query: { name: "t", prefix: "Bearer " } };
    const protection: Protection = {
      places,
      csrf: undefined,
      exemptMethods: [],
      now: clock.now,
      inspect: (token, options) => verifier.inspectSync(token, options),
    };
    const guard = createGuard({ inspectSync: verifier.inspectSync, protection });
    const ask = (value: string) => guard.authenticate({ method: "GET", header: () => undefined, query: () => value });
    for (const value of ["Bearer ", "Bearer", mint()])
      await expect(ask(value)).rejects.toMatchObject({ reason: "malformed_parameter", check: "shape" });
    expect(await ask(`Bearer ${mint()}`)).toMatchObject({ location: "query" });
  });

  it("says of a page of another origin that it may not send the cookie, where the request names no host", async () => {
    const token = mint({ csrf: "abc" });
    const ask = (headers: Readonly<Record<string, string>>) =>
      createGuard(verifier).authenticate(
        { method: "POST", header: (name) => ({ "x-csrf-token": "abc", ...headers })[name], cookie: () => token },
        { locations: "cookie" },
      );
    expect(await ask({})).toMatchObject({ location: "cookie" });
    await expect(ask({ origin: "https://example.com" })).rejects.toMatchObject({ code: "csrf", reason: "cross_site" });
  });

  it("says of an expired cookie with a wrong value that the page may not send it, and of one without any value too", async () => {
    const token = mint({ csrf: "abc", iat: now - 700, exp: now - 100 });
    const places = { ...USUAL_PLACES, locations: ["cookie"] as const };
    const guard = createGuard({
      inspectSync: verifier.inspectSync,
      protection: {
        places,
        csrf: { ...USUAL_CSRF, field: { access: "csrf_token", refresh: "csrf_token" } },
        exemptMethods: [],
        now: clock.now,
        inspect: (text, options) => verifier.inspectSync(text, options),
      },
    });
    const ask = (value?: string) =>
      guard.authenticate({ method: "POST", header: (name) => ({ "x-csrf-token": value })[name], cookie: () => token });
    await expect(ask("wrong")).rejects.toMatchObject({ code: "csrf", reason: "mismatch" });
    await expect(ask()).rejects.toMatchObject({ code: "csrf", reason: "missing" });
    await expect(ask("abc")).rejects.toMatchObject({ reason: "expired" });
  });

  it("says of a cookie token without a csrf claim which one is missing", async () => {
    const input: GuardInput = {
      method: "POST",
      header: (name) => (name === "x-csrf-token" ? "abc" : undefined),
      cookie: () => mint(),
    };
    await expect(createGuard(verifier).authenticate(input, { locations: "cookie" })).rejects.toMatchObject({
      reason: "claim_missing",
      check: "claims",
      claim: "csrf",
    });
  });
});
