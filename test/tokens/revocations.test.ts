import { createRevocations, type Revocation } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { uuidV7 } from "../../dist/tokens/uuid-v7.js";
import { factsOf, goodToken, JTI, keyOf, NOW, SECONDS, verifierOf, WRONG_USE } from "./by-hand.js";

const claims = { iat: SECONDS, jti: JTI, sid: "session-1" };

function liveSet(...entries: Revocation[]) {
  const revocations = createRevocations({ now: () => NOW });
  for (const entry of entries) revocations.add(entry);
  return revocations;
}

describe("the live set", () => {
  it("takes nothing back where it is empty", () => {
    expect(liveSet().find(claims, "k")).toBeUndefined();
    expect(liveSet().forgetPast()).toBe(0);
  });

  it.each<[string, Revocation, string | undefined]>([
    ["a session", { session: "session-1" }, "session"],
    ["another session", { session: "session-2" }, undefined],
    ["a part of the session's name", { session: "session" }, undefined],
    ["a token", { token: JTI }, "token"],
    ["a token in capitals", { token: JTI.toUpperCase() === JTI ? "x" : JTI.toUpperCase() }, undefined],
    ["a session under the name of the token", { session: JTI }, undefined],
    ["a token under the name of the session", { token: "session-1" }, undefined],
    ["a key", { key: "k" }, "key"],
    ["another key", { key: "K" }, undefined],
    ["a key under the name of the session", { key: "session-1" }, undefined],
    ["__proto__", { session: "__proto__" }, undefined],
  ])("answers for %s", (_name, entry, kind) => {
    expect(liveSet(entry).find(claims, "k")).toBe(kind);
  });

  it("names the widest kind first: key, token, session", () => {
    const revocations = liveSet({ session: "session-1" });
    expect(revocations.find(claims, "k")).toBe("session");
    revocations.add({ token: JTI });
    expect(revocations.find(claims, "k")).toBe("token");
    revocations.add({ key: "k" });
    expect(revocations.find(claims, "k")).toBe("key");
  });

  it("does not ask what a token does not have", () => {
    const revocations = liveSet({ session: "session-1" }, { token: JTI });
    expect(revocations.find({ iat: SECONDS }, "k")).toBeUndefined();
    expect(revocations.find({ iat: SECONDS, sid: "session-2" }, "k")).toBeUndefined();
  });
});

describe("a revocation of a session before a moment", () => {
  const made = NOW + 500;
  const token = { iat: Math.floor(made / 1000), jti: uuidV7(made), sid: "s" };
  const beforeThat = (before: number) => liveSet({ session: "s", before });

  it("goes by the millisecond in the jti", () => {
    expect(beforeThat(made).find(token, "k")).toBeUndefined();
    expect(beforeThat(made + 1).find(token, "k")).toBe("session");
    expect(beforeThat(made - 1).find(token, "k")).toBeUndefined();
  });

  it("goes by the second of iat where the jti tells no time, and is strict then", () => {
    for (const jti of [undefined, "1", "", "019e8300-0c00-4000-8000-000000000001", uuidV7(made).toUpperCase()]) {
      const older = { iat: SECONDS, sid: "s", ...(jti !== undefined && { jti }) };
      expect(beforeThat(NOW).find(older, "k")).toBeUndefined();
      expect(beforeThat(NOW + 1).find(older, "k")).toBe("session");
    }
  });

  it("refuses what tells no time at all", () => {
    expect(beforeThat(1).find({ sid: "s" } as never, "k")).toBe("session");
    expect(beforeThat(1).find({ sid: "s", iat: Number.NaN }, "k")).toBe("session");
    expect(beforeThat(1).find({ sid: "s", iat: "x" as never, jti: 5 as never }, "k")).toBe("session");
  });

  it("leaves the stricter entry, in whatever order they come", () => {
    const orders: Revocation[][] = [
      [
        { session: "s", before: NOW },
        { session: "s", before: made + 1 },
      ],
      [
        { session: "s", before: made + 1 },
        { session: "s", before: NOW },
      ],
      [{ session: "s" }, { session: "s", before: NOW }],
      [{ session: "s", before: NOW }, { session: "s" }],
    ];
    for (const entries of orders) expect(liveSet(...entries).find(token, "k")).toBe("session");
    expect(liveSet({ session: "s", before: NOW }, { session: "s", before: NOW - 1 }).find(token, "k")).toBeUndefined();
  });
});

describe("an entry is forgotten", () => {
  it("once its until has passed, and not before", () => {
    let time = NOW;
    const revocations = createRevocations({ now: () => time });
    revocations.add({ session: "session-1", until: NOW + 1000 });
    revocations.add({ token: JTI, until: NOW + 2000 });
    revocations.add({ key: "k" });
    time = NOW + 1000;
    expect(revocations.forgetPast()).toBe(3);
    expect(revocations.find(claims, "x")).toBe("token");
    time = NOW + 1001;
    expect(revocations.forgetPast()).toBe(2);
    expect(revocations.find({ ...claims, jti: "x" }, "x")).toBeUndefined();
    time = NOW + 2000;
    expect(revocations.forgetPast()).toBe(2);
    time = NOW + 2001;
    expect(revocations.forgetPast()).toBe(1);
    expect(revocations.find(claims, "x")).toBeUndefined();
    time = Number.MAX_SAFE_INTEGER;
    expect(revocations.forgetPast()).toBe(1);
    expect(revocations.find(claims, "k")).toBe("key");
  });

  it("never without an until, and not while one of two still holds", () => {
    let time = NOW;
    const revocations = createRevocations({ now: () => time });
    revocations.add({ session: "session-1" });
    revocations.add({ session: "session-1", until: NOW + 1 });
    revocations.add({ token: JTI, until: NOW + 1 });
    revocations.add({ token: JTI, until: NOW + 5000 });
    revocations.add({ token: JTI, until: NOW + 2 });
    time = NOW + 4999;
    expect(revocations.forgetPast()).toBe(2);
    time = NOW * 10;
    expect(revocations.forgetPast()).toBe(1);
    expect(revocations.find(claims, "k")).toBe("session");
  });

  it("also while the set grows, so that its size follows what is alive", () => {
    let time = NOW;
    const revocations = createRevocations({ now: () => time });
    for (let number = 0; number < 100_000; number++) {
      time += 1;
      revocations.add({ token: `t${number}`, until: time + 100 });
    }
    const alive = Array.from({ length: 100_000 }, (_, number) => number).filter(
      (number) => revocations.find({ iat: 1, jti: `t${number}` }, "k") !== undefined,
    );
    expect(alive.length).toBeLessThan(2100);
    expect(alive.length).toBeGreaterThanOrEqual(100);
    expect(revocations.forgetPast()).toBe(101);
  });

  it("in no case because its until was in the past when it came", () => {
    expect(liveSet({ session: "session-1", until: 0 }).find(claims, "k")).toBe("session");
  });
});

describe("a revocation that names nothing", () => {
  it.each([
    [{}],
    [{ session: "" }],
    [{ token: "" }],
    [{ key: "" }],
    [{ session: 5 }],
    [{ token: null }],
    [{ key: undefined }],
    [{ session: "s", before: Number.NaN }],
    [{ session: "s", before: "1" }],
    [{ session: "s", until: null }],
    [{ token: "t", until: "x" }],
    [{ session: ["s"] }],
    [null],
    ["session"],
  ])("%j is a TypeError and changes nothing", (entry) => {
    const revocations = liveSet();
    expect(() => revocations.add(entry as never)).toThrow(
      entry === null || typeof entry === "string" ? TypeError : WRONG_USE,
    );
    expect(revocations.forgetPast()).toBe(0);
  });
});

describe("a verifier with a live set", () => {
  it("refuses what is taken back and accepts what is not", () => {
    const key = keyOf("HS256");
    const revocations = liveSet({ session: "session-2" });
    const verifier = verifierOf(key, { revocations });
    expect(verifier.verifySync(goodToken(key)).sid).toBe("session-1");
    expect(factsOf(() => verifier.verifySync(goodToken(key, { sid: "session-2" })))).toEqual({
      reason: "revoked",
      check: "revocation",
      claim: "sid",
    });
  });

  it("says that a token has expired rather than that it was taken back", () => {
    const key = keyOf("HS256");
    const verifier = verifierOf(key, { revocations: liveSet({ session: "session-1" }) });
    expect(factsOf(() => verifier.verifySync(goodToken(key, { exp: SECONDS - 9 }))).reason).toBe("expired");
  });
});
