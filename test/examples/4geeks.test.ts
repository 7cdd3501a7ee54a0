import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { forgeToken } from "latchkey/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../examples/open-database.mjs";
import { NAMES_OF_OBJECTS, NO_BODIES, NO_TEXTS } from "./hostile-bodies.js";
import { createFolder, newSecret, type Running, run, runFile, statusesOf } from "./run-example.js";
import { describeStart } from "./start-contract.js";

const USER = { username: "alesanchezr", password: "12341234" };

describe("the example 4geeks", () => {
  const DATABASE = join(createFolder(), "users.db");
  const JWT_SECRET_KEY = newSecret();
  let example: Running;
  const logIn = async () => String((await example.post("/token", USER)).body.token);
  const forge = (claims: object) =>
    forgeToken({ claims: { type: "access", fresh: false, ...claims }, key: JWT_SECRET_KEY });

  beforeAll(async () => {
    example = await run("4geeks", { JWT_SECRET_KEY, DATABASE });
  });
  afterAll(() => example?.stop());

  it("logs the user of the lesson in, and tells caches to forget it", async () => {
    const { status, body, headers } = await example.post("/token", USER);
    expect({ status, body }).toEqual({ status: 200, body: { token: expect.any(String), user_id: 1 } });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-powered-by")).toBeNull();
    expect((await example.get("/protected", String(body.token))).body).toEqual({ id: 1, username: "alesanchezr" });
  });

  it("writes an identity that is a text, and an end, into the token", async () => {
    const [, payload = ""] = (await logIn()).split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    expect(claims).toMatchObject({ sub: "1", type: "access", fresh: false });
    expect(claims.exp - claims.iat).toBe(900);
  });

  it("keeps a hash, and the password nowhere", async () => {
    const database = await openDatabase(DATABASE, "DATABASE");
    const row = database.prepare("select * from user").get();
    database.close();
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(row)).not.toContain(USER.password);
  });

  it("says the same of a wrong name, a wrong password and none", async () => {
    const wrong = [
      { ...USER, username: "nobody" },
      { ...USER, password: "nope" },
      { ...USER, password: "" },
      { ...USER, username: "ALESANCHEZR" },
      { ...USER, username: "alesanchezr " },
      { username: USER.username },
      {},
      ...NAMES_OF_OBJECTS.map((username) => ({ ...USER, username })),
      { ...USER, username: "' or 1=1 --" },
      { ...USER, password: "%" },
    ];
    for (const body of wrong) {
      const answer = await example.post("/token", body);
      expect([answer.status, answer.text]).toEqual([401, '{"msg":"Bad username or password"}']);
    }
  });

  it.each(NO_TEXTS)("refuses %j as a name and as a password", async (value) => {
    const bodies = [
      { ...USER, username: value },
      { ...USER, password: value },
    ];
    expect(await statusesOf(bodies.map((body) => example.post("/token", body)))).toEqual([400, 400]);
  });

  it.each(NO_BODIES)("refuses a body that is $what", async ({ body, headers }) => {
    const answer = await example.post("/token", body, headers);
    expect([400, 415]).toContain(answer.status);
    expect(answer.body).toEqual({ msg: expect.any(String) });
  });

  it("refuses a body of more than 16 KB, also one that is packed small", async () => {
    expect((await example.post("/token", { ...USER, password: "x".repeat(17_000) })).status).toBe(413);
    expect((await example.post("/token", { ...USER, password: "x".repeat(5_000_000) })).status).toBe(413);
    const packed = await fetch(`${example.url}/token`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: gzipSync(JSON.stringify({ ...USER, password: "x".repeat(5_000_000) })),
    });
    expect(packed.status).toBe(413);
  });

  it("is not misled by members that an object has of itself, or by one that comes twice", async () => {
    const polluted = '{"__proto__":{"username":"alesanchezr","password":"12341234"}}';
    expect((await example.post("/token", polluted)).status).toBe(401);
    const twice = '{"username":"nobody","username":"alesanchezr","password":"12341234"}';
    expect((await example.post("/token", twice)).body.user_id).toBe(1);
  });

  it.each(["0", "-1", "999", "1.5", "NaN", "Infinity", "1e400", "9007199254740993", "1\0", "1 or 1=1"])(
    "knows no user of the id %j",
    async (sub) => {
      expect((await example.get("/protected", forge({ sub }))).status).toBe(401);
    },
  );

  it("lets many log in at once", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => example.post("/token", USER)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.token)).size).toBe(20);
  });

  it.each([
    ["GET", "/token"],
    ["POST", "/protected"],
    ["GET", "/"],
    ["GET", "/%E0%A4%A"],
    ["GET", "//"],
    ["DELETE", "/token"],
  ])("answers %s %s as JSON, with no 500", async (method, path) => {
    const { status, body } = await example.ask(path, { method });
    expect([400, 404]).toContain(status);
    expect(body).toEqual({ msg: expect.any(String) });
  });

  it("keeps its users when it starts again, and refuses the token of one who is gone for ever", async () => {
    const token = await logIn();
    await example.stop();
    example = await run("4geeks", { JWT_SECRET_KEY, DATABASE });
    expect((await example.get("/protected", token)).status).toBe(200);

    const database = await openDatabase(DATABASE, "DATABASE");
    database.exec("delete from user");
    const gone = await example.get("/protected", token);
    expect([gone.status, gone.body]).toEqual([401, { msg: "Error loading the user 1" }]);
    expect((await example.post("/token", USER)).status).toBe(401);

    // Whoever comes next is somebody else.
    database.exec("insert into user (username, password_hash) values ('next', 'none')");
    database.close();
    expect((await example.get("/protected", token)).status).toBe(401);
  });

  it("refuses the tokens of another secret", async () => {
    const other = forgeToken({ claims: { sub: "1", type: "access" }, key: newSecret() });
    expect((await example.get("/protected", other)).status).toBe(422);
  });

  it.each(["/nowhere/users.db", import.meta.dirname, import.meta.filename])(
    "does not start with a database that is none: %s",
    async (path) => {
      const ended = await runFile("4geeks/main.mjs", { settings: { JWT_SECRET_KEY, DATABASE: path } });
      expect(ended).toMatchObject({ code: 78, stdout: "" });
      expect(ended.stderr).toMatch(/^DATABASE names no SQLite file that can be opened: .*\n$/);
    },
  );

  describeStart("4geeks", "JWT_SECRET_KEY");
});
