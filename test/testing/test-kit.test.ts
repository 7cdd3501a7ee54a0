import { assertAccepted, assertRefused, createClock, forgeToken, openTestAuth, tamperedToken } from "latchkey/testing";
import { createVerifier, generateKey } from "latchkey/tokens";
import { afterAll, describe, expect, it } from "vitest";

const key = generateKey({ alg: "HS256" });
const clock = createClock(new Date("2027-01-15T08:00:00Z"));
const verifier = createVerifier({ profile: "jwt", keys: [key], now: clock.now });

describe("the clock of the test kit", () => {
  it("stands still until it is moved, in either direction", () => {
    const own = createClock(1_000_000);
    expect([own.now(), own.now()]).toEqual([1_000_000, 1_000_000]);
    own.advance(1.5);
    expect(own.now()).toBe(1_001_500);
    own.advance(-2);
    expect(own.now()).toBe(999_500);
    own.set(new Date(5000));
    expect(own.now()).toBe(5000);
  });

  it("begins at the present second", () => {
    const time = createClock().now();
    expect(time % 1000).toBe(0);
    expect(Math.abs(Date.now() - time)).toBeLessThan(60_000);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, new Date("nonsense"), "soon"])("takes no %s", (moment) => {
    expect(() => createClock(moment as number)).toThrow(TypeError);
    expect(() => createClock().advance(moment as number)).toThrow(TypeError);
    expect(() => createClock().set(moment as number)).toThrow(TypeError);
  });
});

describe("a forged token", () => {
  it("is a good one where nothing is wrong with it", () => {
    const token = forgeToken({ key, claims: { sub: "7", roles: ["admin"] }, now: clock.now });
    expect(verifier.verifySync(token)).toMatchObject({ sub: "7", roles: ["admin"] });
    const pair = generateKey({ alg: "ES256" });
    const other = createVerifier({ profile: "jwt", keys: [pair.public], now: clock.now });
    expect(other.verifySync(forgeToken({ key: pair, now: clock.now })).sub).toBe("42");
  });

  it.each([
    ["unsigned", { key: undefined }, "algorithm_mismatch"],
    ["signed with a weak text", { key: "secret" }, "bad_signature"],
    ["of another algorithm", { key: "secret", header: { alg: "HS512" } }, "algorithm_mismatch"],
    ["of another type", { header: { typ: "at+jwt" } }, "wrong_type"],
    ["without an exp", { claims: { exp: undefined } }, "claim_missing"],
    ["with an exp that is none", { claims: { exp: "tomorrow" } }, "claim_invalid"],
    ["expired", { claims: { iat: 1000, exp: 2000 } }, "expired"],
    ["without an algorithm", { header: { alg: undefined } }, "algorithm_missing"],
  ])("%s is what it says", (_what, forgery, reason) => {
    const token = forgeToken({ key, now: clock.now, ...forgery });
    expect(() => verifier.verifySync(token)).toThrow(expect.objectContaining({ reason }));
  });

  it("is forged by nothing that is misspelt", () => {
    expect(() => forgeToken({ secret: "x" } as never)).toThrow(/no option "secret"/);
  });

  it("or a good one that was tampered with has another signature and the same text", () => {
    const token = forgeToken({ key, now: clock.now });
    const changed = tamperedToken(token);
    expect(changed.slice(0, changed.lastIndexOf("."))).toBe(token.slice(0, token.lastIndexOf(".")));
    expect(() => verifier.verifySync(changed)).toThrow(expect.objectContaining({ reason: "bad_signature" }));
  });
});

describe("a test auth", () => {
  const open = openTestAuth({ accessSeconds: 60 });
  afterAll(async () => (await open).close());

  it("has users with roles, whose tokens its routes take until the clock says otherwise", async () => {
    const { signUp, request, clock: own, events } = await open;
    const ada = await signUp("ada", { roles: ["editor"] });
    const me = await assertAccepted(await request("GET", "/me", { token: ada.token }));
    expect(me).toMatchObject({ id: ada.id, username: "ada", roles: ["editor"] });
    own.advance(66);
    await assertRefused(await request("GET", "/me", { token: ada.token }), {
      code: "invalid_token",
      reason: "expired",
    });
    const again = await request("POST", "/token/refresh", { json: { refresh_token: ada.refreshToken } });
    expect(await assertAccepted(again)).toMatchObject({ user_id: ada.id });
    expect(events.map(({ event }) => event)).toContain("user.logged_in");
  });

  it("gives every user another password", async () => {
    const { signUp } = await open;
    const [one, other] = [await signUp("one"), await signUp("other")];
    expect(one.password).not.toBe(other.password);
  });

  it("shares nothing with another one", async () => {
    const { signUp } = await open;
    const { token } = await signUp("bea");
    const other = await openTestAuth();
    await assertRefused(await other.request("GET", "/me", { token }), { reason: "key_unknown" });
    await other.close();
  });
});

describe("the assertions", () => {
  const challenge = { "www-authenticate": "Bearer" };

  it("fail on an answer that is another one, and show it", async () => {
    const refusal = () => Response.json({ code: "csrf", reason: "missing" }, { status: 403 });
    await assertRefused(refusal(), { status: 403, code: "csrf", reason: "missing" });
    await expect(assertRefused(refusal())).rejects.toThrow(/status is 403 and not 401.*csrf/);
    await expect(assertRefused(refusal(), { status: 403, code: "x" })).rejects.toThrow(/code is csrf and not x/);
    await expect(assertRefused(refusal(), { status: 403, reason: "x" })).rejects.toThrow(/reason is missing and not x/);
    await expect(assertAccepted(refusal())).rejects.toThrow(/answer is 403/);
  });

  it("refuse an expectation that nobody would look at", async () => {
    const refusal = new Response("{}", { status: 401, headers: challenge });
    await expect(assertRefused(refusal, { raeson: "expired" } as object)).rejects.toThrow(/no option "raeson"/);
  });

  it("want a challenge with every 401, whatever its body is", async () => {
    await assertRefused(new Response("no JSON", { status: 401, headers: challenge }));
    await assertRefused(new Response("null", { status: 401, headers: challenge }));
    await expect(assertRefused(new Response("", { status: 401 }))).rejects.toThrow(/no WWW-Authenticate/);
  });

  it("leave the body of an answer to be read", async () => {
    const answer = Response.json({ id: 1 });
    expect(await assertAccepted(answer)).toEqual({ id: 1 });
    expect(await answer.json()).toEqual({ id: 1 });
    expect(await assertAccepted(new Response(null, { status: 204 }))).toBeUndefined();
  });
});
