import { afterEach, describe, expect, it } from "vitest";
import {
  askMe,
  type Ended,
  endAll,
  type Granted,
  newFolder,
  PASSWORD,
  run,
  type Server,
  send,
  signUp,
  startServer,
  until,
} from "./run-server.js";

afterEach(endAll);

const OTHER = "eight tame ducks at dusk";

/** Runs a command on the data of a server that is running. */
async function beside({ data }: Server, parameters: readonly string[], input?: string): Promise<Ended> {
  const ended = await run([...parameters, "--data", data], {
    folder: newFolder(),
    ...(input !== undefined && { input }),
  });
  expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: "" });
  return ended;
}

function refresh({ at }: Server, refresh_token: string) {
  return send<Granted>("POST", `${at}/token/refresh`, { body: { refresh_token } });
}

function logIn({ at }: Server, username: string, password = PASSWORD) {
  return send<Granted>("POST", `${at}/token`, { body: { username, password } });
}

/** How long after now, in milliseconds, an access token is refused. */
async function timeUntilRevoked(server: Server, token: string): Promise<number> {
  const begun = performance.now();
  await until(async () => ((await askMe(server, token)) === "401 revoked" ? true : undefined), 5000);
  return performance.now() - begun;
}

describe("a command beside a server that is running", () => {
  it("user disable takes every token back within 250 ms, and user enable lets log in again", async () => {
    const server = await startServer();
    const times: number[] = [];
    // The machine may be busy, so the best of some rounds counts.
    while (times.length < 4 && !times.some((time) => time <= 250)) {
      const username = `ada-${times.length}`;
      const grant = await signUp(server, username);
      expect(await askMe(server, grant.token)).toBe("200");
      await beside(server, ["user", "disable", username]);
      times.push(await timeUntilRevoked(server, grant.token));
      expect((await refresh(server, grant.refresh_token)).status).toBe(401);
      expect((await logIn(server, username)).body).toMatchObject({ code: "account_disabled" });
    }
    expect(Math.min(...times)).toBeLessThanOrEqual(250);

    await beside(server, ["user", "enable", "ada-0"]);
    const again = await logIn(server, "ada-0");
    expect(again.status).toBe(200);
    expect(await askMe(server, again.body.token)).toBe("200");
  });

  it.each([
    ["user delete", (username: string) => ["user", "delete", username, "--yes"], undefined],
    ["user set-password", (username: string) => ["user", "set-password", username], OTHER],
    ["session end --user", (username: string) => ["session", "end", "--user", username], undefined],
  ])("%s ends every session of the user, and of nobody else", async (_name, command, input) => {
    const server = await startServer();
    const grants = [await signUp(server, "ada"), (await logIn(server, "ada")).body];
    const bob = await signUp(server, "bob");
    await beside(server, command("ada"), input);
    for (const { token, refresh_token } of grants) {
      await timeUntilRevoked(server, token);
      expect((await refresh(server, refresh_token)).status).toBe(401);
    }
    expect(await askMe(server, bob.token)).toBe("200");
    expect((await refresh(server, bob.refresh_token)).status).toBe(200);
  });

  it("user set-password: the old one is wrong and the new one right", async () => {
    const server = await startServer();
    await signUp(server, "ada");
    await beside(server, ["user", "set-password", "ada"], OTHER);
    expect((await logIn(server, "ada")).status).toBe(401);
    expect((await logIn(server, "ada", OTHER)).status).toBe(200);
  });

  it("session end ends one session and leaves the other", async () => {
    const server = await startServer();
    const first = await signUp(server, "ada");
    const { body: second } = await logIn(server, "ada");
    const list = async () => JSON.parse((await beside(server, ["session", "list", "ada", "--json"])).stdout);
    const sessions: { id: string }[] = await list();
    expect(sessions.map((session) => Object.keys(session))).toEqual([
      ["id", "device", "address", "transport", "created_at", "last_used_at", "expires_at"],
      expect.any(Array),
    ]);
    const claims = JSON.parse(Buffer.from(first.token.split(".")[1] ?? "", "base64url").toString());
    expect(sessions.map(({ id }) => id)).toContain(claims.sid);

    await beside(server, ["session", "end", claims.sid]);
    await timeUntilRevoked(server, first.token);
    expect(await askMe(server, second.token)).toBe("200");
    expect(await list()).toHaveLength(1);
    const again = await run(["session", "end", claims.sid, "--data", server.data]);
    expect(again).toMatchObject({ code: 1, stderr: `latchkey: There is no living session ${claims.sid}.\n` });
  });

  it("user set-roles takes older tokens back where a role goes, and the session has the new roles", async () => {
    const server = await startServer();
    const { token, refresh_token } = await signUp(server, "ada");
    await beside(server, ["user", "set-roles", "ada", "admin", "editor"]);
    expect(await askMe(server, token)).toBe("200");
    await beside(server, ["user", "set-roles", "ada", "editor"]);
    await timeUntilRevoked(server, token);
    const next = await refresh(server, refresh_token);
    expect(next.status).toBe(200);
    const me = await send("GET", `${server.at}/me`, { token: next.body.token });
    expect(me.body).toMatchObject({ username: "ada", roles: ["editor"] });
    const shown = JSON.parse((await beside(server, ["user", "show", "ada", "--json"])).stdout);
    expect(shown).toMatchObject(me.body);
    expect(shown.sessions).toBe(1);
  });

  it("user add makes a user who can log in at once", async () => {
    const server = await startServer();
    await beside(server, ["user", "add", "ada", "--role", "admin"], PASSWORD);
    const { body } = await logIn(server, "ada");
    expect((await send("GET", `${server.at}/me`, { token: body.token })).body).toMatchObject({ roles: ["admin"] });
  });

  it("shows what a client calls itself without obeying it", async () => {
    const server = await startServer();
    await signUp(server, "ada");
    const body = { username: "ada", password: PASSWORD };
    await send("POST", `${server.at}/token`, { body, headers: { "user-agent": "evil\u009b31m agent" } });
    const { stdout } = await beside(server, ["session", "list", "ada"]);
    expect(stdout).toContain("evil\\u009b31m agent");
    expect(stdout).toMatch(/^ID +CREATED +LAST USED +EXPIRES +TRANSPORT +ADDRESS +DEVICE$/m);
    expect(stdout).not.toMatch(/[^\P{C}\n]/u);
  });
});

describe("latchkey session", () => {
  it.each([
    ["an end of nothing", ["end"], 2],
    ["an end of two things", ["end", "some-id", "--user", "ada"], 2],
    ["an end of an unknown session", ["end", "some-id"], 1],
    ["an end for an unknown user", ["end", "--user", "nobody"], 1],
    ["a list of nobody", ["list"], 2],
    ["a list of an unknown user", ["list", "nobody"], 1],
  ])("refuses %s", async (_name, parameters, code) => {
    const { data } = await startServer();
    const ended = await run(["session", ...parameters, "--data", data]);
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toMatch(/^(latchkey|error): [^\n]+\n$/);
  });
});
