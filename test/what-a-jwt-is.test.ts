import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Algorithm, createIssuer, generateKey, signJws, toJwks, verifyJws } from "latchkey/tokens";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const CHAPTER = readFileSync(join(ROOT, "docs/what-a-jwt-is.md"), "utf8");

describe("the chapter on what a JWT is", () => {
  it("shows a token whose parts are where it says", () => {
    const [, token = "", line = ""] = /^(eyJ.+)\n(└.+)$/m.exec(CHAPTER) ?? [];
    const [header = "", payload = ""] = token.split(".");
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toMatchObject({ alg: "ES256" });
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({ sub: "42" });
    const starts = [...line.matchAll(/└/g)].map(({ index }) => index);
    expect(starts).toEqual([0, header.length + 1, header.length + payload.length + 2]);
    expect(line).toHaveLength(token.length);
  });

  it.each<[Algorithm, number]>([
    ["HS256", 32],
    ["ES256", 64],
    ["EdDSA", 64],
    ["RS256", 256],
  ])("is right about the size of a signature of %s", (alg, bytes) => {
    const token = signJws("{}", generateKey({ alg }));
    expect(Buffer.from(token.split(".")[2] ?? "", "base64url")).toHaveLength(bytes);
    expect(CHAPTER).toContain(`${bytes} bytes`);
  });

  it("is right about public keys: they check, and sign nothing", () => {
    const key = generateKey({ alg: "ES256" });
    expect(verifyJws(signJws("{}", key), [key.public]).key.kid).toBe(key.kid);
    expect(() => signJws("{}", key.public as never)).toThrow(/public key cannot sign/);
  });

  it("is right about what token explain says of a token that has expired", () => {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
    try {
      const key = generateKey({ alg: "ES256" });
      const names = { issuer: "https://auth.example.com", audience: "todo-api" };
      const issuer = createIssuer({ ...names, clientId: "web", keys: [key], now: () => Date.now() - 3_600_000 });
      writeFileSync(join(folder, "jwks.json"), JSON.stringify(toJwks([key])));
      const [, flags = ""] = /^\$ latchkey (token explain .+) < token\.txt$/m.exec(CHAPTER) ?? [];
      const printed = printedOf(folder, flags.split(" "), issuer.mint({ sub: "42" }));
      const shown = CHAPTER.slice(CHAPTER.indexOf("ok  shape"), CHAPTER.indexOf("refused.\n```") + "refused.\n".length);
      const timeless = (text: string) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "…");
      expect(timeless(printed)).toBe(timeless(shown));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** What a refused token makes the command print: it ends with 1. */
function printedOf(cwd: string, parameters: readonly string[], input: string): string {
  try {
    execFileSync(process.execPath, [join(ROOT, "dist/cli/main.js"), ...parameters], { cwd, input, encoding: "utf8" });
  } catch (refused) {
    return (refused as { readonly stdout: string }).stdout;
  }
  throw new Error("The token was accepted.");
}
