import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  deriveRefreshToken,
  isRefreshToken,
  type RefreshBinding,
  readRefreshToken,
} from "../../dist/tokens/refresh-token.js";
import { WRONG_USE } from "./by-hand.js";

/** A token made with node:crypto alone. */
function byHand(): string {
  const { keyId, session, generation } = parts;
  const numbers = Buffer.alloc(9);
  numbers.writeUInt8(1);
  numbers.writeUInt32BE(keyId, 1);
  numbers.writeUInt32BE(generation, 5);
  const body = Buffer.concat([
    numbers.subarray(0, 5),
    Buffer.from(session.replaceAll("-", ""), "hex"),
    numbers.subarray(5),
  ]);
  const mac = createHmac("sha256", binding.dataKey)
    .update("25:latchkey refresh token v17:epoch 17:nonce 1")
    .update(body);
  return `lkr_${Buffer.concat([body, mac.digest()]).toString("base64url")}`;
}

const binding: RefreshBinding = { dataKey: randomBytes(32), epoch: "epoch 1", nonce: "nonce 1" };
const parts = { keyId: 3, session: "019e8300-0c00-7000-8000-0123456789ab", generation: 41 };
const token = deriveRefreshToken(parts, binding);
const BODY = "lkr_".length;

describe("a refresh token", () => {
  it("is derived: the same session, generation and binding give the same token", () => {
    expect(deriveRefreshToken({ ...parts }, { ...binding, dataKey: Buffer.from(binding.dataKey) })).toBe(token);
    expect(token).toMatch(/^lkr_[A-Za-z0-9_-]{76}$/);
    expect(token).toBe(byHand());
  });

  it("says which key, session and generation it is of, and is accepted", () => {
    expect(readRefreshToken(token)).toEqual(parts);
    expect(isRefreshToken(token, binding)).toBe(true);
    for (const generation of [0, 1, 4_294_967_295]) {
      const other = deriveRefreshToken({ ...parts, generation }, binding);
      expect(readRefreshToken(other)).toEqual({ ...parts, generation });
      expect(isRefreshToken(other, binding)).toBe(true);
    }
  });

  it("is refused with any one bit flipped", () => {
    const bytes = Buffer.from(token.slice(BODY), "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(isRefreshToken(`lkr_${copy.toString("base64url")}`, binding)).toBe(false);
    }
  });

  it("is refused with any one character replaced, taken out or put in", () => {
    for (let index = 0; index < token.length; index++) {
      for (const character of ["A", "b", "_", "=", " ", "\u0141"]) {
        const changed = token.slice(0, index) + character + token.slice(index + 1);
        if (changed !== token) expect(isRefreshToken(changed, binding)).toBe(false);
        expect(isRefreshToken(token.slice(0, index) + character + token.slice(index), binding)).toBe(false);
      }
      expect(isRefreshToken(token.slice(0, index) + token.slice(index + 1), binding)).toBe(false);
    }
  });

  it.each([
    ["nothing", ""],
    ["the prefix alone", "lkr_"],
    ["no prefix", token.slice(BODY)],
    ["the prefix in capitals", `LKR_${token.slice(BODY)}`],
    ["the prefix twice", `lkr_${token}`],
    ["padding", `${token}=`],
    ["white space behind", `${token} `],
    ["a newline behind", `${token}\n`],
    ["white space in front", ` ${token}`],
    [
      "a byte more",
      `lkr_${Buffer.concat([Buffer.from(token.slice(BODY), "base64url"), Buffer.alloc(1)]).toString("base64url")}`,
    ],
    ["a byte less", `lkr_${Buffer.from(token.slice(BODY), "base64url").subarray(0, -1).toString("base64url")}`],
    ["itself twice", token + token],
    ["capitals", token.toUpperCase()],
    ["small letters", token.toLowerCase()],
    ["the alphabet of base64", token.replaceAll("-", "+").replaceAll("_", "/")],
    ["a JWT", "eyJhbGciOiJub25lIn0.e30."],
    ["a version 0", `lkr_AA${token.slice(BODY + 2)}`],
    ["zeros", `lkr_${Buffer.alloc(57).toString("base64url")}`],
    ["a million characters", `lkr_${"A".repeat(1_000_000)}`],
  ])("that is %s is refused, and reads as nothing", (_name, text) => {
    expect(isRefreshToken(text, binding)).toBe(false);
    expect(readRefreshToken(text)).toBeUndefined();
  });

  it("of another version reads as nothing", () => {
    for (const version of [0, 2, 255]) {
      const bytes = Buffer.from(token.slice(BODY), "base64url");
      bytes[0] = version;
      expect(readRefreshToken(`lkr_${bytes.toString("base64url")}`)).toBeUndefined();
    }
  });

  it("is refused with another data key, epoch or nonce", () => {
    const flipped = Buffer.from(binding.dataKey);
    flipped[0] = (flipped[0] ?? 0) ^ 1;
    for (const other of [
      { dataKey: randomBytes(32) },
      { dataKey: flipped },
      { epoch: "epoch 2" },
      { epoch: "" },
      { nonce: "nonce 2" },
      { nonce: "" },
    ]) {
      expect(isRefreshToken(token, { ...binding, ...other })).toBe(false);
    }
  });

  it("is refused where epoch and nonce run into one another or change places", () => {
    const pairs = [
      ["ab", "c"],
      ["a", "bc"],
      ["", "abc"],
      ["abc", ""],
      ["c", "ab"],
      ["1:a", "b"],
      ["a", "1:b"],
      ["a1:", "b"],
    ] as const;
    const tokens = pairs.map(([epoch, nonce]) => deriveRefreshToken(parts, { ...binding, epoch, nonce }));
    expect(new Set(tokens).size).toBe(pairs.length);
  });

  it("is never that of another session, generation or key", () => {
    const seen = new Set<string>();
    for (let number = 0; number < 2000; number++)
      seen.add(deriveRefreshToken({ keyId: 1, session: randomUUID(), generation: number % 3 }, binding));
    for (let number = 0; number < 2000; number++)
      seen.add(deriveRefreshToken({ keyId: 1, session: parts.session, generation: number }, binding));
    for (let number = 2; number < 1000; number++)
      seen.add(deriveRefreshToken({ keyId: number, session: parts.session, generation: 0 }, binding));
    expect(seen.size).toBe(4998);
  });

  it("is refused where parts of two good ones are put together", () => {
    const next = deriveRefreshToken({ ...parts, generation: 42 }, binding);
    for (let cut = BODY; cut < token.length; cut++) {
      const spliced = token.slice(0, cut) + next.slice(cut);
      if (spliced !== token && spliced !== next) expect(isRefreshToken(spliced, binding)).toBe(false);
    }
  });

  it.each([[-1], [4_294_967_296], [1.5], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    "is not made of a generation or key id of %s",
    (number) => {
      expect(() => deriveRefreshToken({ ...parts, generation: number }, binding)).toThrow(WRONG_USE);
      expect(() => deriveRefreshToken({ ...parts, keyId: number }, binding)).toThrow(WRONG_USE);
    },
  );

  it.each([
    [""],
    ["session-1"],
    ["019e8300-0c00-7000-8000-0123456789a"],
    ["019e8300-0c00-7000-8000-0123456789abc"],
    ["019e8300-0c00-7000-8000-0123456789ag"],
    ["x019e8300-0c00-7000-8000-0123456789ab"],
    ["019e8300-0c00-7000-8000-0123456789ab\n"],
  ])("is not made of a session %j, which is no UUID and would be cut to zeros", (session) => {
    expect(() => deriveRefreshToken({ ...parts, session }, binding)).toThrow(WRONG_USE);
  });
});
