import { randomBytes } from "node:crypto";
import { JwtManager, memoryRefreshStore } from "latchkey/manager";
import { createClock } from "latchkey/testing";
import { describe, expect, it } from "vitest";
import { itIsTrue } from "./chapter.js";

const secret = randomBytes(32).toString("base64url");

describe("the chapter on refresh", () => {
  itIsTrue("refresh");

  it("is right about a hundred refreshes at once: they have one successor", async () => {
    const jwt = new JwtManager({ secret, refreshStore: memoryRefreshStore() });
    const token = await jwt.createRefreshToken("42");
    const all = await Promise.all(Array.from({ length: 100 }, () => jwt.rotateRefreshToken(token)));
    expect(new Set(all.map(({ refreshToken }) => refreshToken)).size).toBe(1);
    expect(all[0]?.refreshToken).not.toBe(token);
  });

  it("is right about the life of a family, and about one that lies idle", async () => {
    const clock = createClock();
    const refreshStore = memoryRefreshStore();
    const jwt = new JwtManager({ secret, refreshStore, refreshSeconds: 1000, idleSeconds: 400, now: clock.now });
    let token = await jwt.createRefreshToken("42");
    for (let turn = 0; turn < 3; turn++) {
      clock.advance(300);
      token = (await jwt.rotateRefreshToken(token)).refreshToken;
    }
    clock.advance(110);
    await expect(jwt.rotateRefreshToken(token)).rejects.toMatchObject({ reason: "expired" });
    const idle = await jwt.createRefreshToken("42");
    clock.advance(410);
    await expect(jwt.rotateRefreshToken(idle)).rejects.toMatchObject({ reason: "expired" });
  });

  it("is right about tokens of no family, which a store that came later does not know", async () => {
    const before = new JwtManager({ secret });
    const [access, refresh] = [await before.createAccessToken("42"), await before.createRefreshToken("42")];
    const jwt = new JwtManager({ secret, refreshStore: memoryRefreshStore() });
    const input = (token: string) => ({ method: "POST", header: () => `Bearer ${token}` });
    expect(await jwt.endFamily(await jwt.authenticate(input(access)))).toBe(false);
    const auth = await jwt.authenticate(input(refresh), { type: "refresh" });
    if (auth === undefined) throw new Error("The route is not optional.");
    const refusal = await jwt.rotateRefreshToken(auth).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "invalid_grant" });
    expect(jwt.explain(refresh).every(({ verdict }) => verdict === "passed")).toBe(true);
    expect(await jwt.refusalOf(refusal as never)).toMatchObject({ status: 401 });
  });
});
