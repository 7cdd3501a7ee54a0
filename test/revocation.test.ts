import { randomBytes } from "node:crypto";
import { requireToken } from "latchkey/fetch";
import { JwtManager } from "latchkey/manager";
import { assertAccepted, assertRefused } from "latchkey/testing";
import { describe, expect, it } from "vitest";
import { itIsTrue } from "./chapter.js";

const secret = randomBytes(32).toString("base64url");
const asking = (token: string) => new Request("http://localhost/", { headers: { authorization: `Bearer ${token}` } });

describe("the chapter on revocation", () => {
  itIsTrue("revocation");

  it("is right about a loader that has to wait", async () => {
    const revoked = new Set<string | undefined>();
    const jwt = new JwtManager({ secret, isRevoked: async ({ jti }) => revoked.has(jti) });
    const get = requireToken(jwt)(() => new Response());
    const token = await jwt.createAccessToken("42");
    await assertAccepted(await get(asking(token)));
    revoked.add(await jwt.jti(token));
    await assertRefused(await get(asking(token)), { reason: "revoked" });
    expect(() => jwt.verifySync(token)).toThrow(/use verify/);
    await expect(jwt.verify(token)).rejects.toMatchObject({ reason: "revoked" });
  });

  it("is right about a moment after which older tokens are refused", async () => {
    const loggedOutAt = Math.floor(Date.now() / 1000);
    const jwt = new JwtManager({ secret, isRevoked: ({ iat = 0 }) => iat <= loggedOutAt });
    const get = requireToken(jwt)(() => new Response());
    const older = new JwtManager({ secret, now: () => (loggedOutAt - 1) * 1000 });
    await assertRefused(await get(asking(await older.createAccessToken("42"))), { reason: "revoked" });
    const later = new JwtManager({ secret, now: () => (loggedOutAt + 1) * 1000 });
    await assertAccepted(await get(asking(await later.createAccessToken("42"))));
  });
});
