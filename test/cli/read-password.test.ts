import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { atTerminal } from "./at-terminal.js";
import { endAll, newFolder, PASSWORD, run, send, startServer } from "./run-server.js";

afterEach(endAll);

const OTHER = "eight tame ducks at dusk";

function newData(): string {
  return join(newFolder(), "data");
}

/** Whether somebody can log in with a password at a server on the data. */
async function logsIn(data: string, username: string, password: string): Promise<boolean> {
  const { at } = await startServer({ data });
  return (await send("POST", `${at}/token`, { body: { username, password } })).status === 200;
}

describe("a password at a terminal", () => {
  it("is asked for twice, and never shown", async () => {
    const data = newData();
    const ended = await atTerminal(
      ["user", "add", "ada", "--data", data],
      [
        ["Password: ", `${PASSWORD}\r`],
        ["The same again: ", `${PASSWORD}\r`],
      ],
    );
    expect(ended).toMatchObject({ code: 0, isSane: true });
    expect(ended.screen).toContain("Added ada");
    expect(ended.screen).not.toContain(PASSWORD);
    expect(ended.screen).not.toContain("*");
    expect(await logsIn(data, "ada", PASSWORD)).toBe(true);
  });

  it("can be corrected while it is typed, and typed ahead", async () => {
    const data = newData();
    const typed = `${PASSWORD}xy\u007f\u007f\r${PASSWORD}\r`;
    const ended = await atTerminal(["user", "add", "ada", "--data", data], [["Password: ", typed]]);
    expect(ended).toMatchObject({ code: 0, isSane: true });
    expect(await logsIn(data, "ada", PASSWORD)).toBe(true);
  });

  it("is asked for again where the two differ, three times at most", async () => {
    const data = newData();
    const twice = (first: string, second: string) => [["Password: ", first] as const, ["again: ", second] as const];
    const good = await atTerminal(
      ["user", "add", "ada", "--data", data],
      [...twice(`${PASSWORD}\r`, `${OTHER}\r`), ...twice(`${PASSWORD}\r`, `${PASSWORD}\r`)],
    );
    expect(good).toMatchObject({ code: 0, isSane: true });
    expect(good.screen).toContain("not the same");
    const differing = twice(`${PASSWORD}\r`, `${OTHER}\r`);
    const bad = await atTerminal(
      ["user", "set-password", "ada", "--data", data],
      [...differing, ...differing, ...differing],
    );
    expect(bad).toMatchObject({ code: 1, isSane: true });
    expect(bad.screen).not.toContain(OTHER);
  });

  it.each([
    ["Ctrl-C", "half a pass\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("is given up with %s: exit code 130, the terminal as before, and nothing made", async (_key, typed) => {
    const data = newData();
    const ended = await atTerminal(["user", "add", "ada", "--data", data], [["Password: ", typed]]);
    expect(ended).toMatchObject({ code: 130, isSane: true });
    expect(ended.screen).not.toContain("half a pass");
    expect(ended.screen).not.toMatch(/ at |Error/);
    expect(existsSync(data)).toBe(false);
  });
});

describe("a password on standard input", () => {
  it.each([
    ["without a line break", PASSWORD],
    ["with one", `${PASSWORD}\n`],
    ["with that of Windows", `${PASSWORD}\r\n`],
  ])("is the line, %s", async (_name, input) => {
    const data = newData();
    expect(await run(["user", "add", "ada", "--data", data], { input })).toMatchObject({ code: 0, stderr: "" });
    expect(await logsIn(data, "ada", PASSWORD)).toBe(true);
  });

  it("keeps the spaces around it", async () => {
    const data = newData();
    expect((await run(["user", "add", "ada", "--data", data], { input: `  ${PASSWORD} \t\n` })).code).toBe(0);
    expect(await logsIn(data, "ada", `  ${PASSWORD} \t`)).toBe(true);
  });

  it.each([
    ["nothing", "", 2, "no password"],
    ["an empty line", "\n", 2, "no password"],
    ["two lines", `${PASSWORD}\n${PASSWORD}\n`, 2, "more than one line"],
    ["very much", "x".repeat(100_000), 2, "too long"],
    ["a short one", "short\n", 1, "password: "],
    ["a common one", "password\n", 1, "password: "],
    ["more characters than a password may have", `${"x".repeat(1025)}\n`, 1, "password: "],
  ])("is refused where there is %s, and is not repeated", async (_name, input, code, why) => {
    const ended = await run(["user", "add", "ada", "--data", newData()], { input });
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toMatch(/^latchkey: .+\n$/);
    expect(ended.stderr).toContain(why);
    for (const line of input
      .trim()
      .split("\n")
      .filter((text) => text !== "" && text !== "password")) {
      expect(ended.stderr).not.toContain(line);
    }
  });
});

describe("a password as an argument", () => {
  it.each([
    ["user add", ["user", "add", "ada", "--password", "hunter2 hunter2"]],
    ["user add, with =", ["user", "add", "ada", "--password=hunter2 hunter2"]],
    ["user set-password", ["user", "set-password", "ada", "--password", "hunter2 hunter2"]],
    ["user set-password, behind the name", ["user", "set-password", "ada", "hunter2 hunter2"]],
  ])("is refused by %s: exit code 2", async (_name, parameters) => {
    const folder = newFolder();
    const ended = await run(parameters, { folder, input: PASSWORD });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).not.toContain("hunter2");
    expect(existsSync(join(folder, "data"))).toBe(false);
  });

  it("is answered with where it goes", async () => {
    const { stderr } = await run(["user", "add", "ada", "--password", "hunter2 hunter2"]);
    expect(stderr).toMatch(/asked for, or read from standard input/);
  });
});
