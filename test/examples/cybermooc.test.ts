import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { forgeToken } from "latchkey/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../examples/open-database.mjs";
import { NAMES_OF_OBJECTS, NO_BODIES, NO_TEXTS } from "./hostile-bodies.js";
import { createFolder, EXAMPLES, newSecret, type Running, run, runFile, statusesOf } from "./run-example.js";
import { describeStart } from "./start-contract.js";

const PASSWORD = "long enough";
const SIGN_UPS = ["/api/v1/users/signup", "/api/v1/signup"] as const;
const LOG_INS = ["/api/v1/users/login", "/api/v1/login"] as const;
const [SIGN_UP, LOG_IN] = [SIGN_UPS[0], LOG_INS[0]];

// What Flask-Bcrypt's generate_password_hash makes of it.
const COURSE_PASSWORD = "correct horse";
const COURSE_HASH = "$2b$12$nhp.QZz9KlOFVpM9qaW8qe5A8dT8IX1w8bOTL3S2ZxNlfzvwOVI4W";

describe("the example cybermooc", () => {
  const folder = createFolder();
  const path = join(folder, "cybermooc.db");
  const DATABASE_URL = `sqlite:///${path}`;
  const settings = { SECRET_KEY: newSecret(), DATABASE_URL };
  let example: Running;
  let count = 0;

  const newUser = () => {
    const username = `user${++count}`;
    return { username, email: `${username}@mail.com`, password: PASSWORD };
  };
  const logIn = async (username: string, password = PASSWORD) => {
    const { status, body } = await example.post(LOG_IN, { username, password });
    expect(status).toBe(200);
    return String(body.token);
  };
  const signUp = async () => {
    const user = newUser();
    expect((await example.post(SIGN_UP, user)).status).toBe(200);
    return user;
  };
  const command = (...parameters: string[]) => runFile("cybermooc/main.mjs", { parameters, settings, input: PASSWORD });
  const tokensOf = async (token: string) =>
    (await example.get("/api/v1/tokens", token)).body.tokens as { id: number; current: boolean }[];
  const remove = (route: string, token: string) =>
    example.ask(route, { method: "DELETE", headers: { authorization: token } });
  /** Looks into the database, or changes it, beside the program that runs. */
  const sql = async (text: string, ...values: readonly unknown[]) => {
    const database = await openDatabase(path, "path");
    try {
      return database.prepare(text).all(...(values as string[])) as Record<string, unknown>[];
    } finally {
      database.close();
    }
  };

  beforeAll(async () => {
    example = await run("cybermooc", settings);
  });
  afterAll(() => example?.stop());

  describe("sign up and log in", () => {
    it.each(SIGN_UPS.flatMap((signUpAt) => LOG_INS.map((logInAt) => [signUpAt, logInAt] as const)))(
      "works at %s and %s",
      async (signUpAt, logInAt) => {
        const user = newUser();
        expect((await example.post(signUpAt, user)).body).toEqual({ msg: "welcome :-)" });
        const { status, body, headers } = await example.post(logInAt, user);
        expect({ status, body }).toEqual({ status: 200, body: { token: expect.any(String) } });
        expect(headers.get("cache-control")).toBe("no-store");
        const greeting = await example.get("/api/v1/need_login", String(body.token));
        expect(greeting.body).toEqual({ msg: `hello ${user.username}` });
      },
    );

    it("takes the token alone, as the course sends it, and after Bearer in any case", async () => {
      const token = await logIn((await signUp()).username);
      for (const authorization of [token, `Bearer ${token}`, `bearer ${token}`, `BEARER ${token}`])
        expect((await example.ask("/api/v1/need_login", { headers: { authorization } })).status).toBe(200);
      for (const authorization of ["", "Bearer", `Basic ${token}`, `${token} ${token}`, `${token},${token}`, "a.b.c"])
        expect((await example.ask("/api/v1/need_login", { headers: { authorization } })).status).toBe(401);
    });

    it("says the same of a wrong name and of a wrong password", async () => {
      const { username } = await signUp();
      const wrong = [
        { username, password: "wrong password" },
        { username: "nobody", password: PASSWORD },
        { username: username.toUpperCase(), password: PASSWORD },
        { username: "' or 1=1 --", password: PASSWORD },
        ...NAMES_OF_OBJECTS.map((name) => ({ username: name, password: PASSWORD })),
      ];
      const answers = await Promise.all(wrong.map((body) => example.post(LOG_IN, body)));
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
        new Set(['401 {"error":"username or password incorrect"}']),
      );
    });

    it.each([
      ["a name that is taken", { username: "taken" }, "username already used"],
      ["an address that is taken", { email: "taken@mail.com" }, "email already used"],
      ["no name", { username: "" }, "username is empty"],
      ["a long name", { username: "a".repeat(65) }, "username is longer than 64 characters"],
      ["a name with a line break", { username: "a\nb" }, "username holds characters that cannot be seen"],
      ["a name with a space of no width", { username: "a\u200bb" }, "username holds characters that cannot be seen"],
      ["a name that is turned round", { username: "a\u202eb" }, "username holds characters that cannot be seen"],
      ["a name with a space at its end", { username: "taken " }, "username holds characters that cannot be seen"],
      ["a name with another kind of space", { username: "a\u00a0b" }, "username holds characters that cannot be seen"],
      ["an address that is none", { email: "nowhere" }, "email is not an email address"],
      ["an address of two lines", { email: "a@b.c\nd@e.f" }, "email is not an email address"],
      ["an address that is endless", { email: `a@${"b.".repeat(7000)}` }, "email is not an email address"],
      ["a short password", { password: "short" }, "password is shorter than 8 characters"],
    ])("refuses %s at sign-up", async (_what, change, error) => {
      await example.post(SIGN_UP, { username: "taken", email: "taken@mail.com", password: PASSWORD });
      const { status, body } = await example.post(SIGN_UP, { ...newUser(), ...change });
      expect({ status, body }).toEqual({ status: 400, body: { error } });
    });

    it.each(NO_TEXTS)("refuses %j in the place of a text", async (value) => {
      const user = newUser();
      const signedUp = ["username", "email", "password"].map((name) => ({ ...user, [name]: value }));
      const loggedIn = ["username", "password"].map((name) => ({ ...user, [name]: value }));
      const answers = [
        ...SIGN_UPS.flatMap((route) => signedUp.map((body) => example.post(route, body))),
        ...LOG_INS.flatMap((route) => loggedIn.map((body) => example.post(route, body))),
      ];
      expect(new Set(await statusesOf(answers))).toEqual(new Set([400]));
    });

    it.each(NO_BODIES)("refuses a body that is $what", async ({ body, headers }) => {
      for (const route of [...SIGN_UPS, ...LOG_INS]) {
        const answer = await example.post(route, body, headers);
        expect([400, 415]).toContain(answer.status);
        expect(answer.body).toEqual({ error: expect.any(String) });
      }
    });

    it("refuses a body of more than 16 KB", async () => {
      for (const route of [...SIGN_UPS, ...LOG_INS])
        expect((await example.post(route, { ...newUser(), password: "x".repeat(17_000) })).status).toBe(413);
    });

    it("has users of names that objects have of themselves", async () => {
      for (const username of NAMES_OF_OBJECTS) {
        expect((await example.post(SIGN_UP, { ...newUser(), username })).status).toBe(200);
        const greeting = await example.get("/api/v1/need_login", await logIn(username));
        expect(greeting.body).toEqual({ msg: `hello ${username}` });
      }
    });

    it("gives a name, or an address, to one of many who want it at once, also through two servers", async () => {
      const second = await run("cybermooc", settings);
      onTestFinished(second.stop);
      const [{ username }, { email }] = [newUser(), newUser()];
      for (const wanted of [{ username }, { email }]) {
        const answers = Array.from({ length: 10 }, (_, index) =>
          (index % 2 === 0 ? example : second).post(SIGN_UP, { ...newUser(), ...wanted }),
        );
        expect((await statusesOf(answers)).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 400)]);
      }
    });

    it("keeps hashes, and neither passwords nor tokens", async () => {
      const user = await signUp();
      const token = await logIn(user.username);
      const [row] = await sql("select * from users where username = ?", user.username);
      expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      const kept = JSON.stringify([await sql("select * from users"), await sql("select * from tokens")]);
      for (const secret of [PASSWORD, token, token.split(".")[2] ?? ""]) expect(kept).not.toContain(secret);
    });
  });

  describe("a user whom the course's Flask-Bcrypt knows", () => {
    let username = "";
    const hashOf = async () =>
      (await sql("select password_hash from users where username = ?", username))[0]?.password_hash;

    beforeEach(async () => {
      username = `old${++count}`;
      const columns = "(username, email, password_hash, created_at)";
      await sql(`insert into users ${columns} values (?, ?, ?, 0)`, username, `${username}@mail.com`, COURSE_HASH);
    });

    // As long as one is left, every log-in takes long.
    afterAll(() => sql("delete from users where password_hash like '$2%'"));

    it("logs in with the old password; the hash is then one of Argon2id, and good for the next time", async () => {
      await logIn(username, COURSE_PASSWORD);
      expect(await hashOf()).toMatch(/^\$argon2id\$/);
      await logIn(username, COURSE_PASSWORD);
    });

    it("logs in twice at once", async () => {
      const body = { username, password: COURSE_PASSWORD };
      expect(await statusesOf([example.post(LOG_IN, body), example.post(LOG_IN, body)])).toEqual([200, 200]);
      await logIn(username, COURSE_PASSWORD);
    });

    it("keeps the hash where the password is wrong", async () => {
      const wrong = await example.post(LOG_IN, { username, password: "wrong horse" });
      expect(wrong.body).toEqual({ error: "username or password incorrect" });
      expect(await hashOf()).toBe(COURSE_HASH);
    });

    it("has a password that opens nobody else's account", async () => {
      const other = await signUp();
      for (const name of [other.username, "nobody"])
        expect((await example.post(LOG_IN, { username: name, password: COURSE_PASSWORD })).status).toBe(401);
      await logIn(other.username);
    });
  });

  describe("the routes for administrators", () => {
    const admin = async () => {
      const { username, email } = newUser();
      expect(await command("create-admin", username, email)).toEqual({
        code: 0,
        stdout: `${username} was created with admin role.\n`,
        stderr: "",
      });
      return username;
    };

    it("answer an administrator, whom create-admin made with a password from standard input", async () => {
      const username = await admin();
      const { status, body } = await example.get("/api/v1/admin", await logIn(username));
      expect({ status, body }).toEqual({ status: 200, body: { msg: `hello admin ${username}` } });
    });

    it("refuse everybody else: 403 with a token, 401 without", async () => {
      const { status, body } = await example.get("/api/v1/admin", await logIn((await signUp()).username));
      expect({ status, body }).toEqual({ status: 403, body: { err: "you don't have the required roles" } });
      expect((await example.get("/api/v1/admin")).status).toBe(401);
    });

    it("refuse at once whom the role was taken from, with the same token", async () => {
      const username = await admin();
      const token = await logIn(username);
      expect((await example.get("/api/v1/admin", token)).status).toBe(200);
      await sql("delete from user_roles where user_id = (select id from users where username = ?)", username);
      expect((await example.get("/api/v1/admin", token)).status).toBe(403);
    });

    it("do not believe a token that names a role itself", async () => {
      const { username } = await signUp();
      const [, payload = ""] = (await logIn(username)).split(".");
      const claims = { ...JSON.parse(Buffer.from(payload, "base64url").toString()), roles: ["admin"] };
      const token = forgeToken({ claims, key: settings.SECRET_KEY });
      expect((await example.get("/api/v1/need_login", token)).status).toBe(200);
      expect((await example.get("/api/v1/admin", token)).status).toBe(403);
    });
  });

  describe("the tokens of a user", () => {
    it("end with a log-out: the one that was used, and no other", async () => {
      const { username } = await signUp();
      const [token, other] = [await logIn(username), await logIn(username)];
      const logOut = (authorization: string) =>
        example.ask("/api/v1/logout", { method: "POST", headers: { authorization } });
      expect((await logOut(token)).body).toEqual({ msg: "you are now disconnected" });
      const refused = await example.get("/api/v1/need_login", token);
      expect([refused.status, refused.body]).toEqual([401, { err: "token was taken back" }]);
      expect((await logOut(token)).status).toBe(401);
      expect((await example.get("/api/v1/need_login", other)).status).toBe(200);
    });

    it("are listed, with nothing in the list that could be used as one", async () => {
      const { username } = await signUp();
      const [first, second] = [await logIn(username), await logIn(username)];
      const list = await tokensOf(second);
      const time = expect.stringMatching(/^\d{4}-.*Z$/);
      expect(list).toEqual([
        { id: expect.any(Number), created_at: time, expires_at: time, current: false },
        { id: expect.any(Number), created_at: time, expires_at: time, current: true },
      ]);
      expect((await tokensOf(first)).map(({ current }) => current)).toEqual([true, false]);
    });

    it("can be taken back one by one", async () => {
      const { username } = await signUp();
      const [lost, kept] = [await logIn(username), await logIn(username)];
      const id = (await tokensOf(kept)).find(({ current }) => !current)?.id;
      expect((await remove(`/api/v1/tokens/${id}`, kept)).status).toBe(200);
      expect((await example.get("/api/v1/need_login", lost)).status).toBe(401);
      expect((await remove(`/api/v1/tokens/${id}`, kept)).status).toBe(404);
      expect(await tokensOf(kept)).toHaveLength(1);
    });

    it("can be taken back all at once, and are the caller's only", async () => {
      const [{ username }, stranger] = [await signUp(), await signUp()];
      const [one, two, theirs] = [await logIn(username), await logIn(username), await logIn(stranger.username)];
      expect((await remove("/api/v1/tokens", one)).body).toEqual({
        msg: "you are now disconnected for every device",
      });
      for (const token of [one, two]) expect((await example.get("/api/v1/need_login", token)).status).toBe(401);
      expect((await example.get("/api/v1/need_login", theirs)).status).toBe(200);
    });

    it("are not there for anybody else: 404, as for one that never was", async () => {
      const [owner, stranger] = [await signUp(), await signUp()];
      const [theirs, own] = [await logIn(owner.username), await logIn(stranger.username)];
      const [{ id } = { id: 0 }] = await tokensOf(theirs);
      const refused = await remove(`/api/v1/tokens/${id}`, own);
      const never = await remove("/api/v1/tokens/999999999", own);
      expect([refused.status, refused.text]).toEqual([404, never.text]);
      expect((await example.get("/api/v1/need_login", theirs)).status).toBe(200);
    });

    it.each(["abc", "0", "-1", "1.0", "1e0", "0x1", "%201", "1%00", "9".repeat(30), "__proto__", "%E0%A4%A"])(
      "are not found by the id %s",
      async (id) => {
        const token = await logIn((await signUp()).username);
        const { status, body } = await remove(`/api/v1/tokens/${id}`, token);
        expect([400, 404]).toContain(status);
        expect(Object.keys(body)).toHaveLength(1);
        expect((await example.get("/api/v1/need_login", token)).status).toBe(200);
      },
    );

    it("are not found by their id in another spelling", async () => {
      const token = await logIn((await signUp()).username);
      const [{ id } = { id: 0 }] = await tokensOf(token);
      for (const spelling of [`0${id}`, `${id}.0`, `${id}e0`, `%20${id}`, `+${id}`, `0x${id.toString(16)}`])
        expect((await remove(`/api/v1/tokens/${spelling}`, token)).status).toBe(404);
      expect((await remove(`/api/v1/tokens/${id}`, token)).status).toBe(200);
    });

    it("are refused where the table does not know them, however well they are signed", async () => {
      const { username } = await signUp();
      const [, payload = ""] = (await logIn(username)).split(".");
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
      const [stranger] = await sql("select id from users where username != ? limit 1", username);
      for (const change of [{ jti: undefined }, { jti: "" }, { jti: "another" }, { sub: String(stranger?.id) }]) {
        const token = forgeToken({ claims: { ...claims, ...change }, key: settings.SECRET_KEY });
        expect((await example.get("/api/v1/need_login", token)).status).toBe(401);
      }
    });

    it("live on when the server starts again, and end with their user", async () => {
      const { username } = await signUp();
      const token = await logIn(username);
      await example.stop();
      example = await run("cybermooc", settings);
      expect((await example.get("/api/v1/need_login", token)).status).toBe(200);
      await sql("delete from users where username = ?", username);
      expect((await example.get("/api/v1/need_login", token)).status).toBe(401);
    });
  });

  describe("the commands", () => {
    it("create-admin refuses what sign-up refuses, and a name that is taken, with exit code 1", async () => {
      const { username } = await signUp();
      const { email } = newUser();
      expect(await command("create-admin", username, email)).toEqual({
        code: 1,
        stdout: "",
        stderr: `${username} was not created: username already used.\n`,
      });
      for (const input of ["", "\n", "short\n"]) {
        const parameters = ["create-admin", "another", email];
        const ended = await runFile("cybermooc/main.mjs", { parameters, settings, input });
        expect(ended).toMatchObject({
          code: 1,
          stdout: "",
          stderr: expect.stringMatching(/password is (empty|short)/),
        });
      }
    });

    it("create-admin takes no password as an argument", async () => {
      const ended = await command("create-admin", "another", "another@mail.com", PASSWORD);
      expect(ended).toMatchObject({ code: 1, stdout: "" });
      expect(await sql("select * from users where username = 'another'")).toEqual([]);
    });

    it("create-admin makes one of two administrators that want a name at once", async () => {
      const { username } = newUser();
      const both = await Promise.all(["a", "b"].map((name) => command("create-admin", username, `${name}@mail.com`)));
      expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
      expect(both.map(({ stderr }) => stderr).join("")).toMatch(/^.* was not created: .* already used\.\n$/);
    });

    it("reset-db empties the database under the server that runs, which goes on", async () => {
      const user = await signUp();
      const token = await logIn(user.username);
      expect(await command("reset-db")).toEqual({ code: 0, stdout: "The database is empty.\n", stderr: "" });
      expect((await example.get("/api/v1/need_login", token)).status).toBe(401);
      expect((await example.post(LOG_IN, user)).status).toBe(401);
      expect((await example.post(SIGN_UP, user)).status).toBe(200);
      await logIn(user.username);
    });

    it.each(["reset-db", "create-admin root root@mail.com"])("%s wants a database that stays", async (line) => {
      const ended = await runFile("cybermooc/main.mjs", { parameters: line.split(" "), input: PASSWORD });
      expect(ended).toMatchObject({ code: 78, stdout: "", stderr: expect.stringMatching(/^DATABASE_URL is missing/) });
    });

    it.each(["postgres://user:a-password@db/course", "/nowhere/a-password.db", "sqlite:////nowhere/a-password.db"])(
      "a database of another kind, or none, ends the start without its URL being told: %s",
      async (url) => {
        const ended = await runFile("cybermooc/main.mjs", { settings: { ...settings, DATABASE_URL: url } });
        expect(ended).toMatchObject({ code: 78, stdout: "", stderr: expect.stringMatching(/^DATABASE_URL .*\.\n$/) });
        expect(ended.stderr).not.toContain("a-password");
      },
    );
  });

  it("reads its settings from .env beside it, and the environment counts more", async () => {
    // A clone of its own, which has the file.
    const root = resolve(EXAMPLES, "..");
    const clone = join(folder, "clone");
    cpSync(EXAMPLES, join(clone, "examples"), { recursive: true });
    cpSync(join(root, "package.json"), join(clone, "package.json"));
    for (const name of ["dist", "node_modules"]) symlinkSync(join(root, name), join(clone, name));
    const write = (text: string) => writeFileSync(join(clone, "examples/cybermooc/.env"), text);
    const start = (more: Record<string, string>, ...parameters: string[]) =>
      runFile("cybermooc/main.mjs", { examples: join(clone, "examples"), settings: more, parameters, input: PASSWORD });

    write(`# of the course\nSECRET_KEY=short\nDATABASE_URL="${DATABASE_URL}"\n`);
    expect(await start({})).toMatchObject({ code: 78, stderr: expect.stringMatching(/^SECRET_KEY will not do/) });
    const { username, email } = newUser();
    expect((await start({}, "create-admin", username, email)).code).toBe(0);
    expect((await example.get("/api/v1/admin", await logIn(username))).status).toBe(200);

    write(`SECRET_KEY=${newSecret()}\n`);
    expect(await start({ SECRET_KEY: "short" })).toMatchObject({ code: 78 });
    expect(await start({ PORT: "none" })).toMatchObject({ code: 78, stderr: expect.stringMatching(/^PORT must/) });
  });

  it.each([
    ["GET", "/api/v1/login"],
    ["POST", "/api/v1/need_login"],
    ["PUT", "/api/v1/tokens"],
    ["GET", "/api/v1/%E0%A4%A"],
    ["GET", "/"],
  ])("answers %s %s as JSON, with no 500", async (method, route) => {
    const { status, body } = await example.ask(route, { method });
    expect([400, 404]).toContain(status);
    expect(body).toEqual({ error: expect.any(String) });
  });

  it("greets everybody", async () => {
    expect((await example.get("/api/v1/hello")).body).toEqual({ msg: "hello world" });
  });

  describeStart("cybermooc", "SECRET_KEY");
});
