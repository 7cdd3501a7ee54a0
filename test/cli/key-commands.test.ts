import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { newSecret } from "../../dist/keys/master-key.js";
import { newData } from "./new-data.js";
import {
  askMe,
  type Ended,
  end,
  endAll,
  type Granted,
  newFolder,
  PASSWORD,
  type RunOptions,
  run,
  type Server,
  send,
  signUp,
  startServer,
  until,
} from "./run-server.js";

afterEach(endAll);

/** A key as the command line shows it. */
interface ShownKey {
  readonly kid: string;
  readonly purpose: "access" | "refresh";
  readonly alg: string;
  readonly state: "next" | "current" | "previous";
  readonly created_at: string;
  readonly signs_from: string;
  readonly ends_at: string | null;
}

/** Runs a command that must be good on the data of a server. */
async function beside(
  { data }: Pick<Server, "data">,
  parameters: readonly string[],
  options?: RunOptions,
): Promise<Ended> {
  const ended = await run([...parameters, "--data", data], options);
  expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: "" });
  return ended;
}

/** The keys that `key list` shows, or another command that shows them. */
async function keysOf(
  server: Pick<Server, "data">,
  act: readonly string[] = ["list"],
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly ShownKey[]> {
  return JSON.parse((await beside(server, ["key", ...act, "--json"], { environment })).stdout);
}

/** The states of the keys of each purpose, in the order in which they are told. */
function statesOf(keys: readonly ShownKey[]): Readonly<Record<string, readonly string[]>> {
  const states = (wanted: string) => keys.filter(({ purpose }) => purpose === wanted).map(({ state }) => state);
  return { access: states("access"), refresh: states("refresh") };
}

function currentOf(keys: readonly ShownKey[], purpose: ShownKey["purpose"]): string {
  return keys.find((key) => key.purpose === purpose && key.state === "current")?.kid ?? "";
}

/** The cells of each line of a table below its titles. */
function rowsOf(table: string): readonly (readonly string[])[] {
  return table
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(/ {2,}/));
}

const kidOf = (token: string): string => JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).kid;

function refresh({ at }: Server, refresh_token: string) {
  return send<Granted & { code?: string }>("POST", `${at}/token/refresh`, { body: { refresh_token } });
}

/** Refreshes until the access token is of another key than this one. */
async function refreshUntilKey(server: Server, grant: Granted, wanted: (kid: string) => boolean): Promise<Granted> {
  let last = grant;
  return until(
    async () => {
      const { status, body } = await refresh(server, last.refresh_token);
      expect(status, JSON.stringify(body)).toBe(200);
      last = body;
      return wanted(kidOf(body.token)) ? body : undefined;
    },
    5_000,
    50,
  );
}

async function servedKids({ at }: Server): Promise<readonly string[]> {
  const { body } = await send<{ keys: { kid: string }[] }>("GET", `${at}/.well-known/jwks.json`);
  return body.keys.map(({ kid }) => kid);
}

describe("latchkey key", () => {
  it("lists the keys, and nothing of them that is secret", async () => {
    const data = await newData();
    const { code, stdout } = await run(["key", "list", "--json", "--data", data]);
    const keys: { kid: string; purpose: string }[] = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(keys.sort((one, other) => (one.purpose < other.purpose ? -1 : 1))).toEqual(
      ["access", "refresh"].map((purpose) => ({
        kid: expect.any(String),
        purpose,
        alg: expect.any(String),
        state: "current",
        created_at: expect.stringMatching(/Z$/),
        signs_from: expect.stringMatching(/Z$/),
        ends_at: null,
      })),
    );
    const table = (await run(["key", "list", "--data", data])).stdout;
    expect(table).toMatch(/^KID +PURPOSE +ALG +STATE +CREATED +SIGNS FROM +ENDS\n/);
    for (const { kid } of keys) expect(table).toContain(kid);
  });

  it.each([
    ["list", 78],
    ["rotate", 78],
    ["revoke", 2],
  ])("%s makes no database, and wants what it wants", async (act, code) => {
    const folder = newFolder();
    expect((await run(["key", act], { folder })).code).toBe(code);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("does not revoke a key that is unknown", async () => {
    const ended = await run(["key", "revoke", "nobody's", "--data", await newData()]);
    expect(ended).toMatchObject({ code: 1, stdout: "", stderr: "latchkey: There is no key nobody's.\n" });
  });
});

describe("latchkey key beside a server that is running", () => {
  it("rotate publishes the next keys, once, and the present ones go on", async () => {
    const server = await startServer();
    const grant = await signUp(server, "ada");
    const before = await keysOf(server);
    const { stdout } = await beside(server, ["key", "rotate"]);
    const after = await keysOf(server);
    expect(rowsOf(stdout)).toEqual(
      after.map((key) => [
        key.kid,
        key.purpose,
        key.alg,
        key.state,
        key.created_at,
        key.signs_from,
        key.ends_at ?? "-",
      ]),
    );
    expect(statesOf(after)).toEqual({ access: ["current", "next"], refresh: ["current", "next"] });
    for (const purpose of ["access", "refresh"] as const)
      expect(currentOf(after, purpose)).toBe(currentOf(before, purpose));
    for (const { created_at, signs_from } of after.filter(({ state }) => state === "next")) {
      expect(Date.parse(signs_from) - Date.parse(created_at)).toBe(600_000);
    }
    for (const { ends_at } of after.filter(({ state }) => state === "current")) expect(ends_at).toMatch(/Z$/);
    expect(await keysOf(server, ["rotate"])).toEqual(after);

    const access = after.filter(({ purpose }) => purpose === "access").map(({ kid }) => kid);
    await until(async () => ((await servedKids(server)).length === 2 ? true : undefined), 5_000);
    expect(await servedKids(server)).toEqual(access);
    const next = await refresh(server, grant.refresh_token);
    expect(kidOf(next.body.token)).toBe(access[0]);
  });

  it("rotate --now lets the next keys sign, also those that wait, and every token and session goes on", async () => {
    const server = await startServer();
    const grant = await signUp(server, "ada");
    const waiting = await keysOf(server, ["rotate"]);
    const after = await keysOf(server, ["rotate", "--now"]);
    expect(statesOf(after)).toEqual({ access: ["previous", "current"], refresh: ["previous", "current"] });
    expect(after.map(({ kid }) => kid)).toEqual(waiting.map(({ kid }) => kid));
    const later = await refreshUntilKey(server, grant, (kid) => kid === currentOf(after, "access"));
    for (const { token } of [grant, later]) expect(await askMe(server, token)).toBe("200");

    const { stdout } = await beside(server, ["key", "rotate", "--now"]);
    expect(rowsOf(stdout).map(([, purpose, , state]) => `${purpose} ${state}`)).toEqual([
      ...["access previous", "access previous", "access current"],
      ...["refresh previous", "refresh previous", "refresh current"],
    ]);
    expect((await refresh(server, later.refresh_token)).status).toBe(200);
  });

  it("revoke of the signing key in use: its tokens are refused, its successor signs at once, the session goes on", async () => {
    const server = await startServer();
    const grant = await signUp(server, "ada");
    const before = await keysOf(server);
    const old = currentOf(before, "access");
    expect(kidOf(grant.token)).toBe(old);
    const ended = await beside(server, ["key", "revoke", old]);
    expect(ended.stdout).toBe(`Revoked ${old}: its tokens are refused.\n`);
    const after = await keysOf(server);
    expect(statesOf(after)).toEqual({ access: ["current"], refresh: ["current"] });
    expect(currentOf(after, "access")).not.toBe(old);
    expect(currentOf(after, "refresh")).toBe(currentOf(before, "refresh"));

    await until(async () => ((await askMe(server, grant.token)) === "200" ? undefined : true), 5_000);
    expect(await askMe(server, grant.token)).toBe("401 key_unknown");
    expect(await servedKids(server)).toEqual([currentOf(after, "access")]);
    const next = await refresh(server, grant.refresh_token);
    expect(kidOf(next.body.token)).toBe(currentOf(after, "access"));
    expect(await askMe(server, next.body.token)).toBe("200");
    expect(await run(["key", "revoke", old, "--data", server.data])).toMatchObject({ code: 1, stdout: "" });
  });

  it("revoke of the key of refresh tokens: they are refused, access tokens live on, new log-ins are good", async () => {
    const server = await startServer();
    const grant = await signUp(server, "ada");
    const old = currentOf(await keysOf(server), "refresh");
    const { stdout } = await beside(server, ["key", "revoke", old, "--json"]);
    expect(JSON.parse(stdout)).toEqual({ kid: old, revoked: true });
    const after = await keysOf(server);
    expect(statesOf(after)).toEqual({ access: ["current"], refresh: ["current"] });
    expect(currentOf(after, "refresh")).not.toBe(old);

    const refused = await until(async () => {
      const answer = await refresh(server, grant.refresh_token);
      return answer.status === 200 ? undefined : answer;
    }, 5_000);
    expect(refused).toMatchObject({ status: 401, body: { code: "invalid_grant" } });
    expect(await askMe(server, grant.token)).toBe("200");
    const body = { username: "ada", password: PASSWORD };
    const again = await send<Granted>("POST", `${server.at}/token`, { body });
    expect((await refresh(server, again.body.refresh_token)).status).toBe(200);
  });

  it("revoke of the next key: the present one goes on without a successor", async () => {
    const server = await startServer();
    const grant = await signUp(server, "ada");
    const keys = await keysOf(server, ["rotate"]);
    const next = keys.find(({ purpose, state }) => purpose === "access" && state === "next")?.kid ?? "";
    await beside(server, ["key", "revoke", next]);
    const after = await keysOf(server);
    expect(statesOf(after)).toEqual({ access: ["current"], refresh: ["current", "next"] });
    await until(async () => ((await servedKids(server)).includes(next) ? undefined : true), 5_000);
    expect(await askMe(server, grant.token)).toBe("200");
  });
});

/** A server that was stopped, and what somebody had in their hand then. */
async function stoppedServer(environment: Readonly<Record<string, string>>) {
  const server = await startServer({ environment });
  const grant = await signUp(server, "ada");
  expect(await end(server)).toMatchObject({ code: 0 });
  return { server, grant };
}

/** Starts a server again where it was, and sees that whoever was logged in still is. */
async function expectGoesOn({ port, data }: Server, grant: Granted, environment = {}): Promise<Granted> {
  const again = await startServer({ port, data, environment });
  expect(await askMe(again, grant.token)).toBe("200");
  const next = await refresh(again, grant.refresh_token);
  expect(next.status).toBe(200);
  expect(await end(again)).toMatchObject({ code: 0 });
  return next.body;
}

describe("latchkey secret rotate", () => {
  it("replaces master.key: sessions go on with the new one, and the old one opens nothing", async () => {
    const { server, grant } = await stoppedServer({});
    const file = join(server.data, "master.key");
    const old = readFileSync(file, "utf8");
    const { stdout } = await beside(server, ["secret", "rotate"]);
    expect(stdout).toContain(`${file} holds a new secret`);
    const present = readFileSync(file, "utf8");
    expect(present).not.toBe(old);
    expect(stdout).not.toContain(present.trim());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const next = await expectGoesOn(server, grant);

    writeFileSync(file, old, { mode: 0o600 });
    expect(await run(["serve", "--port", String(server.port), "--data", server.data])).toMatchObject({
      code: 78,
      stdout: "",
    });
    writeFileSync(file, present, { mode: 0o600 });
    await expectGoesOn(server, next);
  });

  it("seals with LATCHKEY_NEW_SECRET: the old LATCHKEY_SECRET is exit code 78 then, and sessions go on with the new one", async () => {
    const [from, to] = [newSecret(), newSecret()];
    const { server, grant } = await stoppedServer({ LATCHKEY_SECRET: from });
    const environment = { LATCHKEY_SECRET: from, LATCHKEY_NEW_SECRET: to };
    const { stdout } = await beside(server, ["secret", "rotate"], { environment });
    expect(stdout).toMatch(/set LATCHKEY_SECRET to it/);
    expect(readdirSync(server.data)).not.toContain("master.key");

    const refused = await run(["serve", "--port", String(server.port), "--data", server.data], {
      environment: { LATCHKEY_SECRET: from },
    });
    expect(refused).toMatchObject({ code: 78, stdout: "" });
    expect(await run(["key", "list", "--data", server.data], { environment: { LATCHKEY_SECRET: from } })).toMatchObject(
      {
        code: 78,
        stdout: "",
      },
    );
    for (const secret of [from, to]) expect(stdout + refused.stderr).not.toContain(secret);
    await expectGoesOn(server, grant, { LATCHKEY_SECRET: to });
    // Done twice is done once.
    await beside(server, ["secret", "rotate"], { environment });
  });

  it.each<readonly [string, () => Readonly<Record<string, string>>]>([
    ["master.key", () => ({})],
    ["LATCHKEY_SECRET", () => ({ LATCHKEY_SECRET: newSecret(), LATCHKEY_NEW_SECRET: newSecret() })],
  ])(
    "beside a server that is running, for %s: it goes on, and so it does when it starts again",
    async (_name, secrets) => {
      const environment = secrets();
      const { LATCHKEY_SECRET: from, LATCHKEY_NEW_SECRET: to } = environment;
      const server = await startServer({ environment: from === undefined ? {} : { LATCHKEY_SECRET: from } });
      const grant = await signUp(server, "ada");
      const before = await keysOf(server, ["list"], environment);
      await beside(server, ["secret", "rotate"], { environment });
      const present = to === undefined ? {} : { LATCHKEY_SECRET: to };
      expect(await keysOf(server, ["list"], present)).toEqual(before);
      expect(await askMe(server, grant.token)).toBe("200");
      const { status, body } = await refresh(server, grant.refresh_token);
      expect(status).toBe(200);
      await signUp(server, "bob");
      const { code, stderr } = await end(server);
      expect(code).toBe(0);
      expect(stderr).not.toMatch(/unreadable|failed/);
      await expectGoesOn(server, body, present);
    },
  );
});

describe("latchkey secret", () => {
  it("prints a new secret each time, with which a server starts", async () => {
    const secrets = await Promise.all([1, 2].map(async () => (await run(["secret", "new"])).stdout));
    expect(new Set(secrets).size).toBe(2);
    for (const secret of secrets) {
      expect(secret).toMatch(/^[\w-]{43}\n$/);
      expect(readdirSync(await newData(secret.trim()))).not.toContain("master.key");
    }
  });

  const secret = newSecret();

  it.each<readonly [string, Readonly<Record<string, string>>, RegExp]>([
    ["no new one is given", { LATCHKEY_SECRET: secret }, /LATCHKEY_NEW_SECRET must hold/],
    ["the new one is empty", { LATCHKEY_SECRET: secret, LATCHKEY_NEW_SECRET: "" }, /LATCHKEY_NEW_SECRET must hold/],
    ["the new one is the old one", { LATCHKEY_SECRET: secret, LATCHKEY_NEW_SECRET: secret }, /in use already/],
    ["the new one is weak", { LATCHKEY_SECRET: secret, LATCHKEY_NEW_SECRET: "hunter2" }, /32 random bytes/],
    ["only the new one is given", { LATCHKEY_NEW_SECRET: secret }, /goes with LATCHKEY_SECRET/],
    ["there is neither a secret nor a master.key", {}, /There is no .*master\.key/],
  ])("is not rotated where %s: exit code 78", async (_name, environment, why) => {
    const data = await newData(secret);
    const ended = await run(["secret", "rotate", "--data", data], { environment });
    expect(ended).toMatchObject({ code: 78, stdout: "" });
    expect(ended.stderr).toMatch(why);
    expect(ended.stderr).not.toMatch(/hunter2/);
    expect(ended.stderr).not.toContain(secret);
  });

  it("is not rotated where there is no database", async () => {
    const folder = newFolder();
    expect(await run(["secret", "rotate"], { folder })).toMatchObject({ code: 78, stdout: "" });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("latchkey migrate", () => {
  it("makes a database where there is none, and then has nothing to do", async () => {
    const data = join(newFolder(), "data");
    const database = join(data, "latchkey.db");
    const migrated = async () => JSON.parse((await run(["migrate", "--json", "--data", data])).stdout);
    const first = await migrated();
    expect(first).toMatchObject({ database, from: 0 });
    expect(await migrated()).toEqual({ database, from: first.to, to: first.to });
    expect((await run(["migrate", "--data", data])).stdout).toContain("is up to date");
  });
});
