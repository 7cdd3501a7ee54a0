import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { seal, unseal } from "../../dist/keys/seal.js";

const master = randomBytes(32);
const LABEL = { kid: "kid", purpose: "access" };
const plain = Buffer.from("thirty-two bytes that are secret");

describe("a sealed key", () => {
  it("opens with the same master key, name and purpose", () => {
    expect(unseal(seal(plain, master, LABEL), master, LABEL)).toEqual(plain);
    expect(unseal(seal(Buffer.alloc(0), master, LABEL), master, LABEL)).toEqual(Buffer.alloc(0));
  });

  it("is never sealed twice alike", () => {
    const sealed = Array.from({ length: 100 }, () => seal(plain, master, LABEL));
    expect(new Set(sealed.map((text) => text.slice(0, 18))).size).toBe(100);
  });

  it.each<[string, Uint8Array, string, string]>([
    ["another master key", randomBytes(32), "kid", "access"],
    ["another name", master, "kid2", "access"],
    ["another purpose", master, "kid", "refresh"],
    ["name and purpose run together otherwise", master, 'kid","access', ""],
    ["nothing", master, "", ""],
  ])("does not open with %s", (_what, key, kid, purpose) => {
    expect(unseal(seal(plain, master, LABEL), key, { kid, purpose })).toBeUndefined();
  });

  it("does not open with any bit changed", () => {
    const bytes = Buffer.from(seal(plain, master, LABEL), "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(unseal(changed.toString("base64url"), master, LABEL)).toBeUndefined();
    }
  });

  it("does not open cut short, made longer, or empty", () => {
    const bytes = Buffer.from(seal(plain, master, LABEL), "base64url");
    for (let length = 0; length < bytes.length; length++) {
      expect(unseal(bytes.subarray(0, length).toString("base64url"), master, LABEL)).toBeUndefined();
    }
    expect(unseal(Buffer.concat([bytes, Buffer.of(0)]).toString("base64url"), master, LABEL)).toBeUndefined();
    for (const text of ["", "!", "\0", "AQ"]) expect(unseal(text, master, LABEL)).toBeUndefined();
  });
});
