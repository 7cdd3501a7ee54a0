import { generateKey } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { claimsOf, headerOf, keyOf, type Members, segment, tokenOf, verifierOf } from "./by-hand.js";

const key = keyOf("HS256");

/** A verifier, and the header that it finds in a new token with these members beside its own. */
function openReader() {
  const verifier = verifierOf(key);
  let sessions = 0;
  return (members: Members) =>
    verifier.inspectSync(tokenOf(headerOf(key, members), claimsOf({ sid: `session-${sessions++}` }), key)).header;
}

/** Members with which the header is so long in base64url. */
function filledTo(length: number): Members {
  const filler = (size: number) => ({ filler: "x".repeat(size) });
  const bare = Buffer.from(segment(headerOf(key, filler(0))), "base64url").length;
  const members = filler((length * 3) / 4 - bare);
  expect(segment(headerOf(key, members))).toHaveLength(length);
  return members;
}

describe("the header of an issuer, which is the same in all its tokens", () => {
  it("is read once", () => {
    const headerWith = openReader();
    const first = headerWith({});
    expect(headerWith({})).toBe(first);
    expect(headerWith({})).toBe(first);
    expect(headerWith({ x: 1 })).toEqual({ ...first, x: 1 });
    expect(headerWith({})).toBe(first);
  });

  it("is read again where it has more than 512 characters: strangers write such ones", () => {
    const headerWith = openReader();
    const [short, long] = [filledTo(512), filledTo(516)];
    expect(headerWith(short)).toBe(headerWith(short));
    expect(headerWith(long)).not.toBe(headerWith(long));
    expect(headerWith(long)).toEqual(headerWith(long));
  });

  it("is forgotten where 64 others came, so that no stranger fills the memory with them", () => {
    const headerWith = openReader();
    const first = headerWith({});
    for (let other = 1; other < 64; other++) headerWith({ x: other });
    expect(headerWith({})).toBe(first);
    expect(headerWith({ x: 63 })).toBe(headerWith({ x: 63 }));
    const last = headerWith({ x: 64 });
    expect(headerWith({})).not.toBe(first);
    expect(headerWith({})).toEqual(first);
    expect(headerWith({ x: 64 })).toBe(last);
  });

  it("is read again where the keys are new", () => {
    const verifier = verifierOf(key);
    const token = tokenOf(headerOf(key), claimsOf(), key);
    expect(verifier.verifySync(token).sub).toBe("42");
    verifier.replaceKeys([generateKey({ alg: "HS256" })]);
    expect(() => verifier.verifySync(token)).toThrow(expect.objectContaining({ reason: "key_unknown" }));
  });

  it("is read again for a function that chooses keys: it may choose another one", () => {
    let chosen = key;
    const verifier = verifierOf(key, { keys: () => chosen });
    const token = (sid: string) => tokenOf(headerOf(key), claimsOf({ sid }), key);
    const [one, other] = [verifier.inspectSync(token("a")).header, verifier.inspectSync(token("b")).header];
    expect(other).not.toBe(one);
    chosen = generateKey({ alg: "HS256", kid: key.kid });
    expect(() => verifier.verifySync(token("c"))).toThrow(expect.objectContaining({ reason: "bad_signature" }));
  });
});
