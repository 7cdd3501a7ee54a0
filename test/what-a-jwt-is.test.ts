import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { forgeToken } from "latchkey/testing";
import { type Algorithm, createIssuer, createVerifier, generateKey, signJws } from "latchkey/tokens";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const NAMES = { issuer: "https://auth.example.com", audience: "todo-api", clientId: "web" };

describe("the chapter on what a JWT is", () => {
  it("has an example that runs, and shows a forged claim refused", () => {
    const printed = execFileSync(process.execPath, [join(ROOT, "examples/what-a-jwt-is.mjs")], { encoding: "utf8" });
    expect(printed).toContain("refused: invalid_token bad_signature");
    expect(printed).toContain("the public half: A public key cannot sign.");
  });

  it("shows three parts that are base64url, and say what it says", () => {
    const chapter = readFileSync(join(ROOT, "docs/what-a-jwt-is.md"), "utf8");
    const [header, payload, signature] = (/^```\n(eyJ\S+)/m.exec(chapter)?.[1] ?? "").split(".");
    const read = (part = "") => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    expect([read(header), read(payload)]).toEqual([
      { alg: "ES256", typ: "at+jwt" },
      { sub: "42", exp: 1_800_000_600 },
    ]);
    expect(signature).toMatch(/^[\w-]+$/);
  });

  it.each<[Algorithm, number]>([
    ["HS256", 32],
    ["ES256", 64],
    ["EdDSA", 64],
    ["RS256", 256],
  ])("is right about the size of a signature of %s: %i bytes", (alg, bytes) => {
    const signature = signJws("x", generateKey({ alg })).split(".")[2] ?? "";
    expect(Buffer.from(signature, "base64url")).toHaveLength(bytes);
  });

  it("is right about who can mint: whoever holds the secret, and nobody with a public key", () => {
    const secret = generateKey({ alg: "HS256" });
    const minted = createIssuer({ ...NAMES, keys: [secret] }).mint({ sub: "1" });
    expect(createVerifier({ ...NAMES, keys: [secret] }).verifySync(minted).sub).toBe("1");
    const { public: half } = generateKey({ alg: "ES256" });
    expect(() => createIssuer({ ...NAMES, keys: [half] })).toThrow(/public key cannot sign/);
  });

  it("is right about what strangers write: none is refused, and a token of five parts before it is read", () => {
    const verifier = createVerifier({ profile: "jwt", keys: [generateKey({ alg: "HS256" })] });
    expect(() => verifier.verifySync(forgeToken())).toThrow(expect.objectContaining({ reason: "algorithm_mismatch" }));
    expect(() => verifier.verifySync("a.b.c.d.e")).toThrow(expect.objectContaining({ reason: "encrypted" }));
  });
});
