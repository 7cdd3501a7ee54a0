import { createIssuer, createRevocations, createVerifier, generateKey } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { createGuard } from "../../dist/guard/create-guard.js";

const ISSUER = "https://auth.example.com";
const key = generateKey({ alg: "ES256" });
const revocations = createRevocations();
const issuer = createIssuer({ issuer: ISSUER, audience: "todo-api", clientId: "web", keys: [key] });
const guard = createGuard(createVerifier({ issuer: ISSUER, audience: "todo-api", keys: [key.public], revocations }));

/** Asks the guard with these headers, whose names are in lower case. */
const ask = (headers: Readonly<Record<string, string>>) =>
  guard.authenticate({ method: "GET", header: (name) => headers[name.toLowerCase()] });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("a guard", () => {
  it("tells who is calling: claims, header, identity, and where the token lay", async () => {
    const token = issuer.mint({ sub: "42", roles: ["editor"], scope: "todos:read" });
    expect(await ask(bearer(token))).toEqual({
      claims: expect.objectContaining({ sub: "42", roles: ["editor"], scope: "todos:read" }),
      header: { alg: "ES256", typ: "at+jwt", kid: key.kid },
      identity: "42",
      location: "header",
    });
  });

  it("refuses a request without a token by the code token_required", async () => {
    await expect(ask({})).rejects.toMatchObject({ name: "AuthError", code: "token_required" });
    await expect(ask({ authorization: "Basic YTpi" })).rejects.toMatchObject({ code: "token_required" });
    await expect(ask({ cookie: `token=${issuer.mint({ sub: "42" })}` })).rejects.toMatchObject({
      code: "token_required",
    });
  });

  it("rejects, and never throws, so that one catch is enough", () => {
    for (const headers of [{}, { authorization: "Bearer" }, bearer("x")]) {
      const asked = ask(headers);
      expect(asked).toBeInstanceOf(Promise);
      asked.catch(() => {});
    }
  });

  it.each([
    [
      "a malformed header",
      { authorization: "Bearer a b" },
      { name: "TokenError", code: "invalid_token", reason: "malformed_header" },
    ],
    ["a malformed token", bearer("a.b"), { name: "TokenError", code: "invalid_token", reason: "wrong_segments" }],
    ["an expired token", bearer(issuer.mint({ sub: "42", iat: 1000, exp: 1600 })), { reason: "expired" }],
    [
      "a token for another API",
      bearer(issuer.mint({ sub: "42" }, { audience: "shop-api" })),
      { reason: "wrong_audience" },
    ],
  ])("refuses %s by what the verifier says", async (_what, headers, refusal) => {
    await expect(ask(headers)).rejects.toMatchObject(refusal);
  });

  it("refuses at the very next request what was taken back meanwhile", async () => {
    const token = issuer.mint({ sub: "42", sid: "a session" });
    expect((await ask(bearer(token))).identity).toBe("42");
    revocations.add({ session: "a session" });
    await expect(ask(bearer(token))).rejects.toMatchObject({ code: "invalid_token", reason: "revoked" });
  });

  it("gives claims that nobody can change for the next one who asks", async () => {
    const token = issuer.mint({ sub: "42", roles: ["reader"] });
    const { claims } = await ask(bearer(token));
    expect(() => (claims.roles as string[]).push("admin")).toThrow(TypeError);
    expect((await ask(bearer(token))).claims.roles).toEqual(["reader"]);
  });

  it.each([undefined, null, {}, "a token", Promise.resolve({})])(
    "is not made of %j, and says what it needs",
    (given) => {
      expect(() => createGuard(given as never)).toThrow(/^A guard needs a verifier, or what createAuth resolves to/);
    },
  );
});
