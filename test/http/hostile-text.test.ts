import { beforeAll, describe, expect, it } from "vitest";
import { newDatabase, openAuth, PASSWORD, sql } from "./open-auth.js";

const INJECTIONS = [
  "' or '1'='1",
  "' or 1=1--",
  "ada'--",
  "ada' or 'a'='a",
  'ada" or "a"="a',
  "'; drop table users;--",
  "1; delete from sessions",
  "ada') or ('a'='a",
  "ada' union select * from users--",
  "' || (select password_hash from users) || '",
  "admin'/*",
  "%",
  "_d_",
  "ada%",
  "a__",
  "\\' or 1=1--",
  "ada\\",
  "$where: 1",
  "{$ne: null}",
  "[object Object]",
  "latchkey_now()",
  "@ada",
  ":ada",
  "?1 or 1",
  "$1",
];

const ODDITIES = [
  "undefined",
  "null",
  "NaN",
  "true",
  "constructor",
  "__proto__",
  "hasOwnProperty",
  "toString",
  "0",
  "-1",
  "1e1000",
  "0x0",
  "ada\0",
  "\0ada",
  "ada\0lovelace",
  "ada\n",
  "ada\r\nSet-Cookie: a=b",
  "ada\tlovelace",
  "ada\u2028lovelace",
  "\u001b[31mada",
  "ada\u007f",
  "ada\u0085x",
  "\ufeffada",
  "ada\u200b",
  "ada\u200d",
  "\u202eada",
  "\u2066ada\u2069",
  "ada\u00ad",
  "ada\u034f",
  "\u115fada",
  "ada\u3164",
  "ada\ufe0f",
  "ada\u{e0041}",
  "\ud800",
  "ada\udc00",
  "\udc00\ud800da",
  "ada\uffff",
  "ada\ufdd0",
  "ada\ue000",
  "ada\ufffd",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "{{7*7}}",
  "\u0024{7*7}",
  "%00ada",
  "%n%s%x",
  "../../../etc/passwd",
  "C:\\Windows",
  "`id`",
  "$(id)",
  "() { :; }; id",
  "=cmd|'/c calc'!A1",
  "Z\u0351\u036b\u0343a\u0300\u0301l\u0334g\u0337o",
  "\u0301abc",
  "ﷺﷺﷺ",
  "ﬀﬀﬀ",
  "田中さん",
  "שלום",
  "مرحبا",
  "\u{1F469}\u200d\u{1F469}\u200d\u{1F467}",
  "\u{1F600}\u{1F600}\u{1F600}",
  "Ⓔⓓⓐ",
  "i̇stanbul",
  "ＴＥＳＴ",
  " ada",
  "ada ",
  "a  d  a",
  "",
  " ",
  "x".repeat(64),
  "x".repeat(256),
];

const NAUGHTY = [...INJECTIONS, ...ODDITIES];

const database = newDatabase();
const { clock, ...door } = await openAuth({ database });
beforeAll(() => door.signUp("ada"));

const users = async () => (await sql(database, "select id from users")).length;

describe("a username", () => {
  it.each(NAUGHTY)("of %j is kept as it is, or refused with 400", async (username) => {
    const before = await users();
    const answer = await door.post("/signup", { username, password: PASSWORD });
    expect([201, 400]).toContain(answer.status);
    expect(await users()).toBe(before + (answer.status === 201 ? 1 : 0));
    if (answer.status === 201) {
      expect((await door.me(answer.body.token as string)).body.username).toBe(username);
      expect((await door.post("/token", { username, password: PASSWORD })).body.user_id).toBe(answer.body.user_id);
    }
    expect(answer.text.isWellFormed()).toBe(true);
  });

  it.each(INJECTIONS)("of %j logs nobody else in", async (username) => {
    const stranger = await door.post("/token", { username, password: "eight wild geese at dawn" });
    expect([stranger.status, stranger.body.code]).toEqual([401, "invalid_credentials"]);
  });
});

describe("a password", () => {
  it.each(ODDITIES.filter((text) => text !== "").map((text, at) => [text, `name ${at}`]))(
    "that holds %j is kept as it is, or refused with 400",
    async (text, username) => {
      const password = `${text} and five more`;
      const answer = await door.post("/signup", { username, password });
      expect(answer.status).toBe(password.isWellFormed() ? 201 : 400);
      const again = await door.post("/token", { username, password });
      expect(again.status).toBe(password.isWellFormed() ? 200 : 401);
      expect(answer.text + again.text).not.toContain("and five more");
    },
  );

  it.each(INJECTIONS)("of %j opens nobody's account", async (password) => {
    // Each guess after the delay that the ones before it have earned.
    clock.advance(3600);
    expect((await door.post("/token", { username: "ada", password })).status).toBe(401);
  });
});

describe("every other text of a request", () => {
  it.each(NAUGHTY)("may be %j: never a 5xx, never a session", async (text) => {
    const before = await sql(database, "select count(*) as n from sessions");
    const credentials = { username: "ada", password: PASSWORD };
    const answers = [
      await door.post("/signup", { ...credentials, username: "berta", email: text }),
      await door.post("/signup", { ...credentials, username: "berta", transport: text }),
      await door.post("/token", { ...credentials, audience: text }),
      await door.post("/token", { ...credentials, transport: text }),
      await door.post("/token/refresh", { refresh_token: text }),
      await door.post("/token/refresh", { refresh_token: `lkr_${text}`, audience: text }),
    ];
    for (const { status } of answers) expect([400, 401]).toContain(status);
    expect((await door.logOut({}, { refresh_token: text })).status).toBe(204);
    expect(await sql(database, "select count(*) as n from sessions")).toEqual(before);
  });

  it("may be a header of any bytes that a header can hold", async () => {
    const credentials = { username: "ada", password: PASSWORD };
    for (const value of [
      "\u00ff".repeat(100),
      "ada\u0080",
      "a".repeat(8000),
      "'; drop table sessions;--",
      "\u0024{7*7}",
      "\t",
    ]) {
      const headers = { "user-agent": value, "x-forwarded-for": value, referer: value, "accept-language": value };
      expect((await door.post("/token", credentials, headers)).status).toBe(200);
      expect((await door.get("/me", { authorization: value })).status).toBe(401);
      expect((await door.get("/.well-known/jwks.json", { "if-none-match": value })).status).toBe(200);
      const cookie = { cookie: `__Host-latchkey=${value}`, origin: "http://localhost:4000" };
      expect((await door.call("/token/refresh", { method: "POST", headers: cookie })).status).toBe(401);
    }
  });

  it("leaves the tables and the prototypes as they were", async () => {
    expect((await door.logIn("ada")).token).toMatch(/^ey/);
    expect(Object.keys({})).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const tables = await sql(
      database,
      "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
    );
    expect(tables.map((table) => (table as { name: string }).name).toSorted()).toEqual([
      "attempts",
      "installation",
      "keys",
      "revocations",
      "sessions",
      "users",
    ]);
  });
});
