import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSqlite } from "../dist/store/sqlite/load-sqlite.js";
import {
  type Answer,
  type Ended,
  end,
  endAll,
  freePort,
  type Granted,
  newFolder,
  run,
  type SendOptions,
  type Server,
  send,
  startServer,
  until,
} from "./cli/run-server.js";
import { type Installed, installPacked } from "./package/install-packed.js";

const PASSWORDS = {
  root: "nine grey herons at noon",
  ada: "two red foxes by the river",
  adaLater: "three blue whales in the bay",
  bob: "four white owls on the barn",
  wrong: "five black cats in the well",
  flask: "correct horse battery",
} as const;

const VECTORS: readonly { readonly system: string; readonly password: string; readonly hash: string }[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "vectors/password-hashes.json"), "utf8"),
).hashes;

/** A hash of the Flask application's only password, as another system made it. */
function hashFrom(system: RegExp): string {
  const found = VECTORS.find((vector) => system.test(vector.system) && vector.password === PASSWORDS.flask);
  if (found === undefined) throw new Error(`There is no hash of ${system}.`);
  return found.hash;
}

const FLASK_HASHES = {
  scrypt: hashFrom(/hashlib\.scrypt as Werkzeug/),
  pbkdf2: hashFrom(/^Werkzeug/),
  bcrypt: hashFrom(/bcrypt.*default cost/),
  // Without salt: refused.
  md5: "5f4dcc3b5aa765d61d8327deb882cf99",
} as const;

/** Where somebody is logged in: what they have in their hand there. */
interface Device {
  readonly agent: string;
  readonly transport: "body" | "cookie";
  token: string;
  refreshToken: string;
}

const folder = newFolder();
const data = join(folder, "data");
/** Whatever no log may hold. */
const secrets = new Set<string>(Object.values(PASSWORDS));
for (const hash of Object.values(FLASK_HASHES)) secrets.add(hash);
/** All that the servers and the commands have printed, by who printed it. */
const printed: Record<string, string> = {};

let installed: Installed;
let command: [string];
let server: Server;
let servers = 0;

beforeAll(async () => {
  installed = await installPacked();
  command = [join(installed.app, "node_modules/.bin/latchkey")];
}, 180_000);

afterAll(async () => {
  await endAll();
  installed?.remove();
});

/** Starts the server, again on the same port where it has run before. */
async function serve(): Promise<void> {
  const port = server?.port ?? (await freePort());
  server = await startServer({ command, folder, data, port, environment: { LATCHKEY_GRACE_SECONDS: "1" } });
  servers++;
}

async function stop(): Promise<void> {
  const ended = await end(server);
  printed[`server ${servers}`] = ended.stdout + ended.stderr;
  expect(ended).toMatchObject({ code: 0, signal: null });
}

/** Runs a command beside the server. */
async function latchkey(parameters: readonly string[], { input = "", code = 0 } = {}): Promise<Ended> {
  const ended = await run([...parameters, "--data", data], { command, folder, input });
  printed[`${parameters.join(" ")} (${Object.keys(printed).length})`] = ended.stdout + ended.stderr;
  expect(ended.code, ended.stderr).toBe(code);
  return ended;
}

async function json<T>(...parameters: readonly string[]): Promise<T> {
  return JSON.parse((await latchkey([...parameters, "--json"])).stdout);
}

const issuer = () => `http://localhost:${server.port}`;

function ask<T = Record<string, unknown>>(method: string, path: string, options?: SendOptions): Promise<Answer<T>> {
  return send<T>(method, server.at + path, options);
}

/** Keeps what an answer gave, and notes it as secret. */
function keep(device: Device, answer: Answer<Granted>): Device {
  device.token = answer.body.token;
  device.refreshToken =
    device.transport === "body"
      ? answer.body.refresh_token
      : (/^__Host-latchkey=(lkr_[\w-]+);/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? "");
  expect(device.refreshToken).toMatch(/^lkr_/);
  for (const text of [device.token, device.token.split(".")[2] ?? "", device.refreshToken]) secrets.add(text);
  return device;
}

const own = () => ({ origin: issuer() });

/** Signs up or logs in on a new device. */
async function begin(path: "/signup" | "/token", who: string, password: string, on: Partial<Device> = {}) {
  const device: Device = { agent: "curl/8", transport: "body", token: "", refreshToken: "", ...on };
  const { agent, transport } = device;
  const answer = await ask<Granted>("POST", path, {
    body: { username: who, password, ...(transport === "cookie" && { transport }) },
    headers: { "user-agent": agent, ...(transport === "cookie" && own()) },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(path === "/signup" ? 201 : 200);
  return keep(device, answer);
}

function logIn(username: string, password: string) {
  return ask("POST", "/token", { body: { username, password } });
}

function askRefresh({ transport, refreshToken }: Device, headers: Record<string, string> = own()) {
  return transport === "body"
    ? ask<Granted>("POST", "/token/refresh", { body: { refresh_token: refreshToken } })
    : ask<Granted>("POST", "/token/refresh", { headers: { ...headers, cookie: `__Host-latchkey=${refreshToken}` } });
}

async function refresh(device: Device): Promise<Device> {
  const answer = await askRefresh(device);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return keep(device, answer);
}

const me = (token: string) => ask<{ roles: string[]; username: string }>("GET", "/me", { token });

const CHALLENGES: Readonly<Record<string, (title: unknown) => string>> = {
  token_required: () => "Bearer",
  invalid_token: (title) => `Bearer error="invalid_token", error_description="${title}"`,
};

/** A refusal is this problem and no other, with the challenge of RFC 6750 where a token was refused and nowhere else. */
function expectRefusal(answer: Answer<object>, status: number, code: string, reason?: string): void {
  const { title, errors: _fields, ...problem } = answer.body as Record<string, unknown>;
  expect({ ...problem, answered: answer.status }).toEqual({
    type: "about:blank",
    status,
    code,
    ...(reason !== undefined && { reason }),
    answered: status,
  });
  expect(answer.headers.get("www-authenticate")).toBe(CHALLENGES[code]?.(title) ?? null);
}

/** What is promised of other processes: nothing that is asked later than 250 ms after a command has ended is answered as before. */
async function within250<T>(stale: (answer: T) => boolean, question: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  return until(async () => {
    const asked = performance.now() - begun;
    const answer = await question();
    if (!stale(answer)) return answer;
    expect(asked, "ms after the command").toBeLessThanOrEqual(250);
    return undefined;
  });
}

async function expectTakenBack(token: string, reason = "revoked"): Promise<void> {
  expectRefusal(
    await within250(
      ({ status }) => status === 200,
      () => me(token),
    ),
    401,
    "invalid_token",
    reason,
  );
}

async function publishedKids(): Promise<readonly string[]> {
  const { body } = await ask<{ keys: { kid: string }[] }>("GET", "/.well-known/jwks.json");
  return body.keys.map(({ kid }) => kid);
}

/** Verifies a token as an API elsewhere does: with another library, by the served keys alone. */
async function verifyElsewhere(token: string) {
  const { body } = await ask("GET", "/.well-known/jwks.json");
  const keys = createLocalJWKSet(body as unknown as JSONWebKeySet);
  return jwtVerify(token, keys, { issuer: issuer(), audience: issuer(), typ: "at+jwt", algorithms: ["ES256"] });
}

const kidOf = (token: string) => decodeProtectedHeader(token).kid;

/** The events of a name that the running server has told. */
function told(event: string): readonly Record<string, unknown>[] {
  const lines = server
    .stderr()
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line)).filter((each) => each.event === event);
}

async function query(sql: string): Promise<readonly Record<string, unknown>[]> {
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(join(data, "latchkey.db"));
  try {
    return database.prepare(sql).all() as Record<string, unknown>[];
  } finally {
    database.close();
  }
}

// Each step goes on from the one before it.
describe("a day in the life of the packed server", { timeout: 30_000 }, () => {
  let phone: Device;
  let laptop: Device;
  let tablet: Device;
  let bob: Device;
  let erin: Device;

  it("begins with an administrator whom the command line makes", async () => {
    await latchkey(["user", "add", "root", "--role", "admin"], { input: `${PASSWORDS.root}\n` });
    await serve();
    const root = await begin("/token", "root", PASSWORDS.root);
    expect((await me(root.token)).body).toMatchObject({ username: "root", roles: ["admin"] });
    expectRefusal(await ask("GET", "/me"), 401, "token_required");
  });

  it("Ada is logged in on three devices, Bob on one, and each sees their own", async () => {
    phone = await begin("/signup", "ada", PASSWORDS.ada, { agent: "Phone/1" });
    laptop = await begin("/token", "Ada", PASSWORDS.ada, { agent: "Laptop/2", transport: "cookie" });
    tablet = await begin("/token", "ada", PASSWORDS.ada, { agent: "Tablet/3" });
    bob = await begin("/signup", "bob", PASSWORDS.bob);
    expectRefusal(
      await ask("POST", "/signup", { body: { username: "BOB", password: PASSWORDS.wrong } }),
      409,
      "username_taken",
    );

    const { body } = await ask<{ sessions: Record<string, unknown>[] }>("GET", "/me/sessions", { token: laptop.token });
    const shown = body.sessions.map(({ device, current, transport }) => ({ device, current, transport }));
    expect(shown).toEqual([
      { device: "Tablet/3", current: false, transport: "body" },
      { device: "Laptop/2", current: true, transport: "cookie" },
      { device: "Phone/1", current: false, transport: "body" },
    ]);
    const own = { token: bob.token };
    expect((await ask<{ sessions: [] }>("GET", "/me/sessions", own)).body.sessions).toHaveLength(1);
    expectRefusal(await ask("DELETE", `/me/sessions/${decodeJwt(phone.token).sid}`, own), 404, "not_found");
  });

  it("the laptop's cookie is worth nothing to another page", async () => {
    expectRefusal(await askRefresh(laptop, { origin: "https://evil.example" }), 403, "csrf");
    expectRefusal(await askRefresh(laptop, {}), 403, "csrf");
    await refresh(laptop);
  });

  it("a stolen refresh token ends the phone's session when it is used a second time, and no other", async () => {
    const stolen: Device = { ...phone };
    await refresh(phone);
    const answer = await until(
      async () => {
        const again = await askRefresh(stolen);
        if (again.status !== 200) return again;
        // As long as it may be a retry, there is one successor for both.
        expect(again.body.refresh_token).toBe(phone.refreshToken);
        return undefined;
      },
      10_000,
      100,
    );
    expectRefusal(answer, 401, "invalid_grant");
    expectRefusal(await askRefresh(phone), 401, "invalid_grant");
    for (const { token } of [phone, stolen]) expectRefusal(await me(token), 401, "invalid_token", "revoked");
    const { sid, sub } = decodeJwt(phone.token);
    expect(told("session.replayed")).toEqual([expect.objectContaining({ session: sid, user: sub })]);
    expect((await query(`select ended_why from sessions where id = '${sid}'`))[0]).toEqual({ ended_why: "replay" });

    const explained = await latchkey(["token", "explain", "--url", issuer()], { input: phone.token, code: 1 });
    expect(explained.stdout).toMatch(/^NO {2}revocation .*taken back/m);
    for (const { token } of [laptop, tablet]) expect((await me(token)).status).toBe(200);
    await refresh(laptop);
  });

  it("Ada changes her password on the laptop: it goes on, the tablet and the old password do not", async () => {
    const change = (current_password: string) =>
      ask("PUT", "/me/password", { token: laptop.token, body: { current_password, new_password: PASSWORDS.adaLater } });
    expectRefusal(await change(PASSWORDS.wrong), 401, "invalid_credentials");
    expect((await me(tablet.token)).status).toBe(200);
    expect((await change(PASSWORDS.ada)).status).toBe(204);

    expectRefusal(await me(tablet.token), 401, "invalid_token", "revoked");
    expectRefusal(await askRefresh(tablet), 401, "invalid_grant");
    expect((await me(laptop.token)).status).toBe(200);
    await refresh(laptop);
    expectRefusal(await logIn("ada", PASSWORDS.ada), 401, "invalid_credentials");
    tablet = await begin("/token", "ada", PASSWORDS.adaLater, { agent: "Tablet/3" });
  });

  it("an administrator disables Bob and enables him again", async () => {
    await latchkey(["user", "disable", "bob"]);
    await expectTakenBack(bob.token);
    expectRefusal(await askRefresh(bob), 401, "invalid_grant");
    expectRefusal(await logIn("bob", PASSWORDS.bob), 403, "account_disabled");
    expectRefusal(await logIn("bob", PASSWORDS.wrong), 401, "invalid_credentials");
    expectRefusal(await logIn("nobody", PASSWORDS.wrong), 401, "invalid_credentials");

    await latchkey(["user", "enable", "bob"]);
    const before = bob;
    bob = await begin("/token", "bob", PASSWORDS.bob);
    expectRefusal(await me(before.token), 401, "invalid_token", "revoked");
    expectRefusal(await askRefresh(before), 401, "invalid_grant");
  });

  it("a key is rotated: the next one is published before it signs, and old tokens stay good", async () => {
    const [first] = await publishedKids();
    await latchkey(["key", "rotate"]);
    const kids = await within250(({ length }) => length === 1, publishedKids);
    expect(kids).toEqual([first, expect.any(String)]);
    expect((await me(laptop.token)).status).toBe(200);
    await refresh(tablet);
    expect(kidOf(tablet.token)).toBe(first);

    await latchkey(["key", "rotate", "--now"]);
    await within250(
      ({ token }) => kidOf(token) === first,
      () => refresh(tablet),
    );
    expect(kidOf(tablet.token)).toBe(kids[1]);
    expect(await publishedKids()).toEqual(kids);
    for (const { token } of [laptop, bob, tablet]) {
      expect((await me(token)).status).toBe(200);
      expect((await verifyElsewhere(token)).payload.sub).toBe(decodeJwt(token).sub);
    }
  });

  it("the old key is revoked: its tokens are refused everywhere, and a refresh gives good ones", async () => {
    const old = kidOf(laptop.token) ?? "";
    await latchkey(["key", "revoke", old]);
    await expectTakenBack(laptop.token, "key_unknown");
    expect(await publishedKids()).not.toContain(old);
    expectRefusal(await me(bob.token), 401, "invalid_token", "key_unknown");
    await expect(verifyElsewhere(bob.token)).rejects.toMatchObject({ code: "ERR_JWKS_NO_MATCHING_KEY" });

    expect((await me(tablet.token)).status).toBe(200);
    for (const device of [laptop, bob]) {
      await refresh(device);
      expect((await me(device.token)).status).toBe(200);
      await verifyElsewhere(device.token);
    }
  });

  it("the users of a Flask application come with their passwords", async () => {
    const { scrypt, pbkdf2, bcrypt, md5 } = FLASK_HASHES;
    const csv = [
      "username,email,hash,roles",
      `carol,carol@example.com,${scrypt},`,
      `dave,,${pbkdf2},author`,
      `"erin",erin@example.com,${bcrypt},editor author`,
      `frank,frank@example.com,${md5},`,
    ];
    writeFileSync(join(folder, "users.csv"), `${csv.join("\r\n")}\r\n`);
    const report = await latchkey(["user", "import", "users.csv"], { code: 1 });
    expect(report.stdout).toBe("added 3, present 0, refused 1\n");
    expect(report.stderr).toMatch(/^line 5: hash: This is not a hash of a known kind: [^\n]+\n$/);

    const stored = () => query("select username, password_hash from users where username in ('carol', 'dave', 'erin')");
    for (const { password_hash } of await stored()) expect(Object.values(FLASK_HASHES)).toContain(password_hash);
    for (const username of ["carol", "dave", "erin"]) {
      expectRefusal(await logIn(username, PASSWORDS.wrong), 401, "invalid_credentials");
      erin = await begin("/token", username, PASSWORDS.flask);
      expect((await me(erin.token)).body.username).toBe(username);
    }
    expectRefusal(await logIn("frank", "password"), 401, "invalid_credentials");
    for (const { password_hash } of await stored())
      expect(password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await begin("/token", "dave", PASSWORDS.flask);
  });

  it("a role is taken away: the token that has it is refused, the next one is without it", async () => {
    const before = erin.token;
    expect((await me(before)).body.roles).toEqual(["author", "editor"]);
    await latchkey(["user", "set-roles", "erin", "author"]);
    await expectTakenBack(before);
    await refresh(erin);
    expect(decodeJwt(erin.token).roles).toEqual(["author"]);
    expect((await me(erin.token)).body.roles).toEqual(["author"]);
    expectRefusal(await me(before), 401, "invalid_token", "revoked");
    expect(await json("user", "show", "erin")).toMatchObject({ username: "erin", roles: ["author"], sessions: 1 });
  });

  it("Ada logs out everywhere, and nobody else is", async () => {
    expect((await ask("DELETE", "/me/sessions", { token: tablet.token })).status).toBe(204);
    for (const device of [tablet, laptop]) {
      expectRefusal(await me(device.token), 401, "invalid_token", "revoked");
      expectRefusal(await askRefresh(device), 401, "invalid_grant");
    }
    expect(await json("session", "list", "ada")).toEqual([]);
    expect((await me(bob.token)).status).toBe(200);
  });

  it("a server that is stopped and started again knows who is in and who is out", async () => {
    await stop();
    await serve();
    for (const device of [bob, erin]) {
      expect((await me(device.token)).status).toBe(200);
      await refresh(device);
    }
    for (const device of [phone, laptop, tablet]) expectRefusal(await askRefresh(device), 401, "invalid_grant");
    expectRefusal(await me(tablet.token), 401, "invalid_token", "revoked");
  });

  it("and so it does with another secret", async () => {
    await stop();
    const file = join(data, "master.key");
    const secret = () => readFileSync(file, "utf8").trim();
    secrets.add(secret());
    await latchkey(["secret", "rotate"]);
    expect(secrets).not.toContain(secret());
    secrets.add(secret());
    await serve();
    for (const device of [bob, erin]) {
      expect((await me(device.token)).status).toBe(200);
      await refresh(device);
      expect((await me(device.token)).status).toBe(200);
    }
    expectRefusal(await me(tablet.token), 401, "invalid_token", "revoked");
    await stop();
  });

  it("nothing that was printed all day holds a password, a token, a hash or a key", async () => {
    const stored = await query(
      "select password_hash as secret from users union select nonce from sessions union select sealed from keys",
    );
    const all = [...secrets, ...stored.map(({ secret }) => String(secret))];
    expect(all.length).toBeGreaterThan(80);
    for (const [who, text] of Object.entries(printed)) {
      expect(
        all.filter((secret) => text.includes(secret)),
        who,
      ).toEqual([]);
    }
    const logs = Object.entries(printed).filter(([who]) => /^server \d$/.test(who));
    const events = logs.flatMap(([, text]) => [...text.matchAll(/"event":"([\w.]+)"/g)].map(([, event]) => event));
    expect([...new Set(events)].sort()).toEqual([
      "session.replayed",
      "user.log_in_disabled",
      "user.log_in_failed",
      "user.logged_in",
      "user.logged_out_everywhere",
      "user.password_changed",
      "user.signed_up",
    ]);
  });

  it("the database holds no password and no token", () => {
    const hashes: readonly string[] = Object.values(FLASK_HASHES);
    const files = readdirSync(data).filter((name) => name.startsWith("latchkey.db"));
    expect(files).toContain("latchkey.db");
    const bytes = files.map((name) => readFileSync(join(data, name), "utf8")).join("\n");
    expect([...secrets].filter((secret) => !hashes.includes(secret) && bytes.includes(secret))).toEqual([]);
  });
});
