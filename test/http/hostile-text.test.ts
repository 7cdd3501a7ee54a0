import { beforeAll, describe, expect, it } from "vitest";
import { openAuth, PASSWORD } from "./open-auth.js";

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

const door = await openAuth();
beforeAll(() => door.signUp("ada"));

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
});

describe("a header", () => {
  it("may be of any bytes that a header can hold", async () => {
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
});
