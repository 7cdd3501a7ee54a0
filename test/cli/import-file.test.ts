import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAuth, type UserView } from "latchkey";
import { afterEach, describe, expect, it } from "vitest";
import { loadSqlite } from "../../dist/store/sqlite/load-sqlite.js";
import { atTerminal } from "./at-terminal.js";
import { type Ended, endAll, newFolder, run, start, until } from "./run-server.js";

afterEach(endAll);

// The hash of "seven wild geese at dawn", of the least cost, as another system stored it.
const HASH = "$2b$04$J9Zk5v0Xw3mQe7LrT1yUuO5dVYh1iX0b8cN2sKfGqPzWmA4tE6RlS";
const LONGEST = 65_536;

interface Imported {
  readonly refused: readonly { line: number; reason: string }[];
  readonly added: number;
  readonly present: number;
  readonly dry_run: boolean;
}

function written(name: string, text: string | Buffer): string {
  const path = join(newFolder(), name);
  writeFileSync(path, text);
  return path;
}

function newData(): string {
  return join(newFolder(), "data");
}

function importing(file: string, data: string, flags: readonly string[] = [], input?: string): Promise<Ended> {
  return run(["user", "import", file, "--data", data, ...flags], input === undefined ? {} : { input });
}

async function importedBy(file: string, data = newData(), flags: readonly string[] = []): Promise<Imported> {
  const ended = await importing(file, data, ["--json", ...flags]);
  const outcome: Imported = JSON.parse(ended.stdout);
  expect(ended, ended.stderr).toMatchObject({ code: outcome.refused.length === 0 ? 0 : 1, stderr: "" });
  return outcome;
}

async function usersIn(data: string) {
  const auth = await createAuth({ database: join(data, "latchkey.db"), data, url: "http://localhost:4000" });
  try {
    const users: UserView[] = [];
    for (
      let page = await auth.users.list();
      page.length > 0;
      page = await auth.users.list({ after: page.at(-1)?.id })
    ) {
      users.push(...page);
    }
    const compared = users.map(({ username, email, roles }) => ({ username, email, roles }));
    return compared.sort((one, other) => (one.username < other.username ? -1 : 1));
  } finally {
    await auth.close();
  }
}

async function countIn(data: string): Promise<number> {
  const { DatabaseSync } = await loadSqlite();
  const connection = new DatabaseSync(join(data, "latchkey.db"));
  try {
    return (connection.prepare("select count(*) as count from users").all() as { count: number }[])[0]?.count ?? 0;
  } finally {
    connection.close();
  }
}

function jsonLine(username: string, further: object = {}): string {
  return JSON.stringify({ username, hash: HASH, ...further });
}

const WANTED = [
  { username: "ada", email: "ada@example.com", roles: ["admin", "editor"] },
  { username: "böb, the 2nd", email: null, roles: [] },
  { username: 'o"hara', email: null, roles: ["editor"] },
];

describe("latchkey user import", () => {
  it.each([
    [
      "JSON lines",
      "users.jsonl",
      [
        jsonLine("ada", { email: "ada@example.com", roles: ["editor", "admin"] }),
        "",
        jsonLine("böb, the 2nd", { email: null, roles: null }),
        jsonLine('o"hara', { roles: ["editor"] }),
      ].join("\n"),
    ],
    [
      "JSON lines with CRLF and a byte order mark",
      "users.NDJSON",
      `\ufeff${jsonLine("ada", { email: "ada@example.com", roles: ["admin", "editor"] })}\r\n${jsonLine("böb, the 2nd")}\r\n${jsonLine('o"hara', { roles: ["editor"] })}\r\n`,
    ],
    [
      "CSV",
      "users.csv",
      `username,email,hash,roles\nada,ada@example.com,${HASH},admin editor\n"böb, the 2nd",,${HASH},\n"o""hara",,${HASH},editor\n`,
    ],
    [
      "CSV with CRLF, a byte order mark, another order and no last line break",
      "users.CSV",
      `\ufeffroles,hash,username,email\r\neditor;admin,${HASH},ada,ada@example.com\r\n\r\n,"${HASH}","böb, the 2nd",""\r\neditor,${HASH},"o""hara",`,
    ],
  ])("adds users from %s", async (_name, name, text) => {
    const data = newData();
    expect(await importedBy(written(name, text), data)).toEqual({ refused: [], added: 3, present: 0, dry_run: false });
    expect(await usersIn(data)).toEqual(WANTED);
  });

  it("reads standard input, whose format must be named", async () => {
    const data = newData();
    const csv = `username,hash\nada,${HASH}\n`;
    expect(await importing("-", data, [], csv)).toMatchObject({ code: 2, stdout: "" });
    expect(await importing("-", data, ["--format", "xml"], csv)).toMatchObject({ code: 2, stdout: "" });
    const { code, stdout } = await importing("-", data, ["--format", "csv"], csv);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "added 1, present 0, refused 0\n" });
  });

  it("reports each refused line, adds the others, and counts who is there when it runs again", async () => {
    const lines = [
      jsonLine("ada", { email: "ada@example.com" }),
      "no JSON",
      jsonLine("x"),
      jsonLine("grace", { email: "nonsense" }),
      jsonLine("bob", { email: "ada@example.com" }),
      jsonLine("Ada", { email: "ada@example.com" }),
      jsonLine("ADA"),
      jsonLine("eve", { roles: ["a b"] }),
      jsonLine("eve"),
    ];
    const file = written("users.jsonl", lines.join("\n"));
    const data = newData();
    const first = await importing(file, data);
    expect(first).toMatchObject({ code: 1, stdout: "added 2, present 1, refused 6\n" });
    const numbers = first.stderr.split("\n").map((line) => line.split(":")[0]);
    expect(numbers).toEqual(["line 2", "line 3", "line 4", "line 5", "line 7", "line 8", ""]);
    const second = await importing(file, data);
    expect(second).toMatchObject({ code: 1, stdout: "added 0, present 3, refused 6\n", stderr: first.stderr });
    expect((await usersIn(data)).map(({ username }) => username)).toEqual(["ada", "eve"]);
  });

  it.each<readonly [string, string | Buffer, RegExp]>([
    ["no JSON", "{", /not JSON/],
    ["an array", "[]", /not a JSON object/],
    ["null", "null", /not a JSON object/],
    ["a member twice", `{"username":"ada","username":"bob","hash":"${HASH}"}`, /twice/],
    ["an unknown member", jsonLine("ada", { mail: "x" }), /"mail".*username, email, hash, roles/],
    ["a hash as a member", `{"${HASH}":1}`, /no name/],
    ["__proto__", `{"__proto__":{},"username":"ada","hash":"${HASH}"}`, /can be stored/],
    ["no username", JSON.stringify({ hash: HASH }), /^username: /],
    ["no hash", JSON.stringify({ username: "ada" }), /^hash: /],
    ["a number for a name", jsonLine("ada", { username: 1 }), /^username: /],
    ["an object for a hash", jsonLine("ada", { hash: {} }), /^hash: /],
    ["a number for an address", jsonLine("ada", { email: 1 }), /^email: /],
    ["a text for roles", jsonLine("ada", { roles: "admin" }), /^roles: /],
    ["a number among roles", jsonLine("ada", { roles: [1] }), /^roles: /],
    ["a NUL in the hash", jsonLine("ada", { hash: `${HASH}\0` }), /^hash: .*NUL/],
    ["half a surrogate pair", `{"username":"a\\ud800da","hash":"${HASH}"}`, /can be stored/],
    ["what is not UTF-8", Buffer.concat([Buffer.from('{"username":"'), Buffer.of(0xe9), Buffer.from('"}')]), /UTF-8/],
    ["a line that is too long", jsonLine("ada", { hash: "x".repeat(LONGEST) }), /longer than 65536/],
    ["deep nesting", `${"[".repeat(60_000)}${"]".repeat(5)}`, /JSON/],
  ])("refuses %s alone, and repeats no hash", async (_name, line, why) => {
    const text = Buffer.concat([
      Buffer.from(`${jsonLine("one")}\n`),
      Buffer.from(line),
      Buffer.from(`\n${jsonLine("two")}`),
    ]);
    const outcome = await importedBy(written("users.jsonl", text));
    expect(outcome).toMatchObject({ added: 2, refused: [{ line: 2, reason: expect.stringMatching(why) }] });
    expect(JSON.stringify(outcome)).not.toContain(HASH.slice(7));
  });

  it.each<readonly [string, string, RegExp]>([
    ["too many fields", `ada,${HASH},editor`, /3 fields/],
    ["too few fields", "ada", /1 fields/],
    ["an empty name", `,${HASH}`, /^username: /],
    ["a line break in a name", `"a\nda",${HASH}`, /^username: /],
  ])("refuses a CSV line with %s alone", async (_name, line, why) => {
    const text = `username,hash\none,${HASH}\n${line}\ntwo,${HASH}\n`;
    const { added, refused } = await importedBy(written("users.csv", text));
    expect({ added, refused }).toEqual({
      added: 2,
      refused: [{ line: line.includes("\n") ? 4 : 3, reason: expect.stringMatching(why) }],
    });
  });

  it("refuses a CSV line that is not UTF-8, or holds a NUL, alone", async () => {
    const text = `\ufeffusername,hash\none,${HASH}\nad#,${HASH}\nada,${HASH}\0\ntwo,${HASH}\n`;
    const bytes = Buffer.from(text);
    bytes[bytes.indexOf("#")] = 0xe9;
    const { added, refused } = await importedBy(written("users.csv", bytes));
    expect(added).toBe(2);
    expect(refused).toEqual([
      { line: 3, reason: "This is not UTF-8." },
      { line: 4, reason: "hash: This holds a NUL." },
    ]);
  });

  it("does not read a line within quotes as a user", async () => {
    const data = newData();
    const planted = `root,${HASH},admin`;
    const text = `username,hash,roles\n"x\n${planted}\ny",${HASH},\none,${HASH},\n`;
    expect(await importedBy(written("users.csv", text), data)).toMatchObject({ added: 1, refused: [{ line: 4 }] });
    expect((await usersIn(data)).map(({ username }) => username)).toEqual(["one"]);

    const open = `username,hash,roles\none,${HASH},\n"${"x".repeat(LONGEST)}\n${planted}\n`;
    const ended = await importing(written("users.csv", open), data);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/longer than 65536 bytes/);
    const closed = await importing(written("users.csv", `username,hash,roles\n"x\n${planted}\n`), data);
    expect(closed).toMatchObject({ code: 1, stdout: "" });
    expect(closed.stderr).toMatch(/quote is not closed/);
    expect((await usersIn(data)).map(({ username }) => username)).toEqual(["one"]);
  });

  it.each<readonly [string, string, string, RegExp]>([
    ["an unknown column", "users.csv", "username,hash,mail\nada,x,y\n", /"mail".*username, email, hash, roles/],
    ["no line of columns", "users.csv", `${HASH},ada@example.com\n`, /no name/],
    ["a column twice", "users.csv", "username,hash,hash\nada,x,y\n", /"hash" twice/],
    ["no column for the hash", "users.csv", "username,email\nada,y\n", /no hash/],
    ["semicolons", "users.csv", "username;hash\nada;x\n", /no name/],
    ["nothing", "users.csv", "", /holds no users/],
    ["columns alone", "users.csv", "username,hash\n", /holds no users/],
    ["nothing", "users.jsonl", "", /holds no users/],
    ["empty lines", "users.jsonl", "\n \r\n\n", /holds no users/],
  ])("refuses a file with %s (%s) before anything is written", async (_name, name, text, why) => {
    const data = newData();
    const ended = await importing(written(name, text), data);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/^latchkey: [^\n]+\n$/);
    expect(ended.stderr).toMatch(why);
    expect(ended.stderr).not.toContain(HASH);
    expect((await run(["user", "list", "--data", data])).code).toBe(78);
  });

  it("names a file that is missing, or a folder", async () => {
    const missing = join(newFolder(), "users.csv");
    expect((await importing(missing, newData())).stderr).toBe(`latchkey: There is no file ${missing}.\n`);
    const folder = newFolder();
    const ended = await importing(folder, newData(), ["--format", "csv"]);
    expect(ended).toMatchObject({ code: 1, stderr: `latchkey: ${folder} cannot be read: it is a folder.\n` });
    expect((await run(["user", "import"])).code).toBe(2);
    expect((await run(["user", "import", "a.csv", "b.csv"])).code).toBe(2);
  });

  it("checks every line and writes nothing with --dry-run, and makes no database", async () => {
    const data = newData();
    const file = written("users.jsonl", `${jsonLine("ada")}\n${jsonLine("x")}\n`);
    expect(await importedBy(file, data, ["--dry-run"])).toMatchObject({
      added: 1,
      dry_run: true,
      refused: [{ line: 2 }],
    });
    expect((await run(["user", "list", "--data", data])).code).toBe(78);
    await importedBy(written("users.jsonl", jsonLine("bob")), data);
    const more = written("users.jsonl", `${jsonLine("ada")}\n${jsonLine("bob")}`);
    expect(await importedBy(more, data, ["--dry-run"])).toMatchObject({ added: 1, present: 1 });
    expect((await importing(more, data, ["--dry-run"])).stdout).toMatch(/a dry run: nothing was written/);
    expect((await usersIn(data)).map(({ username }) => username)).toEqual(["bob"]);
  });

  it("that is killed in the middle can be run again: everybody is there once", async () => {
    const data = newData();
    const count = 20_000;
    const lines = Array.from({ length: count }, (_, index) => jsonLine(`user-${index}`));
    const file = written("users.jsonl", lines.join("\n"));
    expect((await run(["migrate", "--data", data])).code).toBe(0);
    const first = start(["user", "import", file, "--data", data]);
    await until(async () => ((await countIn(data)) >= 1000 ? true : undefined));
    first.child.kill("SIGKILL");
    expect(await first.ended).toMatchObject({ signal: "SIGKILL", stdout: "" });
    const before = await countIn(data);
    expect(before).toBeLessThan(count);
    expect(before % 500).toBe(0);
    expect(await importedBy(file, data)).toMatchObject({ added: count - before, present: before, refused: [] });
    expect(await countIn(data)).toBe(count);
    expect(new Set((await usersIn(data)).map(({ username }) => username)).size).toBe(count);
  });

  it("shows at a terminal how far it is, on one line", async () => {
    const lines = Array.from({ length: 1200 }, (_, index) => jsonLine(index === 700 ? "x" : `user-${index}`));
    const file = written("users.jsonl", lines.join("\n"));
    const { code, screen } = await atTerminal(["user", "import", file, "--data", newData()], []);
    expect(code).toBe(1);
    expect(screen).toContain("\r\u001b[K500 added, 0 present, 0 refused");
    const left = screen.split("\r\n").map((line) => line.split("\u001b[K").at(-1));
    expect(left).toEqual([expect.stringMatching(/^line 701: /), "added 1199, present 0, refused 1", ""]);
  });
});
