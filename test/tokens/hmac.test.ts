import { createHmac, createSecretKey, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { prepareHmac } from "../../dist/tokens/hmac.js";

describe.each(["sha256", "sha384", "sha512"])("the HMAC over %s", (algorithm) => {
  it("is that of node:crypto, for keys around the block and texts around the limit", () => {
    const lengths = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 8185, max: 8200 }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), lengths, (keyBytes, length) => {
        const key = createSecretKey(randomBytes(keyBytes));
        const text = randomBytes(length).toString("base64url").slice(0, length);
        const hmac = prepareHmac(algorithm, key);
        const expected = createHmac(algorithm, key).update(text);
        const bytes = expected.digest();
        expect(hmac.bytes(text)).toEqual(bytes);
        expect(hmac.base64url(text)).toBe(bytes.toString("base64url"));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps nothing of the text before", () => {
    const key = createSecretKey(randomBytes(64));
    const hmac = prepareHmac(algorithm, key);
    hmac.bytes("a".repeat(5000));
    expect(hmac.bytes("b")).toEqual(createHmac(algorithm, key).update("b").digest());
    const first = hmac.bytes("one");
    hmac.bytes("two");
    expect(first).toEqual(createHmac(algorithm, key).update("one").digest());
  });
});
