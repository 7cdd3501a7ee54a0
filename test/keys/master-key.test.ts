import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { masterKeyInFile, masterKeyOf } from "../../dist/keys/master-key.js";
import { temporaryFolder } from "../http/open-auth.js";

const newSecret = () => randomBytes(32).toString("base64url");
const modeOf = (path: string) => statSync(path).mode & 0o777;

describe("a secret", () => {
  it("is 32 random bytes in base64url", () => {
    const secrets = Array.from({ length: 100 }, newSecret);
    for (const secret of secrets) expect(masterKeyOf(secret, "The secret").toString("base64url")).toBe(secret);
  });

  it.each([
    ["empty", ""],
    ["a word", "secret"],
    ["a sentence of 43 characters", "correct horse battery staple correct horse!"],
    ["31 bytes", randomBytes(31).toString("base64url")],
    ["33 bytes", randomBytes(33).toString("base64url")],
    ["hex", randomBytes(32).toString("hex")],
    ["base64 with padding", randomBytes(32).toString("base64")],
    ["the other alphabet", `${"ab+/".repeat(10)}abc`],
    ["not canonical", `${randomBytes(32).toString("base64url").slice(0, 42)}B`],
    ["a space before it", ` ${newSecret()}`],
    ["a line break after it", `${newSecret()}\n`],
    ["all zeros", Buffer.alloc(32).toString("base64url")],
    ["all equal", Buffer.alloc(32, 0xa5).toString("base64url")],
    ["two bytes in turn", Buffer.alloc(32, "ab").toString("base64url")],
    ["the same few bytes again", Buffer.alloc(32, "abcdefgh").toString("base64url")],
  ])("that is %s is refused with a sentence that names the setting, and not the value", (_what, secret) => {
    let message = "";
    try {
      masterKeyOf(secret, "The secret (LATCHKEY_SECRET)");
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      message = (error as Error).message;
    }
    expect(message).toContain("LATCHKEY_SECRET");
    if (secret.length > 6)
      for (let at = 0; at + 6 < secret.length; at += 6) expect(message).not.toContain(secret.slice(at, at + 6));
  });
});

describe("a key file", () => {
  it("is made 0600 in a folder of 0700, and read again", () => {
    const folder = join(temporaryFolder(), "deep", "data");
    const path = join(folder, "master.key");
    const made = masterKeyInFile(path, { mayMake: true });
    expect(made).toHaveLength(32);
    expect([modeOf(path), modeOf(folder)]).toEqual([0o600, 0o700]);
    expect(readdirSync(folder)).toEqual(["master.key"]);
    expect(readFileSync(path, "utf8")).toBe(`${made.toString("base64url")}\n`);
    for (const mayMake of [true, false]) expect(masterKeyInFile(path, { mayMake })).toEqual(made);
  });

  it.each([0o640, 0o604, 0o660, 0o644, 0o666, 0o620, 0o602, 0o601, 0o777])(
    "of mode %o is refused, and not read",
    (mode) => {
      const path = join(temporaryFolder(), "master.key");
      masterKeyInFile(path, { mayMake: true });
      chmodSync(path, mode);
      for (const mayMake of [true, false]) {
        expect(() => masterKeyInFile(path, { mayMake })).toThrow(/^\S+master\.key can be .*chmod 600/);
      }
    },
  );

  it.each([0o600, 0o400])("of mode %o is read", (mode) => {
    const path = join(temporaryFolder(), "master.key");
    const made = masterKeyInFile(path, { mayMake: true });
    chmodSync(path, mode);
    expect(masterKeyInFile(path, { mayMake: false })).toEqual(made);
  });

  it("that is missing is not made where keys were sealed with it", () => {
    const path = join(temporaryFolder(), "master.key");
    expect(() => masterKeyInFile(path, { mayMake: false })).toThrow(/master\.key.*is missing/);
    expect(existsSync(path)).toBe(false);
  });

  it.each(["", "\n", "seven wild geese", "AAAA", `${"A".repeat(43)}\n`])(
    "that holds %j is refused, named but not quoted, and stays",
    (text) => {
      const path = join(temporaryFolder(), "master.key");
      writeFileSync(path, text, { mode: 0o600 });
      for (const mayMake of [true, false]) {
        expect(() => masterKeyInFile(path, { mayMake })).toThrow(path);
        if (text.trim() !== "") expect(() => masterKeyInFile(path, { mayMake })).not.toThrow(text.trim());
      }
      expect(readFileSync(path, "utf8")).toBe(text);
    },
  );

  it("that is a folder is refused", () => {
    const path = join(temporaryFolder(), "master.key");
    mkdirSync(path, { mode: 0o700 });
    expect(() => masterKeyInFile(path, { mayMake: true })).toThrow();
  });

  it("is one of two first starts at the same moment, and no start meets half of it", async () => {
    const [threads, rounds] = [2, 300];
    const folder = temporaryFolder();
    const workerData = { folder, rounds, threads, shared: new SharedArrayBuffer(4) };
    const url = new URL("./first-starts.mjs", import.meta.url);
    const runs = Array.from({ length: threads }, async () => {
      const [keys] = await once(new Worker(url, { workerData }), "message");
      return keys as string[];
    });
    const [one = [], other] = await Promise.all(runs);
    expect(one.filter((key) => !/^[0-9a-f]{64}$/.test(key))).toEqual([]);
    expect(other).toEqual(one);
    expect(new Set(readdirSync(folder).flatMap((round) => readdirSync(join(folder, round))))).toEqual(
      new Set(["master.key"]),
    );
  });
});
