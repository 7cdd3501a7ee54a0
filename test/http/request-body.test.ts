import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, newDatabase, openAuth, PASSWORD, sql } from "./open-auth.js";

const database = newDatabase();
const door = await openAuth({ database });

let refreshToken: string;
beforeAll(async () => {
  refreshToken = (await door.signUp("ada")).refresh_token;
});

const send = (method: string, path: string, body: RequestInit["body"], headers: Record<string, string> = {}) =>
  door.call(path, { method, body, headers, duplex: "half" } as RequestInit);
const verdict = ({ status, body }: Answer) => [status, body.code];

/** Every route that reads a body, with one that it takes. */
const BODIES: readonly (readonly [string, string, Record<string, string>])[] = [
  ["POST", "/signup", { username: "berta", password: PASSWORD, email: "berta@example.com", transport: "body" }],
  ["POST", "/token", { username: "ada", password: PASSWORD, audience: "http://localhost:4000", transport: "body" }],
  ["POST", "/token/refresh", { refresh_token: "lkr_x", audience: "http://localhost:4000" }],
  ["DELETE", "/token", { refresh_token: "lkr_x" }],
];
const FIELDS = BODIES.flatMap(([method, path, body]) =>
  Object.keys(body).map((field) => [method, path, field, body] as const),
);
const WRONG_TYPES: readonly unknown[] = [
  null,
  true,
  42,
  0.5,
  [],
  ["ada"],
  {},
  { $ne: null },
  { $gt: "" },
  { toString: "ada" },
];

describe.each(FIELDS)("%s %s, the field %s", (method, path, field, body) => {
  it("is refused with 400 and named where it is of another type", async () => {
    for (const wrong of WRONG_TYPES) {
      const text = JSON.stringify({ ...body, [field]: wrong });
      const answer = await send(method, path, text, { "content-type": "application/json" });
      expect(verdict(answer), text).toEqual([400, "invalid_request"]);
      expect(answer.body.errors).toEqual([{ field, message: expect.stringMatching(/^[A-Z].+\.$/) }]);
    }
  });
});

describe.each(BODIES)("%s %s", (method, path, body) => {
  const json = { "content-type": "application/json" };
  const text = JSON.stringify(body);

  it.each([
    "",
    "text/plain",
    "text/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "application/json5",
    "application/problem+json",
    "application/vnd.api+json",
    "application/json, text/plain",
    "text/plain; application/json",
    "text/plain;charset=application/json",
    " application/xml",
    "json",
    "*/*",
  ])("answers 415 for the content type %j", async (type) => {
    expect(verdict(await send(method, path, text, { "content-type": type }))).toEqual([415, "unsupported_media_type"]);
  });

  it("answers 415 for a body without a content type", async () => {
    const bytes = new TextEncoder().encode(text);
    expect(verdict(await send(method, path, bytes))).toEqual([415, "unsupported_media_type"]);
  });

  it.each([
    ["not JSON", "{"],
    ["a word", "ada"],
    ["a form", "username=ada&password=x"],
    ["single quotes", text.replaceAll('"', "'")],
    ["a comment", `${text}//`],
    ["two objects", text + text],
    ["a comma at the end", text.replace("}", ",}")],
    ["NaN", '{"username":NaN}'],
    ["a byte order mark", `\ufeff${text}`],
    ["a space alone", " "],
    ["NUL", "\0"],
    ["an array", `[${text}]`],
    ["null", "null"],
    ["true", "true"],
    ["a number", "42"],
    ["a string", JSON.stringify(text)],
    ["an array in an array, 30,000 deep", "[".repeat(30_000)],
    ["an array in an array, 30,000 deep, and closed", "[".repeat(30_000) + "]".repeat(30_000)],
    ["an object in an object, 10,000 deep", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`],
  ])("answers 400 for %s", async (_what, wrong) => {
    expect(verdict(await send(method, path, wrong, json))).toEqual([400, "invalid_request"]);
  });

  it.each([
    ["UTF-8 that is cut off", [0xc3]],
    ["UTF-8 that is too long", [0xc0, 0xaf]],
    ["a surrogate in UTF-8", [0xed, 0xa0, 0x80]],
    ["a byte that is never in UTF-8", [0xff]],
    ["UTF-16", [...Buffer.from('{"a":1}', "utf16le")]],
  ])("answers 400 for %s", async (_what, bytes) => {
    const inside = Buffer.from(text.replace('":"', '":"@')).toString("latin1").split("@");
    const whole = Buffer.concat([
      Buffer.from(inside[0] ?? "", "latin1"),
      Buffer.from(bytes),
      Buffer.from(inside[1] ?? "", "latin1"),
    ]);
    expect(verdict(await send(method, path, whole, json))).toEqual([400, "invalid_request"]);
  });

  it("names unknown members, a few of them, and echoes no value", async () => {
    const unknown = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`member${at}`, "secret-value"]));
    const answer = await send(method, path, JSON.stringify({ ...body, ...unknown }), json);
    expect(verdict(answer)).toEqual([400, "invalid_request"]);
    expect((answer.body.errors as object[]).length).toBeLessThanOrEqual(10);
    expect(answer.text).not.toContain("secret-value");
  });

  it.each([
    "__proto__",
    "constructor",
    "prototype",
    "hasOwnProperty",
    "",
    " ",
    "\ud800",
    "a".repeat(1000),
    "\0",
    "<b>",
  ])("refuses the member %j with 400 and well-formed JSON", async (name) => {
    const members = `${JSON.stringify(name)}:{"polluted":true}`;
    const answer = await send(method, path, text.replace("{", `{${members},`), json);
    expect(verdict(answer)).toEqual([400, "invalid_request"]);
    expect(answer.text.isWellFormed()).toBe(true);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("answers 413 for more than 64 KiB, whatever Content-Length says", async () => {
    const large = text.replace("{", `{${" ".repeat(65_536)}`);
    expect(verdict(await send(method, path, large, json))).toEqual([413, "too_large"]);
    for (const length of ["1", "0", "999999999999", "-1", "garbage"]) {
      expect(verdict(await send(method, path, large, { ...json, "content-length": length }))).toEqual([
        413,
        "too_large",
      ]);
    }
  });

  it("answers 413 for a stream without a Content-Length as soon as it is too large, and reads no more", async () => {
    let sent = 0;
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(1024).fill(0x20));
        if (sent === 10_000) controller.close();
      },
      cancel() {
        cancelled = true;
      },
    });
    expect(verdict(await send(method, path, stream, json))).toEqual([413, "too_large"]);
    expect(sent).toBeLessThan(80);
    expect(cancelled).toBe(true);
  });

  it("answers a stream that breaks off without a 5xx, and logs no failure of the server", async () => {
    const before = door.events.length;
    let parts = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (parts++ === 0) controller.enqueue(new TextEncoder().encode('{"username":'));
        else controller.error(new Error("The connection was reset."));
      },
    });
    expect((await send(method, path, stream, json)).status).toBe(400);
    expect(door.events.slice(before)).toEqual([]);
  });
});

describe("a body", () => {
  it.each([
    "application/json",
    "APPLICATION/JSON",
    "application/json;charset=utf-8",
    "application/json ; charset=UTF-8",
  ])("may be of the type %j", async (type) => {
    const text = JSON.stringify({ username: "ada", password: PASSWORD });
    expect((await send("POST", "/token", text, { "content-type": type })).status).toBe(200);
  });

  it("may come in a chunk a byte, cut within a character", async () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ username: "zoë\u{1F600}", password: PASSWORD }));
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at === bytes.length) controller.close();
        else controller.enqueue(bytes.slice(at, ++at));
      },
    });
    const { status } = await send("POST", "/signup", stream, { "content-type": "application/json" });
    expect(status).toBe(201);
    expect(await sql(database, "select username from users where username like 'zo%'")).toEqual([
      { username: "zoë\u{1F600}" },
    ]);
  });

  it("may be 64 KiB long", async () => {
    const text = JSON.stringify({ username: "ada", password: PASSWORD });
    const padded = text + " ".repeat(65_536 - text.length);
    expect((await door.post("/token", padded)).status).toBe(200);
    expect((await door.post("/token", `${padded} `)).status).toBe(413);
  });

  it.each(["/signup", "/token"])("must be there for POST %s", async (path) => {
    expect(verdict(await door.call(path, { method: "POST" }))).toEqual([400, "invalid_request"]);
    expect(verdict(await door.post(path, ""))).toEqual([400, "invalid_request"]);
  });

  it("that was refused leaves the session of its refresh token alone", async () => {
    await door.refresh(refreshToken, { unknown: 1 });
    expect((await door.refresh(refreshToken)).status).toBe(200);
  });
});
