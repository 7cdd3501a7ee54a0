import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createAuth } from "latchkey";
import { importKey } from "latchkey/tokens";
import { afterEach, expect } from "vitest";
import { ROUTES } from "../../dist/http/routes.js";
import { newSecret } from "../../dist/keys/master-key.js";
import {
  endAll,
  freePort,
  type Granted,
  LATCHKEY,
  newFolder,
  type RunOptions,
  run,
  send,
  signUp,
  startServer,
  within,
} from "../cli/run-server.js";
import { type Answer, bearer, claimsOf, newDatabase, ORIGIN, openAuth, PASSWORD, sql } from "../http/open-auth.js";
import { recorder } from "../secrets/record.js";
import { attempt } from "./attack.js";

afterEach(endAll);

const ROOT = resolve(import.meta.dirname, "../..");

/** Runs a server that must not start: exit code 78, one line, and nothing of the secret in it, not even six characters. */
async function expectNoStart(names: RegExp, options: RunOptions, secret: string): Promise<void> {
  const ended = await run(["serve", "--port", String(await freePort())], options);
  expect(ended, JSON.stringify(secret)).toMatchObject({ code: 78, stdout: "" });
  expect(ended.stderr).toMatch(/^latchkey: .+\n$/);
  expect(ended.stderr).toMatch(names);
  expectNothingOf(secret, ended.stderr);
}

function expectNothingOf(secret: string, message: string): void {
  const parts = Array.from({ length: Math.max(0, secret.length - 5) }, (_, at) => secret.slice(at, at + 6));
  // The sentences have words of their own.
  for (const part of parts) if (!/^[a-z_ ]+$/i.test(part)) expect(message).not.toContain(part);
}

async function expectNoAuth(secret: string): Promise<void> {
  const refused = createAuth({ database: ":memory:", url: ORIGIN, secret }).then(
    async (auth) => auth.close().then(() => "it started"),
    (error: Error) => `${error.name}: ${error.message}`,
  );
  expect(await refused, secret).toMatch(/^TypeError: .*LATCHKEY_SECRET/);
  expectNothingOf(secret, await refused);
}

// Each stands in the documentation of something, for everybody to copy.
const PUBLISHED = [
  "secret",
  "super-secret",
  "changeme",
  "your-256-bit-secret",
  "a-string-secret-at-least-256-bits-long",
  "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
  "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
  "9a4f2c8d3b7a1e6f45c8a0b3f267d8b1d4e6f3c8a9d2b5f8e3a9c8b5f6v8a3d9",
  "FdFYFzERwC2uCBB46pZQi4GG85LujR8obt-KWRBICVQ",
  "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
] as const;

/** A text, and what it stands for where it is the spelling of bytes. */
function spellings(text: string): readonly string[] {
  const isHex = /^[0-9a-f]+$/i.test(text);
  const bytes = Buffer.from(text, isHex ? "hex" : "utf8");
  return [text, isHex ? text.toUpperCase() : `${text}=`, bytes.toString("base64url"), bytes.toString("base64")];
}

/** Every run of characters in what we publish that could be taken for a secret, and every part of it that has the right length. */
function shownTexts(): readonly string[] {
  const folders = [".", "docs", "examples"].map((name) => join(ROOT, name));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile() && /\.(?:md|mjs)$/.test(entry.name)),
  );
  const texts = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));
  const runs = texts.flatMap((text) => [...text.matchAll(/[\w+/=-]{40,}/g)].map(([found]) => found));
  const assigned = texts.flatMap((text) =>
    [...text.matchAll(/SECRET=["']?([^\s"'$]+)/g)].map(([, value = ""]) => value),
  );
  const parts = runs.flatMap((found) => Array.from({ length: found.length - 39 }, (_, at) => found.slice(at, at + 43)));
  expect(files.length).toBeGreaterThan(6);
  return [...new Set([...runs, ...assigned, ...parts])];
}

type Pair = Readonly<Record<"publicKey" | "privateKey", KeyObject>>;

const pems = ({ publicKey, privateKey }: Pair) => [
  String(publicKey.export({ type: "spki", format: "pem" })),
  String(privateKey.export({ type: "pkcs8", format: "pem" })),
];

const folderWith = (masterKey: string, mode = 0o600) => {
  const data = join(newFolder(), "data");
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(join(data, "master.key"), masterKey);
  chmodSync(join(data, "master.key"), mode);
  return data;
};

attempt("A weak secret at the start", [
  [
    "S80",
    "a LATCHKEY_SECRET that is empty, short, all equal, words, published or in the wrong spelling: exit code 78, the setting named, the value not, nothing made",
    async () => {
      const weak = [
        "",
        "hunter2",
        randomBytes(31).toString("base64url"),
        Buffer.alloc(32, 0xa5).toString("base64url"),
        "correct-horse-battery-staple-correct-horse-",
        Buffer.from("The quick brown fox jumps over 1").toString("base64url"),
        randomBytes(32).toString("hex"),
        "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
      ];
      for (const secret of weak) {
        const folder = newFolder();
        await expectNoStart(/LATCHKEY_SECRET/, { folder, environment: { LATCHKEY_SECRET: secret } }, secret);
        expect(readdirSync(folder)).toEqual([]);
      }
    },
    60_000,
  ],
  [
    "S80",
    "published secrets in every spelling, repeated and counted bytes, and the bytes of a word are no secret",
    async () => {
      const counted = Buffer.from(Array.from({ length: 32 }, (_, at) => at));
      const repeated = ["ab", "abcd", "latchkey", "0123456789abcdef"].map((word) => Buffer.alloc(32, word));
      const bytes = [counted, counted.reverse(), Buffer.alloc(32), Buffer.alloc(32, 0xff), ...repeated];
      const texts = [...PUBLISHED.flatMap(spellings), ...bytes.map((each) => each.toString("base64url"))];
      for (const secret of new Set(texts)) await expectNoAuth(secret);
    },
  ],
  [
    "S80",
    "nothing that README, docs, examples or help show can be the secret",
    async () => {
      const help = (await run(["secret", "--help"])).stdout + (await run(["serve", "--help"])).stdout;
      const shown = [...shownTexts(), ...[...help.matchAll(/[\w+/=-]{40,}/g)].map(([found]) => found)];
      for (const text of shown) await expectNoAuth(text);
    },
  ],
  [
    "S80",
    "neither a key file nor the secret that shall replace another may be weaker: exit code 78",
    async () => {
      for (const secret of ["hunter2", "A".repeat(43), "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"]) {
        const data = folderWith(`${secret}\n`);
        await expectNoStart(/master\.key/, { environment: { LATCHKEY_DATA: data } }, secret);
        expect(readFileSync(join(data, "master.key"), "utf8")).toBe(`${secret}\n`);
      }
      const [old, weak] = [newSecret(), Buffer.alloc(32, "latchkey").toString("base64url")];
      const database = newDatabase();
      await (await createAuth({ database, url: ORIGIN, secret: old })).close();
      const environment = { LATCHKEY_DATABASE: database, LATCHKEY_SECRET: old, LATCHKEY_NEW_SECRET: weak };
      const ended = await run(["secret", "rotate"], { environment });
      expect(ended).toMatchObject({ code: 78, stdout: "" });
      expect(ended.stderr).toContain("LATCHKEY_NEW_SECRET");
      for (const secret of [old, weak]) expectNothingOf(secret, ended.stderr);
      await (await createAuth({ database, url: ORIGIN, secret: old })).close();
    },
    60_000,
  ],
  [
    "S80",
    "an RSA key under 2048 bits, a key on the wrong curve and a short, published or guessable HMAC secret are no keys; nothing of them is in the message",
    () => {
      const curve = (namedCurve: string) => pems(generateKeyPairSync("ec", { namedCurve }));
      const rsa = (modulusLength: number) => pems(generateKeyPairSync("rsa", { modulusLength }));
      const unfit = [
        ...[512, 1024, 2040].flatMap((bits) =>
          rsa(bits).flatMap((pem) => [["RS256", pem] as const, ["PS512", pem] as const]),
        ),
        ...["secp256k1", "secp224r1", "secp384r1", "secp521r1"].flatMap((name) =>
          curve(name).map((pem) => ["ES256", pem] as const),
        ),
        ...curve("prime256v1").flatMap((pem) => [
          ["ES384", pem] as const,
          ["ES512", pem] as const,
          ["EdDSA", pem] as const,
        ]),
        ...pems(generateKeyPairSync("ed448")).map((pem) => ["EdDSA", pem] as const),
        ...["", ...PUBLISHED, "x".repeat(64), randomBytes(16).toString("base64url")].map(
          (text) => ["HS256", text] as const,
        ),
        ["HS512", randomBytes(32).toString("base64url")] as const,
      ];
      for (const [alg, text] of unfit) {
        let message = "it was taken";
        try {
          importKey(text, { alg });
        } catch (error) {
          message = `${(error as Error).name}: ${(error as Error).message}`;
        }
        expect(message, `${alg} ${text}`).toMatch(/^TypeError: /);
        const body = text.startsWith("-----") ? text.split("\n").slice(1, -2).join("\n") : text;
        if (body.length > 20) expectNothingOf(body, message);
      }
    },
  ],
]);

const modeOf = (path: string) => statSync(path).mode & 0o777;

attempt("Key files", [
  [
    "S81",
    "are made 0600 in a folder of 0700, and so is the database, whatever the umask is",
    async () => {
      const command = ["sh", "-c", 'umask 0 && exec "$@"', "sh", process.execPath, LATCHKEY] as const;
      const { data, at } = await startServer({ command });
      await signUp({ at }, "ada");
      const files = readdirSync(data);
      expect(files).toEqual(expect.arrayContaining(["latchkey.db", "latchkey.db-wal", "master.key"]));
      expect(modeOf(data).toString(8)).toBe("700");
      for (const file of files) expect(`${file} ${modeOf(join(data, file)).toString(8)}`).toBe(`${file} 600`);
    },
  ],
  [
    "S81",
    "that group or world can read, write or run keep the server from starting: exit code 78, the file named, not what it holds",
    async () => {
      for (const mode of [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o660, 0o644, 0o666, 0o777]) {
        const secret = newSecret();
        const data = folderWith(`${secret}\n`, mode);
        const options = { database: join(data, "latchkey.db"), url: ORIGIN };
        await expect(createAuth(options), mode.toString(8)).rejects.toThrow(
          /master\.key can be read by others: chmod 600/,
        );
        if (mode !== 0o640 && mode !== 0o602) continue;
        await expectNoStart(/master\.key/, { environment: { LATCHKEY_DATA: data } }, secret);
      }
    },
    60_000,
  ],
  [
    "S81",
    "are replaced in one step: whoever reads while the secret is rotated finds the old key or the new one, whole",
    async () => {
      const { data } = await startServer();
      const path = join(data, "master.key");
      const seen = new Set([readFileSync(path, "utf8")]);
      for (let round = 0; round < 3; round++) {
        let isDone = false;
        const rotated = run(["secret", "rotate", "--data", data]).finally(() => {
          isDone = true;
        });
        while (!isDone) {
          seen.add(readFileSync(path, "utf8"));
          await new Promise((resolve) => setImmediate(resolve));
        }
        expect(await rotated).toMatchObject({ code: 0 });
        seen.add(readFileSync(path, "utf8"));
      }
      expect(seen.size).toBe(4);
      for (const text of seen) expect(text).toMatch(/^[\w-]{43}\n$/);
      expect(modeOf(path).toString(8)).toBe("600");
      expect(readdirSync(data).filter((name) => name.startsWith("master"))).toEqual(["master.key"]);
    },
    60_000,
  ],
  [
    "S81",
    "open keys that are bound to their names: a sealed key under another's name, or with one bit changed, keeps the server from starting",
    async () => {
      const swaps = [
        "update keys set sealed = (select sealed from keys as other where other.kid <> keys.kid and other.purpose = keys.purpose limit 1)",
        "update keys set kid = kid || 'x' where purpose = 'access'",
        "update keys set sealed = substr(sealed, 1, 60) || case substr(sealed, 61, 1) when 'A' then 'B' else 'A' end || substr(sealed, 62)",
      ];
      for (const swap of swaps) {
        const database = newDatabase();
        const auth = await createAuth({ database, url: ORIGIN });
        await auth.keys.rotate();
        await auth.close();
        await sql(database, swap);
        const refused = expect(createAuth({ database, url: ORIGIN }), swap).rejects;
        await refused.toThrow(TypeError);
      }
    },
  ],
]);

// What products have been delivered with.
const DEFAULTS = [
  ["admin", "admin"],
  ["admin", "password"],
  ["admin", "changeme"],
  ["admin", "123456"],
  ["admin", "latchkey"],
  ["admin", "secret"],
  ["administrator", "administrator"],
  ["root", "root"],
  ["root", "toor"],
  ["root", "admin"],
  ["root", "calvin"],
  ["test", "test"],
  ["guest", "guest"],
  ["user", "user"],
  ["demo", "demo"],
  ["latchkey", "latchkey"],
  ["postgres", "postgres"],
  ["system", "manager"],
  ["operator", "operator"],
  ["service", "service"],
  ["default", "default"],
  ["sa", ""],
  ["admin", ""],
  ["superuser", "superuser"],
] as const;

attempt("The first administrator", [
  [
    "S82",
    "there is no default account: admin/admin and two dozen others are 401 on a new server, whose users are none",
    async () => {
      const database = newDatabase();
      const door = await openAuth({ database });
      expect(await sql(database, "select * from users")).toEqual([]);
      for (const [at, [username, password]] of DEFAULTS.entries()) {
        const { status, body } = await door.from(`198.51.100.${at}`).post("/token", { username, password });
        expect([username, password, status, body.code]).toEqual([username, password, 401, "invalid_credentials"]);
      }
      expect(
        await sql(database, "select * from users union all select * from sessions limit 1").catch(() => []),
      ).toEqual([]);
    },
  ],
  [
    "S82",
    "no request makes an administrator: who signs up first has no role, and can ask for none",
    async () => {
      const { post, me, signUp: make, call } = await openAuth();
      for (const more of [
        { roles: ["admin"] },
        { role: "admin" },
        { admin: true },
        { is_admin: true },
        { scope: "admin" },
      ])
        expect((await post("/signup", { username: "eve", password: PASSWORD, ...more })).status).toBe(400);
      const { token } = await make("admin");
      expect((await me(token)).body.roles).toEqual([]);
      expect(claimsOf(token).roles).toEqual([]);
      for (const { method, path } of ROUTES)
        expect(`${method} ${path}`).not.toMatch(/admin|role|setup|bootstrap|install/i);
      for (const path of ["/admin", "/setup", "/install", "/bootstrap", "/users", "/roles", "/init"])
        for (const method of ["GET", "POST", "PUT"]) expect((await call(path, { method })).status).toBe(404);
    },
  ],
  [
    "S82",
    "the command line makes the first one, and only with a password that it is given",
    async () => {
      const data = join(newFolder(), "data");
      const refused = await run(["user", "add", "root", "--role", "admin", "--data", data], { input: "" });
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      const made = await run(["user", "add", "root", "--role", "admin", "--data", data], { input: `${PASSWORD}\n` });
      expect(made).toMatchObject({ code: 0 });
      const { at } = await startServer({ data });
      const { body } = await send<{ token: string }>("POST", `${at}/token`, {
        body: { username: "root", password: PASSWORD },
      });
      expect(claimsOf(body.token).roles).toEqual(["admin"]);
    },
  ],
]);

/** What of an answer to a failure could tell of what is inside. */
const INSIDE =
  /sqlite|select |insert |update |no such|table|column|constraint|node_modules|\.[cm]?[jt]s\b|\bat [\w.<]|Error:|\/(?:tmp|home|usr|work|root)|\d+\.\d+\.\d+|hono|kysely/i;

const GENERIC = {
  500: { type: "about:blank", title: expect.any(String), status: 500, code: "internal" },
  503: { type: "about:blank", title: expect.any(String), status: 503, code: "unavailable" },
} as const;

/** A failure of ours is said in general, under the id that stands in the header and in the log. */
function expectGeneric(answer: Answer, asked: string): void {
  const { status, headers, text, body } = answer;
  const id = headers.get("x-request-id");
  expect([500, 503], `${asked}: ${status} ${text}`).toContain(status);
  expect(body, asked).toEqual({ ...GENERIC[status as 500 | 503], request_id: id });
  const said = [...headers].filter(([name]) => name !== "x-request-id").map((pair) => pair.join(": "));
  expect(`${said.join("\n")}\n${text.replace(String(id), "")}`, asked).not.toMatch(INSIDE);
  for (const name of ["server", "x-powered-by", "via"]) expect(headers.get(name), asked).toBeNull();
}

/** What breaks a database under a server that runs. */
const BREAKAGES: Readonly<Record<string, string>> = {
  "the users are gone": "alter table users rename to former_users",
  "the sessions are gone": "alter table sessions rename to former_sessions",
  "a row is no JSON": "update users set roles = 'no JSON at all'",
  "every table is gone": "drop table users; drop table sessions; drop table attempts",
};

const newDistinctPassword = () => `geese of ${randomBytes(9).toString("base64url")}`;

attempt("A failure of ours", [
  [
    "S84",
    "is 500 or 503 with a request id and nothing of the inside at every route that fails, and the log has the cause and no secret",
    async () => {
      for (const [name, statements] of Object.entries(BREAKAGES)) {
        const database = newDatabase();
        const door = await openAuth({ database });
        const password = newDistinctPassword();
        const { token, refresh_token } = await door.signUp("ada", { password });
        for (const statement of statements.split("; ")) await sql(database, statement);
        const bodies: Readonly<Record<string, unknown>> = {
          "POST /signup": { username: "grace", password: newDistinctPassword() },
          "POST /token": { username: "ada", password },
          "POST /token/refresh": { refresh_token },
          "DELETE /token": { refresh_token },
          "PUT /me/password": { current_password: password, new_password: newDistinctPassword() },
        };
        const failed: Answer[] = [];
        for (const { method, path } of ROUTES) {
          const body = bodies[`${method} ${path}`];
          const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
          const headers = { ...bearer(token), ...(body !== undefined && { "content-type": "application/json" }) };
          const answer = await door.call(path.replace("{id}", String(claimsOf(token).sid)), { ...init, headers });
          if (answer.status < 500) continue;
          expectGeneric(answer, `${name}: ${method} ${path}`);
          failed.push(answer);
        }
        expect(failed.length, name).toBeGreaterThan(name === "a row is no JSON" ? 0 : 2);
        const told = door.events.filter(({ event }) => event === "request.failed");
        expect(
          told.map(({ request }) => request),
          name,
        ).toEqual(failed.map(({ headers }) => headers.get("x-request-id")));
        for (const { error, stack } of told)
          expect([error, stack], name).toEqual([expect.any(String), expect.any(String)]);
        const log = JSON.stringify(door.events);
        for (const secret of [
          ...JSON.stringify(bodies).matchAll(/geese of [\w-]+|lkr_[\w-]+/g),
          [token],
          [token.split(".")[2]],
        ])
          expect(log, name).not.toContain(secret[0]);
      }
    },
    60_000,
  ],
  [
    "S84",
    "neither an answer nor the log repeats a body that is no JSON, of another type, or twice the same",
    async () => {
      const { post, call, events } = await openAuth();
      const password = newDistinctPassword();
      const texts = [
        `{"username":"ada","password":"${password}"`,
        `${password}`,
        `{"username":"ada","password":["${password}"]}`,
        `{"username":"ada","password":"${password}","password":"${password}"}}`,
        `username=ada&password=${password}`,
      ];
      recorder.secret("password", password);
      for (const text of texts) {
        const answers = [await post("/token", text), await call("/token", { method: "POST", body: text })];
        for (const { status, text: said, headers } of answers) {
          expect([400, 415], `${text}: ${said}`).toContain(status);
          expect(said + [...headers].join()).not.toContain(password);
        }
      }
      expect(JSON.stringify(events)).not.toContain(password);
    },
  ],
]);

/** Ends the process as a fault does that nobody has thought of. */
const FAULTS: Readonly<Record<string, string>> = {
  "an exception that nobody catches": 'throw new Error("a fault")',
  "a promise that nobody handles": 'Promise.reject(new Error("a fault"))',
  "an exception with a cause": 'throw new Error("a fault", { cause: new TypeError("below it") })',
};

attempt("A crash", [
  [
    "S54",
    "ends the process with a trace on standard error, and with a report where Node is told to write one; neither holds a password, a token or a key",
    async () => {
      for (const [name, fault] of Object.entries(FAULTS)) {
        const folder = newFolder();
        writeFileSync(join(folder, "fault.mjs"), `process.on("SIGUSR2", () => setImmediate(() => { ${fault}; }));\n`);
        const flags = ["--import", "./fault.mjs", "--report-uncaught-exception", `--report-directory=${folder}`];
        const secret = newSecret();
        const environment = { LATCHKEY_SECRET: secret };
        const server = await startServer({ folder, command: [process.execPath, ...flags, LATCHKEY], environment });
        const password = newDistinctPassword();
        const body = { username: "ada", password };
        const { body: granted } = await send<Granted>("POST", `${server.at}/signup`, { body });
        const inFlight = send("POST", `${server.at}/token`, { body }).catch(() => undefined);
        server.child.kill("SIGUSR2");
        const ended = await within(20_000, server.ended, () => `${name}: it goes on`);
        await inFlight;
        expect(ended.code, name).not.toBe(0);
        expect(ended.stderr, name).toContain("a fault");
        const reports = readdirSync(folder).filter((file) => file.startsWith("report."));
        expect(reports, name).toHaveLength(1);
        const report = readFileSync(join(folder, String(reports[0])), "utf8");
        recorder.output("file", `the report of ${name}`, report);
        const { token, refresh_token } = granted;
        const secrets = { secret, password, token, signature: String(token.split(".")[2]), refresh_token };
        const found = Object.entries(secrets).filter(([, each]) =>
          (ended.stderr + ended.stdout + report).includes(each),
        );
        expect(
          found.map(([kind]) => kind),
          name,
        ).toEqual([]);
      }
    },
    60_000,
  ],
]);
