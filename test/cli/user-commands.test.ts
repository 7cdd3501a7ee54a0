import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createAuth } from "latchkey";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { atTerminal } from "./at-terminal.js";
import { type Ended, endAll, newFolder, PASSWORD, run, start, until } from "./run-server.js";

afterAll(endAll);

let data: string;

beforeAll(async () => {
  data = await dataWith("ada", "bob", "eve");
});

/** The data of a server with these users. */
async function dataWith(...usernames: readonly string[]): Promise<string> {
  const folder = join(newFolder(), "data");
  await inData(folder, async ({ users }) => {
    for (const username of usernames) await users.add({ username, password: PASSWORD });
  });
  return folder;
}

async function inData<T>(
  folder: string,
  act: (auth: Awaited<ReturnType<typeof createAuth>>) => Promise<T>,
): Promise<T> {
  const auth = await createAuth({ database: join(folder, "latchkey.db"), data: folder, url: "http://localhost:4000" });
  try {
    return await act(auth);
  } finally {
    await auth.close();
  }
}

function user(parameters: readonly string[], folder = data, input?: string): Promise<Ended> {
  return run(["user", ...parameters, "--data", folder], input === undefined ? {} : { input });
}

/** A refusal: one sentence, nothing on standard output. */
function expectRefusal(ended: Ended, code: number, why: RegExp): void {
  expect(ended, ended.stderr).toMatchObject({ code, stdout: "" });
  expect(ended.stderr).toMatch(/^(latchkey|error): [^\n]+\n$/);
  expect(ended.stderr).toMatch(why);
}

describe("latchkey user add", () => {
  it("makes the first user, with a database where there is none, for its owner alone", async () => {
    const folder = join(newFolder(), "data");
    const parameters = ["add", "ada", "--email", "ada@example.com", "--role", "editor", "--role", "admin", "--json"];
    const { code, stdout } = await user(parameters, folder, PASSWORD);
    expect(code).toBe(0);
    const { id, created_at } = JSON.parse(stdout);
    expect(JSON.parse(stdout)).toEqual({
      id,
      username: "ada",
      email: "ada@example.com",
      roles: ["admin", "editor"],
      created_at: new Date(created_at).toISOString(),
      disabled_at: null,
    });
    expect(readdirSync(folder).sort()).toEqual(["latchkey.db", "master.key"]);
    const grant = await inData(folder, (auth) => auth.logIn({ username: "ada", password: PASSWORD }));
    expect(grant.userId).toBe(id);
  });

  it.each([
    ["a taken name", ["ADA"], /username is taken/],
    ["a name that is too short", ["x"], /^latchkey: username: /],
    ["a name that drives the terminal", ["a\u001b[31mda"], /^latchkey: username: /],
    ["an e-mail address that is none", ["new", "--email", "nonsense"], /^latchkey: email: /],
    ["a role that is none", ["new", "--role", "a b"], /^latchkey: roles: /],
  ])("refuses %s with exit code 1", async (_name, parameters, why) => {
    expectRefusal(await user(["add", ...parameters], data, PASSWORD), 1, why);
  });

  it("makes one user where two of one name are made at once", async () => {
    const folder = await dataWith();
    const both = await Promise.all([1, 2].map(() => user(["add", "ada"], folder, PASSWORD)));
    expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(both.find(({ code }) => code === 1)?.stderr).toBe("latchkey: The username is taken.\n");
    expect(await inData(folder, ({ users }) => users.list())).toHaveLength(1);
  });

  it("makes both where two of different names make the database at once", async () => {
    const folder = join(newFolder(), "data");
    const both = await Promise.all(["ada", "bob"].map((name) => user(["add", name], folder, PASSWORD)));
    expect(both.map(({ code, stderr }) => `${code}${stderr}`)).toEqual(["0", "0"]);
    expect(await inData(folder, ({ users }) => users.list())).toHaveLength(2);
  });
});

describe("latchkey user show", () => {
  it("finds a user by a name however it is typed, and by the id", async () => {
    const byName = JSON.parse((await user(["show", "ADA", "--json"])).stdout);
    expect(JSON.parse((await user(["show", byName.id, "--json"])).stdout)).toEqual(byName);
    expect(byName).toMatchObject({ username: "ada", email: null, roles: [], disabled_at: null, sessions: 0 });
  });

  it("shows people one line a member", async () => {
    const { stdout, stderr } = await user(["show", "ada"]);
    expect(stderr).toBe("");
    const names = stdout.split("\n").map((line) => line.split(" ")[0]);
    expect(names).toEqual(["id", "username", "email", "roles", "created", "disabled", "sessions", ""]);
  });
});

describe("the commands that name a user", () => {
  const acts = ["show", "disable", "enable", "delete", "set-password", "set-roles"];
  const rest = (act: string) => (act === "delete" ? ["--yes"] : []);

  it.each(acts)("%s: exit code 1 where nobody has the name, 2 where it is missing", async (act) => {
    const unknown = await user([act, "no\u001b[2Jbody", ...rest(act)], data, PASSWORD);
    expectRefusal(unknown, 1, /There is no user no\\u001b\[2Jbody\./);
    expect((await user([act, ...rest(act)], data, PASSWORD)).code).toBe(2);
  });

  it.each(acts.filter((act) => act !== "set-roles"))("%s: exit code 2 where two are named", async (act) => {
    expect((await user([act, "ada", "bob", ...rest(act)], data, PASSWORD)).code).toBe(2);
  });

  it.each([...acts, "list"])("%s: exit code 78 where there is no database, and none is made", async (act) => {
    const folder = join(newFolder(), "data");
    const ended = await user([act, ...(act === "list" ? [] : ["ada"]), ...rest(act)], folder, PASSWORD);
    expectRefusal(ended, 78, /There is no database at/);
    expect(() => readdirSync(folder)).toThrow();
  });
});

describe("the commands that change a user", () => {
  it("answer programs with the user as they are then", async () => {
    const folder = await dataWith("ada");
    const answers = [
      [["set-roles", "ada", "b", "a", "b"], { roles: ["a", "b"] }],
      [["set-roles", "ada"], { roles: [] }],
      [["disable", "ada"], { disabled_at: expect.stringMatching(/Z$/) }],
      [["disable", "ada"], { disabled_at: expect.stringMatching(/Z$/) }],
      [["enable", "ada"], { disabled_at: null }],
      [["set-password", "ada"], { username: "ada" }],
    ] as const;
    for (const [parameters, wanted] of answers) {
      const { code, stdout } = await user([...parameters, "--json"], folder, "eight tame ducks at dusk");
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject(wanted);
    }
    const { id } = JSON.parse((await user(["show", "ada", "--json"], folder)).stdout);
    expect(JSON.parse((await user(["delete", "ada", "--yes", "--json"], folder)).stdout)).toEqual({
      id,
      deleted: true,
    });
    expectRefusal(await user(["show", "ada"], folder), 1, /no user/);
  });

  it("delete nobody without --yes where nobody can be asked", async () => {
    expectRefusal(await user(["delete", "ada"], data, "y\n"), 2, /--yes/);
    expect((await user(["show", "ada"])).code).toBe(0);
  });

  it("ask at a terminal before they delete", async () => {
    const folder = await dataWith("ada");
    const deletion = ["user", "delete", "ada", "--data", folder];
    expect(await atTerminal(deletion, [["Delete ada, id ", "n\r"]])).toMatchObject({ code: 1, isSane: true });
    expect(await atTerminal(deletion, [["Delete ada, id ", "\r"]])).toMatchObject({ code: 1, isSane: true });
    expect(await atTerminal(deletion, [["Delete ada, id ", "\u0003"]])).toMatchObject({ code: 130, isSane: true });
    expect((await user(["show", "ada"], folder)).code).toBe(0);
    expect(await atTerminal(deletion, [["Delete ada, id ", "y\r"]])).toMatchObject({ code: 0, isSane: true });
    expectRefusal(await user(["show", "ada"], folder), 1, /no user/);
  });
});

describe("latchkey user list", () => {
  it("shows a table in the order of the making, whose columns stand below their titles", async () => {
    const { stdout } = await user(["list"]);
    const [titles = "", ...rows] = stdout.trimEnd().split("\n");
    expect(titles).toMatch(/^ID +USERNAME +EMAIL +ROLES +CREATED +DISABLED$/);
    expect(rows).toHaveLength(3);
    expect(rows.map((row) => row.slice(titles.indexOf("USERNAME")).split(" ")[0]).sort()).toEqual([
      "ada",
      "bob",
      "eve",
    ]);
  });

  it("takes up where another list ended", async () => {
    const all = JSON.parse((await user(["list", "--json"])).stdout);
    const two = JSON.parse((await user(["list", "--json", "--limit", "2"])).stdout);
    const rest = JSON.parse((await user(["list", "--json", "--after", two[1].id])).stdout);
    expect([...two, ...rest]).toEqual(all);
    expect(JSON.parse((await user(["list", "--json", "--after", all[2].id])).stdout)).toEqual([]);
  });

  it("is an empty array, or says so, where there are no users", async () => {
    const folder = await dataWith();
    expect((await user(["list", "--json"], folder)).stdout).toBe("[]\n");
    expect((await user(["list"], folder)).stdout).toBe("No users.\n");
  });

  it.each([["0"], ["-1"], ["x"], ["1.5"], ["99999999999999"]])("refuses the limit %s", async (limit) => {
    expect((await user(["list", "--limit", limit])).code).toBe(2);
  });

  it("shows more users than are read at once, and ends quietly where nobody reads on", async () => {
    const folder = await dataWith();
    await inData(folder, async ({ users }) => {
      const hash = "$2b$04$abcdefghijklmnopqrstuuM8tJwzYQe0oA6sHkFJxF1h1nYQ7h0lS";
      const many = Array.from({ length: 1201 }, (_, index) => ({ username: `user-${index}`, hash }));
      await users.import(many);
    });
    const all: { id: string }[] = JSON.parse((await user(["list", "--json"], folder)).stdout);
    expect(new Set(all.map(({ id }) => id)).size).toBe(1201);
    expect((await user(["list"], folder)).stdout.trim().split("\n")).toHaveLength(1202);

    const cut = start(["user", "list", "--data", folder]);
    await until(() => (cut.stdout() === "" ? undefined : true));
    cut.child.stdout?.destroy();
    expect(await cut.ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("lets no name or e-mail address drive the terminal", async () => {
    const folder = await dataWith();
    const { loadSqlite } = await import("../../dist/store/sqlite/load-sqlite.js");
    const hostile = "a\u001b]0;x\u0007\n\u202ead\u2028b\u009b31m";
    await inData(folder, ({ users }) => users.add({ username: "ada", password: PASSWORD }));
    const { DatabaseSync } = await loadSqlite();
    const connection = new DatabaseSync(join(folder, "latchkey.db"));
    connection.prepare("update users set username = ?, email = ?").all(hostile, hostile);
    connection.close();
    for (const parameters of [["list"], ["show", "ada"], ["disable", "ada"]]) {
      const { code, stdout } = await user(parameters, folder);
      expect(code).toBe(0);
      expect(stdout).toContain("a\\u001b]0;x\\u0007\\u000a\\u202ead\\u2028b\\u009b31m");
      expect(stdout).not.toMatch(/[^\P{C}\n]|\p{Zl}/u);
    }
    const json = (await user(["show", "ada", "--json"], folder)).stdout;
    expect(json).not.toMatch(/[^\P{C}\n]|\p{Zl}/u);
    expect(JSON.parse(json).username).toBe(hostile);
  });
});

describe("colours", () => {
  it("are for a terminal, and not where NO_COLOR is set", async () => {
    const list = ["user", "list", "--data", data];
    expect((await atTerminal(list, [])).screen).toContain("\u001b[1mID");
    expect((await atTerminal(list, [], { NO_COLOR: "1" })).screen).not.toContain("\u001b");
    expect((await run(list)).stdout).not.toContain("\u001b");
  });
});
