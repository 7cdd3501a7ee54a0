import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hashSync } from "@node-rs/argon2";
import { type AuthServer, createAuth } from "latchkey";
import { afterEach, describe, expect, it } from "vitest";
import {
  type Answer,
  askMe,
  endAll,
  type Granted,
  newFolder,
  PASSWORD,
  type SendOptions,
  type Server,
  send,
  signUp,
  startServer,
  until,
} from "../cli/run-server.js";

const NEW = "eight tame geese at dusk";
const URL_OF_ALL = "http://localhost:4000";

const auths: AuthServer[] = [];
afterEach(async () => {
  for (const auth of auths.splice(0)) await auth.close();
  await endAll();
});

/** Servers of one url on one data folder. */
async function startServers(count: number): Promise<readonly Server[]> {
  const data = join(newFolder(), "data");
  const servers: Server[] = [];
  for (let index = 0; index < count; index++) servers.push(await startServer({ data, flags: ["--url", URL_OF_ALL] }));
  return servers;
}

async function startTwo(): Promise<readonly [Server, Server]> {
  return (await startServers(2)) as unknown as [Server, Server];
}

function refresh({ at }: Pick<Server, "at">, refresh_token: string) {
  return send<Granted & { code?: string }>("POST", `${at}/token/refresh`, { body: { refresh_token } });
}

async function logOut({ at }: Server, token: string): Promise<void> {
  const { status } = await send("DELETE", `${at}/token`, { token });
  expect(status).toBe(204);
}

/** Resolves when every server answers an access token so. */
async function allSay(servers: readonly Server[], token: string, said: string): Promise<void> {
  for (const server of servers)
    await until(async () => ((await askMe(server, token)) === said ? true : undefined), 5000);
}

type Body = Readonly<Record<string, unknown>>;

/** A day of some users, whose every request goes to the next server; answers with all that was answered, but for ids, tokens and times. */
async function aDay(servers: readonly Server[], admin: AuthServer): Promise<readonly string[]> {
  const said: string[] = [];
  let turn = 0;
  const ask = async (what: string, method: string, path: string, options: SendOptions = {}): Promise<Answer<Body>> => {
    const server = servers[turn++ % servers.length] as Server;
    const answer = await send<Body>(method, server.at + path, options);
    const { code, reason, roles, fields, errors } = answer.body as Record<string, unknown>;
    said.push(
      `${what}: ${[answer.status, code, reason, roles, fields, errors].map((each) => JSON.stringify(each) ?? "")}`,
    );
    return answer;
  };
  const granted = async (what: string, path: string, body: Body) =>
    (await ask(what, "POST", path, { body })).body as unknown as Granted;
  const logIn = (username: string, password: string = PASSWORD) =>
    granted(`${username} logs in`, "/token", { username, password });
  const next = (what: string, { refresh_token }: Granted) => granted(what, "/token/refresh", { refresh_token });
  const me = (what: string, { token }: Granted) => ask(what, "GET", "/me", { token });
  const revoked = (...grants: readonly Granted[]) =>
    Promise.all(grants.map(({ token }) => allSay(servers, token, "401 revoked")));

  const ada = await granted("ada signs up", "/signup", { username: "ada", password: PASSWORD });
  const bob = await granted("bob signs up", "/signup", {
    username: "bob",
    password: PASSWORD,
    email: "bob@example.com",
  });
  await granted("ada is taken", "/signup", { username: "ADA", password: PASSWORD });
  await granted("so is the address", "/signup", { username: "eve", password: PASSWORD, email: "bob@EXAMPLE.com" });
  await granted("a short password", "/signup", { username: "eve", password: "short" });
  for (let time = 0; time < 3; time++) for (const grant of [ada, bob]) await me("who am I", grant);

  const second = await next("a refresh", ada);
  const again = await next("a retry", ada);
  said.push(`the same successor: ${again.refresh_token === second.refresh_token}`);
  const third = await next("a refresh of the successor", second);
  for (const grant of [ada, second, again, third]) await me("all of them live", grant);
  await next("an old one", ada);
  await revoked(ada, second, again, third);
  await next("the last one is dead too", third);
  await next("nonsense", { ...third, refresh_token: "nonsense" });

  const desk = await logIn("ada");
  const phone = await logIn("ada");
  const tablet = await logIn("ada");
  await logIn("ada", NEW);
  await logIn("nobody");
  const { sessions } = (await ask("the sessions", "GET", "/me/sessions", { token: desk.token })).body as {
    sessions: readonly { id: string; current: boolean; transport: string }[];
  };
  said.push(`sessions: ${JSON.stringify(sessions.map(({ current, transport }) => [current, transport]))}`);
  const other = sessions.find(({ current }) => !current)?.id;
  await ask("one ends", "DELETE", `/me/sessions/${other}`, { token: desk.token });
  await revoked(tablet);
  await ask("only once", "DELETE", `/me/sessions/${other}`, { token: desk.token });
  await ask("not bob's", "DELETE", `/me/sessions/${other}`, { token: bob.token });

  const change = (what: string, from: string, to: string) =>
    ask(what, "PUT", "/me/password", { token: desk.token, body: { current_password: from, new_password: to } });
  await change("a wrong password", NEW, NEW);
  await change("a common password", PASSWORD, "password1234");
  await change("a new password", PASSWORD, NEW);
  await revoked(phone);
  await next("the phone is out", phone);
  await logIn("ada", PASSWORD);
  const fresh = await logIn("ada", NEW);
  await ask("out by an old refresh token", "DELETE", "/token", { body: { refresh_token: fresh.refresh_token } });
  await revoked(fresh);
  const last = await next("the desk goes on", desk);
  await ask("out everywhere", "DELETE", "/me/sessions", { token: last.token });
  await revoked(desk, last);

  await admin.users.setRoles(bob.user_id, ["admin", "editor"]);
  const mighty = await next("with roles", bob);
  for (const { at } of servers) {
    const rolesAt = async () =>
      (await send<{ roles: unknown[] }>("GET", `${at}/me`, { token: mighty.token })).body.roles;
    await until(async () => ((await rolesAt()).length === 2 ? true : undefined));
  }
  await me("has roles", mighty);
  await admin.users.setRoles(bob.user_id, ["editor"]);
  await revoked(bob, mighty);
  const lesser = await next("with fewer", mighty);
  await me("fewer roles", lesser);
  await admin.users.disable(bob.user_id);
  await revoked(lesser);
  await logIn("bob");
  await logIn("bob", NEW);
  await next("no refresh", lesser);
  await admin.users.enable(bob.user_id);
  await next("none afterwards", lesser);
  const back = await logIn("bob");
  await admin.keys.rotate({ now: true });
  await until(async () => {
    const sets = servers.map(({ at }) => send<{ keys: unknown[] }>("GET", `${at}/.well-known/jwks.json`));
    return (await Promise.all(sets)).every(({ body }) => body.keys.length === 2) ? true : undefined;
  });
  await me("by the old key", back);
  await me("by the new key", await next("after the rotation", back));
  await admin.users.delete(bob.user_id);
  await revoked(back);
  await logIn("bob");
  await granted("bob's name is free", "/signup", { username: "bob", password: PASSWORD });

  const hash = hashSync(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
  await admin.users.import([{ username: "carol", hash }]);
  for (let time = 0; time < 10; time++) await logIn("carol", NEW);
  const guess = () =>
    send("POST", `${servers[turn++ % servers.length]?.at}/token`, { body: { username: "carol", password: NEW } });
  await until(async () => ((await guess()).status === 429 ? true : undefined));
  await ask("no such route", "GET", "/nowhere");
  await ask("no such method", "PATCH", "/me");
  await ask("no token", "GET", "/me");
  await ask("no body", "POST", "/token");
  return said;
}

describe("S33: two servers behind requests that alternate", () => {
  it("answer a whole day as one server does", { timeout: 60_000 }, async () => {
    const days: (readonly string[])[] = [];
    for (const count of [1, 2]) {
      const servers = await startServers(count);
      const [{ data }] = servers as [Server];
      const admin = await createAuth({ database: join(data, "latchkey.db"), url: URL_OF_ALL });
      auths.push(admin);
      days.push(await aDay(servers, admin));
    }
    expect(days[1]).toEqual(days[0]);
    // As many different answers as a day has.
    expect(new Set(days[0]?.map((line) => line.split(": ")[1]?.split(",[")[0])).size).toBeGreaterThan(15);
  });

  it("give 100 parallel refreshes of one token one successor, which is good on both", async () => {
    const [first, second] = await startTwo();
    const { refresh_token } = await signUp(first, "ada");
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => refresh(index % 2 === 0 ? first : second, refresh_token)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const [successor, ...others] = new Set(answers.map(({ body }) => body.refresh_token));
    expect(others).toEqual([]);
    expect(successor).not.toBe(refresh_token);
    for (const { body } of answers.slice(0, 4)) {
      expect(await askMe(first, body.token)).toBe("200");
      expect(await askMe(second, body.token)).toBe("200");
    }
    expect((await refresh(second, successor as string)).status).toBe(200);
  });

  it("end a session for both when an old refresh token is used again", async () => {
    const [first, second] = await startTwo();
    const zeroth = await signUp(first, "ada");
    const next = (await refresh(first, zeroth.refresh_token)).body;
    const last = (await refresh(second, next.refresh_token)).body;
    expect(await refresh(second, zeroth.refresh_token)).toMatchObject({ status: 401, body: { code: "invalid_grant" } });
    expect((await refresh(first, last.refresh_token)).status).toBe(401);
    for (const server of [first, second]) {
      await until(async () => ((await askMe(server, last.token)) === "401 revoked" ? true : undefined), 2000);
    }
  });

  it("leave no living successor when a refresh meets a log-out", async () => {
    const [first, second] = await startTwo();
    const outcomes = new Set<number>();
    for (let round = 0; round < 12; round++) {
      const grant = await signUp(first, `user-${round}`);
      const refreshes = [first, second, first, second].map(async (server, index) => {
        await sleep((index * round) / 8);
        return refresh(server, grant.refresh_token);
      });
      const [answers] = await Promise.all([
        Promise.all(refreshes),
        sleep(round / 4).then(() => logOut(round % 2 === 0 ? first : second, grant.token)),
      ]);
      for (const { status } of answers) outcomes.add(status);
      const won = answers.filter(({ status }) => status === 200).map(({ body }) => body);
      for (const { refresh_token } of [grant, ...won]) {
        expect((await refresh(first, refresh_token)).status).toBe(401);
        expect((await refresh(second, refresh_token)).status).toBe(401);
      }
      for (const { token } of [grant, ...won]) {
        for (const server of [first, second]) {
          await until(async () => ((await askMe(server, token)) === "401 revoked" ? true : undefined), 2000);
        }
      }
    }
    expect([...outcomes].filter((status) => status !== 200 && status !== 401)).toEqual([]);
  });
});
