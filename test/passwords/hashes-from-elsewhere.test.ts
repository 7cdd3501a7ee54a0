import { execFile } from "node:child_process";
import { createHash, pbkdf2Sync, scryptSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import * as argon2 from "@node-rs/argon2";
import bcrypt from "bcryptjs";
import { afterAll, describe, expect, it } from "vitest";
import { createPasswords } from "../../dist/passwords/create-passwords.js";
import { requireUsableHash } from "../../dist/passwords/require-usable-hash.js";
import { verifyPassword } from "../../dist/passwords/verify-password.js";

interface Vector {
  readonly system: string;
  readonly password: string;
  readonly hash: string;
}

const { hashes } = JSON.parse(readFileSync(new URL("../vectors/password-hashes.json", import.meta.url), "utf8")) as {
  hashes: readonly Vector[];
};

const RIGHT = { matches: true, outdated: true };
const WRONG = { matches: false, outdated: true };

const PLAIN = "correct horse battery";
const NFC = "Zoë Ångström".normalize("NFC");
const NFD = "Zoë Ångström".normalize("NFD");

/** How a hash is written: what stands before its first number or salt. */
function formatOf({ hash }: Vector): string {
  return /^\$?[a-z][a-z0-9_-]*|^\$2[aby]/.exec(hash)?.[0] + (hash.includes(":") ? ":" : "");
}

/** One cheap hash of each way to write one. */
const CHEAP: readonly Vector[] = [
  ...new Map(
    hashes
      .filter(({ password, hash, system }) => password === PLAIN && !/default|without a number/.test(system + hash))
      .reverse()
      .map((vector) => [formatOf(vector), vector]),
  ).values(),
];

function isUsable(hash: string): boolean {
  try {
    requireUsableHash(hash);
    return true;
  } catch {
    return false;
  }
}

describe("a hash made by", () => {
  it.each(hashes.map((vector) => [vector.system, formatOf(vector), vector] as const))(
    "%s (%s) matches its password alone and is outdated",
    (_system, _format, { password, hash }) => {
      expect(verifyPassword(password, hash)).toEqual(RIGHT);
      expect(verifyPassword(`x${password}`, hash)).toEqual(WRONG);
    },
  );
});

describe("what was typed", () => {
  const systems = hashes.filter(({ password }) => password === NFD);

  it.each(systems.map((vector) => [formatOf(vector), vector] as const))(
    "counts for a hash of another system before its NFC form: %s",
    (_format, { hash }) => {
      expect(verifyPassword(NFD, hash)).toEqual(RIGHT);
      expect(verifyPassword(NFC, hash)).toEqual(WRONG);
    },
  );

  it.each(hashes.filter(({ password }) => password === NFC).map((vector) => [formatOf(vector), vector] as const))(
    "counts in its NFC form too: %s",
    (_format, { hash }) => {
      expect(verifyPassword(NFC, hash)).toEqual(RIGHT);
      expect(verifyPassword(NFD, hash)).toEqual(RIGHT);
    },
  );
});

describe("a hash that was", () => {
  it("looked at here is one of every way to write one", () => {
    expect(CHEAP.map(formatOf).sort()).toEqual([
      "$2a",
      "$2b",
      "$2y",
      "$argon2d",
      "$argon2i",
      "$argon2id",
      "$pbkdf2",
      "$pbkdf2-sha256",
      "$pbkdf2-sha512",
      "$scrypt",
      "argon2",
      "bcrypt",
      "bcrypt_sha256",
      "pbkdf2:",
      "pbkdf2_sha1",
      "pbkdf2_sha256",
      "scrypt",
      "scrypt:",
    ]);
  });

  it.each(CHEAP.map((vector) => [formatOf(vector), vector] as const))(
    "cut anywhere does not match: %s",
    (_, vector) => {
      for (let length = 0; length < vector.hash.length; length++) {
        const cut = vector.hash.slice(0, length);
        if (isUsable(cut)) expect([cut, verifyPassword(vector.password, cut)]).toEqual([cut, WRONG]);
      }
    },
  );

  it.each(CHEAP.map((vector) => [formatOf(vector), vector] as const))(
    "changed in one character does not match: %s",
    (_, { password, hash }) => {
      for (let index = 0; index < hash.length; index++) {
        const changed = hash.slice(0, index) + neighbour(hash.charAt(index)) + hash.slice(index + 1);
        // The letters of bcrypt tell who made the hash; all three are one algorithm.
        if (changed.replace("$2b$", "$2a$") === hash.replace("$2b$", "$2a$")) continue;
        if (isUsable(changed)) expect([changed, verifyPassword(password, changed)]).toEqual([changed, WRONG]);
      }
    },
  );
});

/** Another character of the same sort; a digit goes down, so that no cost explodes. */
function neighbour(character: string): string {
  if (/\d/.test(character)) return String((Number(character) + 9) % 10);
  if (/[zZ]/.test(character)) return character === "z" ? "a" : "A";
  return String.fromCharCode(character.charCodeAt(0) + 1);
}

describe("bcrypt", () => {
  const TAIL = " and what bcrypt does not read";
  const longHashes = hashes.filter(({ password }) => password.endsWith(TAIL));
  const cutting = longHashes.filter(({ hash }) => hash.includes("$2") && !hash.startsWith("bcrypt_sha256"));
  const whole = longHashes.filter((vector) => !cutting.includes(vector));

  it("reads 72 bytes of a password, as it did where the hash comes from", () => {
    expect(cutting).toHaveLength(2);
    for (const { password, hash } of cutting) {
      expect(verifyPassword(password, hash)).toEqual(RIGHT);
      expect(verifyPassword(password.slice(0, 72), hash)).toEqual(RIGHT);
      expect(verifyPassword(`${password.slice(0, 72)}another end`, hash)).toEqual(RIGHT);
      expect(verifyPassword(password.slice(0, 71), hash)).toEqual(WRONG);
      expect(verifyPassword(`${password.slice(0, 71)}?${TAIL}`, hash)).toEqual(WRONG);
    }
  });

  it("is the only one that does", () => {
    expect(whole.map(formatOf).sort()).toEqual([
      "$scrypt",
      "argon2",
      "bcrypt_sha256",
      "pbkdf2:",
      "pbkdf2_sha256",
      "scrypt",
      "scrypt:",
    ]);
    for (const { password, hash } of whole) {
      expect(verifyPassword(password.slice(0, 72), hash)).toEqual(WRONG);
      expect(verifyPassword(`${password.slice(0, -1)}?`, hash)).toEqual(WRONG);
    }
  });

  it("counts bytes, not characters", () => {
    const hash = bcrypt.hashSync("é".repeat(36), 4);
    expect(verifyPassword(`${"é".repeat(36)}x`, hash)).toEqual(RIGHT);
    expect(verifyPassword("é".repeat(35), hash)).toEqual(WRONG);
  });

  it.each([
    ["the text before it", "abc", "abc\0def"],
    ["the same text again", "abc", "abc\0abc"],
    ["no text", "", "\0"],
    ["itself", "abc\0def", "abc\0def"],
    ["itself beyond what it reads", "x".repeat(72), `${"x".repeat(72)}\0`],
  ])("does not match a password with NUL by the hash of %s", (_name, hashed, typed) => {
    expect(verifyPassword(typed, bcrypt.hashSync(hashed, 4))).toEqual(WRONG);
  });

  it("over SHA-256 takes NUL as any other character, and so does every other kind", () => {
    const salt = Buffer.from("salt");
    const written = [
      `bcrypt_sha256$${bcrypt.hashSync(createHash("sha256").update("abc\0def").digest("hex"), 4)}`,
      `pbkdf2:sha256:10$salt$${pbkdf2Sync("abc\0def", salt, 10, 32, "sha256").toString("hex")}`,
      `scrypt:16:8:1$salt$${scryptSync("abc\0def", salt, 64, { cost: 16 }).toString("hex")}`,
      argon2.hashSync("abc\0def", { memoryCost: 64 }),
    ];
    for (const hash of written) {
      expect(verifyPassword("abc\0def", hash)).toEqual(RIGHT);
      expect(verifyPassword("abc", hash)).toEqual(WRONG);
      expect(verifyPassword("abc\0xyz", hash)).toEqual(WRONG);
    }
  });

  it("is not loaded before a hash of it is met", async () => {
    const script = `
      import { createRequire } from "node:module";
      import { verifyPassword } from "${new URL("../../dist/passwords/verify-password.js", import.meta.url).href}";
      const loaded = () => Object.keys(createRequire("${import.meta.filename}").cache).some((file) => file.includes("bcryptjs"));
      verifyPassword("correct horse", undefined);
      const before = loaded();
      verifyPassword("correct horse", "${bcrypt.hashSync("correct horse", 4)}");
      console.log(before, loaded());`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
    expect(stdout).toBe("false true\n");
  });
});

describe("in a worker", () => {
  const passwords = createPasswords({ workers: 2 });
  afterAll(() => passwords.close());

  it("hashes of every kind are compared at once, each with its own answer", async () => {
    const verdicts = await Promise.all(
      CHEAP.flatMap(({ password, hash }) => [passwords.verify(password, hash), passwords.verify(`${password}x`, hash)]),
    );
    expect(verdicts).toEqual(CHEAP.flatMap(() => [RIGHT, WRONG]));
  });
});
