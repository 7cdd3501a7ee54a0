import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { loadSqlite } from "../../dist/store/sqlite/load-sqlite.js";
import { temporaryFolder } from "../http/open-auth.js";
import { checkRecords } from "./check-records.js";
import { createRecorder, type Recorder } from "./recorder.js";

interface Records extends Recorder {
  readonly folder: string;
}

function newRecords(): Records {
  const folder = temporaryFolder();
  return { folder, ...createRecorder(folder, () => "test/some.test.ts") };
}

/** The spellings in which secrets were found. */
function found({ folder }: Records): readonly string[] {
  return checkRecords(folder).leaks.map(({ spelling }) => spelling);
}

const newPassword = () => `planted ${randomBytes(9).toString("base64")}`;
const noise = (length: number) => randomBytes(length).toString("latin1");

describe("a planted secret", () => {
  it("is found in a line of the log, and told without itself", () => {
    const records = newRecords();
    const signature = randomBytes(64).toString("base64url");
    records.secret("access token", signature);
    const line = `${JSON.stringify({ event: "user.logged_in", token: `eyJhbGciOiJFUzI1NiJ9.e30.${signature}` })}\n`;
    for (const text of ["quiet\n", line, "quiet\n"]) records.output("log", "user.logged_in", text);
    const { leaks } = checkRecords(records.folder);
    expect(leaks).toEqual([
      {
        secret: "access token of test/some.test.ts",
        spelling: "plain",
        output: "log of test/some.test.ts: user.logged_in",
        context: line.slice(0, line.indexOf(signature)).slice(-60),
      },
    ]);
    expect(JSON.stringify(leaks)).not.toContain(signature);
  });

  it("is found in base64 in a table", async () => {
    const records = newRecords();
    const password = newPassword();
    records.secret("password", password);
    const path = join(temporaryFolder(), "some.db");
    const { DatabaseSync } = await loadSqlite();
    const database = new DatabaseSync(path);
    database.prepare("create table notes (note text)").all();
    const note = Buffer.from(`ada:${password}`).toString("base64");
    database.prepare("insert into notes values (?)").all(note);
    database.close();
    records.output("database", "some.db", readFileSync(path));
    expect(found(records)).toEqual(expect.arrayContaining(["base64 after 1"]));
  });

  it("is found in hexadecimal in what a process printed when it crashed", () => {
    const records = newRecords();
    const key = randomBytes(32);
    records.secret("data key", key);
    const script = `
      const key = Buffer.from(process.argv[1], "base64");
      throw Object.assign(new Error(key.toString("hex")), { key });`;
    const command = [process.execPath, "-e", script, key.toString("base64")];
    const printed = execFileSync("sh", ["-c", '"$@" 2>&1; true', "sh", ...command], { encoding: "utf8" });
    records.output("stderr", "node", printed);
    expect(found(records)).toEqual(expect.arrayContaining(["hex", "a list"]));
  });

  it.each(["", "a", "ab", "abc", "abcd"])("is found in both alphabets of base64 after %j", (before) => {
    for (const secret of [randomBytes(32), Buffer.from("geese in the dusk ÿ¿þ~?>")]) {
      for (const alphabet of ["base64", "base64url"] as const) {
        const records = newRecords();
        records.secret(secret.length === 32 ? "master key" : "password", secret);
        const text = Buffer.concat([Buffer.from(before), secret, randomBytes(5)]).toString(alphabet);
        records.output("file", "a file", `${noise(50)}\n${text}\n${noise(50)}`);
        expect(found(records).join(), `${alphabet} ${text}`).toContain(`after ${before.length % 3}`);
      }
    }
  });

  it.each<[string, (secret: Buffer) => string | Buffer]>([
    ["plain", (secret) => secret],
    ["hex", (secret) => secret.toString("hex")],
    ["HEX", (secret) => secret.toString("hex").toUpperCase()],
    ["a list", (secret) => JSON.stringify(secret)],
    ["a buffer", (secret) => inspect(secret)],
    ["base64 after 0", (secret) => secret.toString("base64").replace(/.{16}/g, "$&\n")],
  ])("of random bytes is found as %s, and where the end is cut off", (spelling, write) => {
    const secret = randomBytes(32);
    const text = Buffer.from(write(secret));
    for (const length of [text.length, Math.ceil(text.length * 0.75)]) {
      const records = newRecords();
      records.secret("private key", secret);
      records.output("stderr", "it", Buffer.concat([Buffer.from(noise(20)), text.subarray(0, length), randomBytes(3)]));
      expect(found(records)).toContain(spelling);
    }
  });

  it.each([
    ["JSON", JSON.stringify],
    ["URL", encodeURIComponent],
  ])("with quotes and umlauts is found as %s", (spelling, write) => {
    const records = newRecords();
    const password = `grüne "Gänse" \\ ${randomBytes(6).toString("hex")}\t`;
    records.secret("password", password);
    records.output("log", "it", `{"event":"x","said":${write(password)}}`);
    expect(found(records)).toContain(spelling);
  });

  it("is found at the very beginning, at the very end, and across two pieces of a large output", () => {
    for (const before of [0, 2 ** 25 - 5, 2 ** 25 - 2 ** 15 - 5, 2 ** 26 - 2 ** 16 - 9]) {
      const records = newRecords();
      const secret = randomBytes(32);
      records.secret("master key", secret);
      records.output("database", "some.db", Buffer.concat([Buffer.alloc(before, 7), secret]));
      expect(found(records), String(before)).toEqual(["plain"]);
    }
  });

  it("is told with where it stands, however much lies around", () => {
    const records = newRecords();
    const secrets = Array.from({ length: 5000 }, () => randomBytes(32));
    for (const secret of secrets) records.secret("data key", secret);
    for (let part = 0; part < 20; part++) records.output("log", `part ${part}`, randomBytes(100_000));
    records.output("stdout", "the one", secrets[4711]?.toString("base64url") ?? "");
    records.output("log", "after it", randomBytes(1000));
    const { leaks, secrets: counts, bytes } = checkRecords(records.folder);
    expect(leaks.map(({ output }) => output)).toEqual(expect.arrayContaining(["stdout of test/some.test.ts: the one"]));
    expect(new Set(leaks.map(({ output }) => output)).size).toBe(1);
    expect({ counts, bytes }).toEqual({ counts: { "data key": 5000 }, bytes: { log: 2_001_000, stdout: 43 } });
  });
});

describe("what is no secret", () => {
  it.each([
    ["a password under eight bytes", "gänse!"],
    ["one of a few characters that repeat", "abababababababab"],
    ["a common one, which no account may have", "Password123"],
    ["one of the product's own words", "The token was taken back."],
    ["the one of the examples", "four tall cranes by the lake"],
    ["one that was given as a name too", "wild geese of the north"],
  ])("is %s", (_what, password) => {
    const records = newRecords();
    records.secret("password", password);
    if (password.startsWith("wild")) records.shown(password);
    records.output("log", "it", password);
    expect(checkRecords(records.folder)).toMatchObject({ leaks: [], secrets: {}, bytes: { log: expect.any(Number) } });
  });

  it("is what nobody recorded, and bytes that are no key", () => {
    const records = newRecords();
    records.secret("master key", Buffer.alloc(32));
    records.secret("master key", "short");
    records.secret("password", newPassword());
    records.output("database", "some.db", Buffer.alloc(100_000));
    records.output("log", "it", newPassword());
    expect(found(records)).toEqual([]);
  });
});
