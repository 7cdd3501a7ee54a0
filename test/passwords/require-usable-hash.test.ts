import { readFileSync } from "node:fs";
import { hashSync } from "@node-rs/argon2";
import { describe, expect, it } from "vitest";
import { requireUsableHash } from "../../dist/passwords/require-usable-hash.js";
import { verifyPassword } from "../../dist/passwords/verify-password.js";
import { UNUSABLE } from "./unusable-hashes.js";

describe("a hash to import", () => {
  it.each(UNUSABLE)("that is %s is refused with the reason and without the hash", (_name, hash, why) => {
    const refusal = expect(() => requireUsableHash(hash));
    refusal.toThrow(
      expect.objectContaining({
        name: "AuthError",
        code: "invalid_request",
        fields: [{ field: "hash", message: expect.stringMatching(why) }],
      }),
    );
    for (const part of hash.split("$").filter(({ length }) => length > 8)) {
      refusal.not.toThrow(
        expect.objectContaining({ fields: [expect.objectContaining({ message: expect.stringContaining(part) })] }),
      );
    }
  });

  it("of today is accepted", () => {
    requireUsableHash(hashSync("correct horse"));
  });

  it.each([
    ["bcrypt of cost 15", "$2b$15$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"],
    ["PBKDF2 of 5 million iterations", `pbkdf2:sha256:5000000$salt$${"0".repeat(64)}`],
    ["Argon2 of 16 passes and 16 lanes", `$argon2id$v=19$m=262144,t=16,p=16$c29tZXNhbHQ$${"A".repeat(43)}`],
    ["scrypt of N*r*p = 2^22", `$scrypt$ln=14,r=8,p=32$c2FsdA$${"A".repeat(43)}`],
  ])("at the limit of the costs is accepted: %s", (_name, hash) => {
    requireUsableHash(hash);
  });

  it.each([
    ["scrypt of 256 MiB", `$scrypt$ln=18,r=8,p=1$c2FsdA$${"A".repeat(43)}`],
    ["scrypt of the largest N for r = 1", `$scrypt$ln=15,r=1,p=1$c2FsdA$${"A".repeat(43)}`],
    ["scrypt of N = 2", `$scrypt$ln=1,r=1,p=1$c2FsdA$${"A".repeat(43)}`],
    ["scrypt of large blocks", `$scrypt$ln=1,r=1024,p=1$c2FsdA$${"A".repeat(43)}`],
    ["scrypt of many lanes", `$scrypt$ln=1,r=1,p=1024$c2FsdA$${"A".repeat(43)}`],
    ["Argon2 of 256 MiB", `$argon2id$v=19$m=262144,t=1,p=1$c29tZXNhbHQ$${"A".repeat(43)}`],
    ["Argon2 of the least memory for its lanes", `$argon2d$v=19$m=128,t=1,p=16$c29tZXNhbHQ$${"A".repeat(43)}`],
    ["Argon2 with the shortest salt and output", `$argon2i$m=8,t=1,p=1$c29tZXNhbHQ$${"A".repeat(16)}`],
    ["Argon2 with the longest salt and output", `$argon2i$m=8,t=1,p=1$${"A".repeat(64)}$${"A".repeat(86)}`],
    ["PBKDF2 of one iteration", `pbkdf2:sha1:1$s$${"0".repeat(40)}`],
  ])("at the limit of what can be computed is accepted and computed: %s", (_name, hash) => {
    requireUsableHash(hash);
    expect(verifyPassword("correct horse", hash)).toEqual({ matches: false, outdated: true });
  });

  it("of every vector is accepted", () => {
    const { hashes } = JSON.parse(
      readFileSync(new URL("../vectors/password-hashes.json", import.meta.url), "utf8"),
    ) as { hashes: { hash: string }[] };
    for (const { hash } of hashes) requireUsableHash(hash);
  });
});
