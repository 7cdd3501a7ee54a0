import { requireToken } from "latchkey/fetch";
import { assertAccepted, assertRefused, forgeToken, openTestAuth } from "latchkey/testing";
import { createVerifier, generateKey } from "latchkey/tokens";
import { afterAll, describe, expect, it } from "vitest";
import { itIsTrue } from "./chapter.js";

const key = generateKey({ alg: "HS256" });
const verifier = createVerifier({ profile: "jwt", keys: [key] });
const asking = (token: string) => new Request("http://localhost/", { headers: { authorization: `Bearer ${token}` } });

describe("the chapter on roles", () => {
  itIsTrue("roles");

  const open = openTestAuth();
  afterAll(async () => (await open).close());

  it.each<[string, object, boolean]>([
    ["the role", { roles: ["admin"] }, true],
    ["the role among others", { roles: ["x", "admin"] }, true],
    ["no roles", {}, false],
    ["a text for a list", { roles: "admin" }, false],
    ["a part of the name", { roles: ["administrator"] }, false],
    ["the name in other letters", { roles: ["Admin"] }, false],
  ])("is right about a token with %s", async (_what, claims, isTaken) => {
    const get = requireToken(verifier, { roles: ["admin"] })(() => new Response());
    const response = await get(asking(forgeToken({ key, claims: { ...claims } })));
    if (isTaken) return void (await assertAccepted(response));
    await assertRefused(response, { status: 403, code: "insufficient_role" });
    expect(response.headers.get("www-authenticate")).toBe('Bearer error="insufficient_scope"');
  });

  it("is right about a role that the server takes away: the older tokens go with it", async () => {
    const { auth, signUp } = await open;
    const { id, token } = await signUp("ada", { roles: ["admin"] });
    const get = requireToken(auth, { roles: ["admin"] })(() => new Response());
    await assertAccepted(await get(asking(token)));
    await auth.users.setRoles(id, []);
    await assertRefused(await get(asking(token)), { reason: "revoked" });
  });
});
