import { requireToken } from "latchkey/fetch";
import { assertAccepted, assertRefused, openTestAuth } from "latchkey/testing";
import { afterAll, describe, expect, it } from "vitest";
import { itIsTrue } from "./chapter.js";

describe("the chapter on freshness", () => {
  itIsTrue("freshness");

  const open = openTestAuth();
  afterAll(async () => (await open).close());
  const asking = (token: string) => new Request("http://localhost/", { headers: { authorization: `Bearer ${token}` } });

  it("is right about the tokens of the server: those of the log-in itself, and those of one of late", async () => {
    const { auth, clock, signUp } = await open;
    const { token, refreshToken } = await signUp("ada");
    const ofLogIn = requireToken(auth, { fresh: true })(() => new Response());
    const ofLate = requireToken(auth, { fresh: 300 })(() => new Response());
    for (const get of [ofLogIn, ofLate]) await assertAccepted(await get(asking(token)));

    clock.advance(200);
    const refreshed = await auth.refresh({ refreshToken });
    await assertAccepted(await ofLogIn(asking(token)));
    await assertRefused(await ofLogIn(asking(refreshed.token)), { reason: "not_fresh" });
    await assertAccepted(await ofLate(asking(refreshed.token)));

    clock.advance(200);
    const refusal = await ofLate(asking(token));
    await assertRefused(refusal, { code: "invalid_token", reason: "not_fresh" });
    expect(refusal.headers.get("www-authenticate")).toMatch(/^Bearer error="insufficient_user_authentication"/);
  });
});
