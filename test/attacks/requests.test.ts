import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect } from "vitest";
import { endAll, type Granted, type Server, send, signUp, startServer, within } from "../cli/run-server.js";
import { type Answer, openAuth, PASSWORD } from "../http/open-auth.js";
import { attempt } from "./attack.js";
import { ROUTES } from "./every-route.js";
import { letters, sendBytes } from "./wire.js";

let server: Server;
let ada: Granted;
beforeAll(async () => {
  // Whatever the parser may be told from outside, it stays strict.
  server = await startServer({ environment: { NODE_OPTIONS: "--insecure-http-parser" } });
  ada = await signUp(server, "ada");
});
afterAll(endAll);

const CREDENTIALS = JSON.stringify({ username: "smuggled", password: PASSWORD });
const JSON_TYPE = "Content-Type: application/json";
/** A request that would leave an account behind it, were it ever read. */
const SMUGGLED = letters(
  "POST /signup HTTP/1.1",
  ["Host: x", JSON_TYPE, `Content-Length: ${CREDENTIALS.length}`],
  CREDENTIALS,
);
const LIVE = "GET /health/live HTTP/1.1";
const TOKEN = "POST /token HTTP/1.1";
const NO_BODY = "0\r\n\r\n";
const chunked = (body: string, ...more: string[]) =>
  letters(TOKEN, ["Host: x", JSON_TYPE, "Transfer-Encoding: chunked", ...more], body);

/** Requests that two readers could read in two ways, each with one behind it that nobody has sent on its own. */
const AMBIGUOUS: readonly (readonly [string, string])[] = [
  ["a length and chunks", letters(TOKEN, ["Host: x", "Content-Length: 5", "Transfer-Encoding: chunked"], NO_BODY)],
  ["chunks and a length", letters(TOKEN, ["Host: x", "Transfer-Encoding: chunked", "Content-Length: 5"], NO_BODY)],
  ["two lengths", letters(TOKEN, ["Host: x", "Content-Length: 0", "Content-Length: 5"])],
  ["the same length twice", letters(TOKEN, ["Host: x", "Content-Length: 0", "Content-Length: 0"])],
  ...["0, 0", "+0", "-1", "0x0", "", "0 5", "9".repeat(26), "1e1", "٠"].map(
    (length) =>
      [`a length of ${JSON.stringify(length)}`, letters(TOKEN, ["Host: x", `Content-Length: ${length}`])] as const,
  ),
  ...[
    "xchunked",
    "identity",
    "chunked, identity",
    "chunked, chunked",
    "gzip, chunked",
    "gzip",
    "\u000bchunked",
    "chunked\u0000",
    '"chunked"',
    "chunked;q=1",
    "",
  ].map(
    (coding) =>
      [
        `the transfer coding ${JSON.stringify(coding)}`,
        letters(TOKEN, ["Host: x", `Transfer-Encoding: ${coding}`], NO_BODY),
      ] as const,
  ),
  ["chunks twice", letters(TOKEN, ["Host: x", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], NO_BODY)],
  [
    "chunks in HTTP/1.0",
    letters("POST /token HTTP/1.0", ["Host: x", "Connection: keep-alive", "Transfer-Encoding: chunked"], NO_BODY),
  ],
  ["line feeds alone", letters(LIVE, ["Host: x"]).replaceAll("\r", "")],
  ["one line feed alone", `${LIVE}\r\nHost: x\nX: y\r\n\r\n`],
  ["a line feed at the end of the head", `${LIVE}\r\nHost: x\r\n\n`],
  ["carriage returns alone", letters(LIVE, ["Host: x"]).replaceAll("\n", "")],
  ["a carriage return in a value", letters(LIVE, ["Host: x", "X: a\rb"])],
  ["a space before the colon", letters(LIVE, ["Host : x"])],
  ["a space before the colon of a length", letters(TOKEN, ["Host: x", "Content-Length : 0"])],
  ["a tab before the colon", letters(LIVE, ["Host: x", "X\t: y"])],
  ["a folded line", letters(LIVE, ["Host: x", "X: a", " b"])],
  ["a folded transfer coding", letters(TOKEN, ["Host: x", "Transfer-Encoding:", " chunked"], NO_BODY)],
  ["a first line that is folded", `${LIVE}\r\n Host: x\r\nHost: x\r\n\r\n`],
  ["NUL in a value", letters(LIVE, ["Host: x", "X: a\0b"])],
  ["NUL in a name", letters(LIVE, ["Host: x", "X\0: b"])],
  ["NUL in the target", letters("GET /health\0/live HTTP/1.1", ["Host: x"])],
  ["a control character in a value", letters(LIVE, ["Host: x", "X: \u0001"])],
  ["no name", letters(LIVE, ["Host: x", ": y"])],
  ["no colon", letters(LIVE, ["Host: x", "Transfer-Encoding"])],
  ["a name of other letters", letters(LIVE, ["Host: x", "Tränsfer: y"])],
  ["two hosts", letters(LIVE, ["Host: x", "Host: y"])],
  ["the same host twice", letters(LIVE, ["Host: x", "hOST: x"])],
  ["a second host behind two thousand headers", letters(LIVE, ["Host: x", ...Array(2100).fill("a:b"), "Host: y"])],
  ["two hosts and an expectation", letters(LIVE, ["Host: x", "Host: y", "Expect: a-miracle"])],
  [
    "an unknown transfer coding and an expectation",
    letters(TOKEN, ["Host: x", "Transfer-Encoding: gzip, chunked", "Expect: a-miracle"], NO_BODY),
  ],
  ["two hosts and a wish to go on", letters(LIVE, ["Host: x", "Host: y", "Expect: 100-continue"])],
  ["no host", letters(LIVE, ["X: y"])],
  ["two hosts in HTTP/1.0", letters("GET /health/live HTTP/1.0", ["Host: x", "Host: y", "Connection: keep-alive"])],
  ["no version", "GET /health/live\r\n\r\n"],
  ["HTTP/1.2", letters("GET /health/live HTTP/1.2", ["Host: x"])],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["a chunk extension without end", chunked(`1;${"a=b;".repeat(10_000)}\r\n{\r\n${NO_BODY}`)],
  ["a chunk extension with a line feed", chunked(`2;\n{}\r\n${NO_BODY}`)],
  ["a chunk longer than memory", chunked("10000000000000000\r\n{")],
  ...["1 ", "0x1", "+1", "-1", "", "g"].map(
    (size) => [`a chunk of ${JSON.stringify(size)}`, chunked(`${size}\r\n{\r\n${NO_BODY}`)] as const,
  ),
  ["chunks of line feeds alone", chunked("2\n{}\n0\n\n")],
  ["a chunk longer than it says", chunked(`2\r\n{}xx${NO_BODY}`)],
  ["a length in the trailer", chunked(`2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n`, "Connection: close")],
  ["a trailer that is too long", chunked(`2\r\n{}\r\n0\r\nX: ${"a".repeat(20_000)}\r\n\r\n`)],
  ["letters before the request", `x${letters(LIVE, ["Host: x"])}`],
];

const NO_HOSTS = ["a b", "a/b", "u@a", "a?b", "a#b", "a:99999", "[::1", "a\\b", "%zz"];

/** No account has come of what stood behind a refused request. */
async function expectNothingSmuggled(): Promise<void> {
  const body = { username: "smuggled", password: PASSWORD };
  expect((await send("POST", `${server.at}/token`, { body })).body.code).toBe("invalid_credentials");
}

attempt("a request that is no sound HTTP", [
  [
    "S58",
    "is refused, the connection is closed, and what stands behind it is neither answered nor done",
    async () => {
      for (const [what, request] of AMBIGUOUS) {
        const received = await sendBytes(server, request + SMUGGLED);
        const statuses = received.statuses.filter((status) => status !== 100);
        expect([what, statuses.length, statuses[0]]).toEqual([what, 1, expect.toBeOneOf([400, 413, 431])]);
      }
      await expectNothingSmuggled();
    },
    120_000,
  ],
  [
    "S58",
    "is answered in front of nothing: a sound one before it keeps its answer or loses the connection, and gets no other's",
    async () => {
      for (const [what, request] of AMBIGUOUS) {
        const { statuses } = await sendBytes(
          server,
          letters("GET /nothing HTTP/1.1", ["Host: x"]) + request + SMUGGLED,
        );
        expect([what, statuses.filter((status) => status !== 100)]).toEqual([
          what,
          expect.toBeOneOf([[404, 400], [404, 413], [404, 431], [400], [413], [431], [404], []]),
        ]);
      }
      await expectNothingSmuggled();
    },
    120_000,
  ],
  [
    "S58",
    "as one whose host or target is none, is refused, and nothing is answered behind it",
    async () => {
      const heads = [
        ...NO_HOSTS.map((host) => letters(LIVE, [`Host: ${host}`])),
        ...["*", "/a\\b", "http://", "http://[::1/", "ftp://x/"].map((target) =>
          letters(`OPTIONS ${target} HTTP/1.1`, ["Host: x"]),
        ),
      ];
      for (const head of heads) {
        const { statuses, text } = await sendBytes(server, head + letters(LIVE, ["Host: x"]));
        expect([head, statuses]).toEqual([head, [400]]);
        expect(text).toContain('"code":"invalid_request"');
      }
    },
  ],
  [
    "S58",
    "is not what HTTP/1.0 without a host is, nor a body where none belongs: they end where they say",
    async () => {
      expect((await sendBytes(server, "GET /health/live HTTP/1.0\r\n\r\n")).statuses).toEqual([200]);
      const hidden = letters(LIVE, ["Host: x", "Connection: close"]);
      const get = letters("GET /nothing HTTP/1.1", ["Host: x", `Content-Length: ${hidden.length}`], hidden);
      const last = letters("HEAD /nothing HTTP/1.1", ["Host: x", "Connection: close"]);
      expect((await sendBytes(server, get + last)).statuses).toEqual([404, 404]);
    },
  ],
]);

/** The resident memory of a process, in MiB. */
async function residentMiB(pid: number): Promise<number> {
  const status = `/proc/${pid}/status`;
  if (existsSync(status)) return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(status, "utf8"))?.[1]) / 1024;
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
  return Number(stdout) / 1024;
}

const CHUNK = `10000\r\n${" ".repeat(65_536)}\r\n`;
const GIBIBYTE = 2 ** 30;

/** Sends a body without end for as long as the server takes it; gives what it answered. The server closes the connection, by the time and not by the bytes. */
async function pour(line: string, headers: readonly string[]): Promise<string> {
  const socket = connect(server.port, "127.0.0.1").setEncoding("latin1");
  socket.on("error", () => {});
  let text = "";
  socket.on("data", (more: string) => {
    text += more;
  });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(letters(line, ["Host: x", JSON_TYPE, ...headers]));
  const pouring = (async () => {
    while (!socket.destroyed) {
      if (!socket.write(CHUNK)) await Promise.race([once(socket, "drain").catch(() => {}), closed]);
    }
  })();
  await within(30_000, Promise.all([pouring, closed]), () => `${line} is open after ${socket.bytesWritten} bytes`);
  return text;
}

const POURED: readonly (readonly [line: string, headers: readonly string[], answer: RegExp])[] = [
  [TOKEN, ["Transfer-Encoding: chunked"], /^(HTTP\/1.1 413 |$)/],
  [TOKEN, [`Content-Length: ${GIBIBYTE}`], /^(HTTP\/1.1 413 |$)/],
  ["DELETE /token HTTP/1.1", ["Transfer-Encoding: chunked"], /^(HTTP\/1.1 413 |$)/],
  ["POST /nothing HTTP/1.1", ["Transfer-Encoding: chunked"], /^(HTTP\/1.1 404 |$)/],
  ["PUT /me/password HTTP/1.1", ["Transfer-Encoding: chunked"], /^(HTTP\/1.1 401 |$)/],
  ["GET /health/live HTTP/1.1", ["Transfer-Encoding: chunked"], /^(HTTP\/1.1 200 |$)/],
];

async function halfABody(): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1").on("error", () => {});
  await once(socket, "connect");
  socket.write(letters(TOKEN, ["Host: x", JSON_TYPE, "Transfer-Encoding: chunked"], CHUNK.slice(0, 60_000)));
  return socket;
}

/** By how many MiB the server has grown at most while something went on; meanwhile everybody else is answered. */
async function growthDuring(something: Promise<unknown>): Promise<number> {
  const pid = server.child.pid ?? 0;
  const before = await residentMiB(pid);
  let most = before;
  let isOver = false;
  const over = something.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    expect((await send("GET", `${server.at}/me`, { token: ada.token })).status).toBe(200);
    most = Math.max(most, await residentMiB(pid));
  }
  await over;
  return Math.max(most, await residentMiB(pid)) - before;
}

async function pourInto([line, headers, answer]: (typeof POURED)[number]): Promise<void> {
  expect([line, await pour(line, headers)]).toEqual([line, expect.stringMatching(answer)]);
}

attempt("a body without end", [
  [
    "S60",
    "is cut off: a hundred at once, and a hundred that stop in the middle, cost less than 50 MiB",
    async () => {
      // What the first ones cost is the machine's own, such as buffers that stay.
      await Promise.all(POURED.map(pourInto));
      const halves: Promise<Socket>[] = Array.from({ length: 100 }, halfABody);
      const poured = Array.from({ length: 100 }, (_, at) => pourInto(POURED[at % POURED.length] ?? [TOKEN, [], /^/]));
      expect(await growthDuring(Promise.all([...poured, ...halves]))).toBeLessThan(50);
      for (const half of halves) (await half).destroy();
    },
    120_000,
  ],
  [
    "S60",
    "or one in pieces of a letter, is cut off too, and everybody else is answered meanwhile",
    async () => {
      const head = ["Host: x", JSON_TYPE, "Transfer-Encoding: chunked"];
      for (const [piece, count] of [
        ["1\r\n \r\n", 20_000],
        [`1;${"a".repeat(4000)}\r\n \r\n`, 1200],
      ] as const) {
        const poured = Array.from({ length: 10 }, async () => {
          const { statuses } = await sendBytes(server, letters(TOKEN, head, piece.repeat(count)), 60_000);
          // Whoever still writes when the connection is closed may not see the answer.
          expect(statuses).toEqual(expect.toBeOneOf([[413], []]));
        });
        await growthDuring(Promise.all(poured));
      }
    },
    120_000,
  ],
]);

// As many as wait for a hash on any machine, and more.
const LOG_INS = Math.max(200, availableParallelism() * 40);

attempt("log-ins at once", [
  [
    "S61",
    "more than can wait for their hash are told when to come back, and other routes go on meanwhile",
    async () => {
      const door = await openAuth();
      const { token, refresh_token } = await door.signUp("ada");
      const answers: Answer[] = [];
      const flood = Array.from({ length: LOG_INS }, async (_, at) => {
        const from = door.from(`2001:db8:${at.toString(16)}::1`);
        answers.push(await from.post("/token", { username: `nobody ${at}`, password: PASSWORD }));
      });
      const others = [await door.me(token), await door.refresh(refresh_token), await door.get("/health/ready")];
      expect(answers.length).toBeLessThan(LOG_INS);
      expect(others.map(({ status }) => status)).toEqual([200, 200, 200]);
      await Promise.all(flood);
      const excess = answers.filter(({ status }) => status !== 401);
      expect(new Set(excess.map(({ body }) => body.code))).toEqual(new Set(["unavailable"]));
      for (const { status, headers } of excess)
        expect([status, Number(headers.get("retry-after")) >= 1]).toEqual([503, true]);
      expect((await door.post("/token", { username: "ada", password: PASSWORD })).status).toBe(200);
    },
    60_000,
  ],
]);

const METHODS = ["TRACE", "PATCH", "PROPFIND", "PURGE", "LINK", "M-SEARCH", "SEARCH", "UNLOCK", "SOURCE"];
const UNKNOWN = ["get", "Get", "TRACK", "DEBUG", "FOO", "GET\t", "G E T", "GÉT", "", "POST,GET", "X-HTTP"];

attempt("a token where none belongs", [
  [
    "S65",
    "is not read: in the query, a form, a body or a cookie, by whatever name",
    async () => {
      const door = await openAuth();
      const { token, refresh_token } = await door.signUp("ada");
      for (const name of ["access_token", "token", "jwt", "authorization", "bearer", "auth"]) {
        expect((await door.get(`/me?${name}=${token}`)).body.code).toBe("token_required");
        expect((await door.get("/me", { cookie: `${name}=${token}` })).body.code).toBe("token_required");
        const form = { "content-type": "application/x-www-form-urlencoded" };
        expect(
          (await door.call("/me/sessions", { method: "DELETE", headers: form, body: `${name}=${token}` })).status,
        ).toBe(401);
        expect((await door.post("/token/refresh?refresh_token=x", { [name]: refresh_token })).status).toBe(400);
      }
      expect((await door.get("/me", { cookie: `__Host-latchkey=${refresh_token}` })).body.code).toBe("token_required");
      expect((await door.me(token)).status).toBe(200);
    },
  ],
]);

attempt("a method", [
  [
    "S66",
    "that no route has is answered 405 with those it has, and nothing of the request is repeated",
    async () => {
      for (const path of ["/me", "/token", "/.well-known/jwks.json"]) {
        for (const method of METHODS) {
          const headers = ["Host: x", "X-Secret: hunter2", `Cookie: a=hunter2`, "Connection: close"];
          const { text, statuses } = await sendBytes(server, letters(`${method} ${path} HTTP/1.1`, headers));
          expect([method, path, statuses]).toEqual([method, path, [405]]);
          expect(text).toMatch(/\r\nallow: [A-Z, ]+, OPTIONS\r\n/i);
          expect(text).not.toContain("hunter2");
        }
      }
    },
  ],
  [
    "S66",
    "that is none, or in small letters, is refused, and CONNECT leads nowhere: the connection is closed",
    async () => {
      for (const method of UNKNOWN) {
        const { statuses } = await sendBytes(server, letters(`${method} /me HTTP/1.1`, ["Host: x"]) + SMUGGLED);
        expect([method, statuses]).toEqual([method, [400]]);
      }
      for (const target of ["evil.example:443", "localhost:22", "/me", "*"]) {
        const { text } = await sendBytes(server, letters(`CONNECT ${target} HTTP/1.1`, ["Host: x"]) + SMUGGLED);
        expect([target, text.includes(" 200 ")]).toEqual([target, false]);
      }
      await expectNothingSmuggled();
    },
  ],
  [
    "S66",
    "is not what a header, a query or a body says instead",
    async () => {
      const door = await openAuth();
      const { token, refresh_token } = await door.signUp("ada");
      const authorization = `Bearer ${token}`;
      for (const name of ["x-http-method-override", "x-http-method", "x-method-override", "x-original-method"]) {
        expect((await door.call("/me", { method: "POST", headers: { [name]: "GET", authorization } })).status).toBe(
          405,
        );
        expect((await door.get("/me/sessions", { [name]: "DELETE", authorization })).status).toBe(200);
        expect((await door.post("/token/refresh", { refresh_token }, { [name]: "DELETE" })).status).toBe(200);
      }
      expect((await door.get("/me/sessions?_method=DELETE", { authorization })).status).toBe(200);
      expect((await door.post("/token", { username: "ada", password: PASSWORD, _method: "DELETE" })).status).toBe(400);
      expect((await door.me(token)).status).toBe(200);
    },
  ],
  [
    "S66",
    "HEAD is answered as GET, without a body, behind the same guard; an upgrade is not taken",
    async () => {
      for (const path of ["/me", "/me/sessions", "/.well-known/jwks.json"]) {
        const head = ["Host: x", "Connection: close"];
        const [asked, got] = [
          await sendBytes(server, letters(`HEAD ${path} HTTP/1.1`, head)),
          await sendBytes(server, letters(`GET ${path} HTTP/1.1`, head)),
        ];
        expect(asked.statuses).toEqual(got.statuses);
        expect(asked.text.slice(asked.text.indexOf("\r\n\r\n"))).toBe("\r\n\r\n");
      }
      for (const protocol of ["websocket", "h2c", "TLS/1.0"]) {
        const headers = ["Host: x", `Upgrade: ${protocol}`, "Connection: Upgrade, close"];
        expect((await sendBytes(server, letters("GET /me HTTP/1.1", headers))).statuses).toEqual([401]);
      }
    },
  ],
]);

/** A path that is nearly the one of a route. */
function respelledPaths(path: string): readonly string[] {
  const [, first = "", ...rest] = path.split("/");
  const tail = rest.map((part) => `/${part}`).join("");
  const hex = (text: string) => [...text].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join("");
  return [
    ...["/", "//", "/.", "/./", "/../", "/x/..", "\\", "/\\", "%2f", "%5c", "%2F..", "/x/../"].map((start) =>
      start.endsWith("/") || start.endsWith("\\") ? start + path.slice(1) : start + path,
    ),
    ...[
      "/",
      "//",
      "/.",
      "/..",
      "/x/..",
      ";",
      ";x",
      ";x=y",
      "%00",
      "%0a",
      "%20",
      "%2f",
      "%2e",
      "%3f",
      "%23",
      ".json",
      "\\",
      "/*",
      "*",
      "~",
      "%",
      "%c0%af",
    ].map((end) => path + end),
    path.toUpperCase(),
    `/${first.slice(0, 1).toUpperCase()}${first.slice(1)}${tail}`,
    `/${hex(first)}${tail}`,
    `/${hex(first.slice(0, 1))}${first.slice(1)}${tail}`,
    `/${hex(hex(first).slice(0, 1))}${tail}`,
    `/${first};x=y${tail}`,
    `/${first}/.${tail}`,
    `/${first}//${tail}`,
    `/x/%2e%2e/${first}${tail}`,
    `/health/live/..${path}`,
    `/health/live/../..${path}`,
    `/health/live%2f..%2f..${path}`,
    `/.well-known/..;${path}`,
    `http://x${path}`,
    `http://x//${path}`,
    `${path}?/health/live`,
    `${path}#/health/live`,
    `/health/live?${path}`,
  ];
}

attempt("a path that is nearly one", [
  [
    "S67",
    "reaches no handler without its guard: nobody, or somebody with a bad token, is answered 400, 401, 404 or 405",
    async () => {
      const bad = `${ada.token.slice(0, -4)}AAAA`;
      const passed: unknown[] = [];
      let count = 0;
      for (const { method, path } of ROUTES.filter(({ isGuarded }) => isGuarded)) {
        const own = path.replace("{id}", "01a1ffde-4e64-7d19-8f0c-52b7c1b0a3e4");
        for (const target of respelledPaths(own)) {
          for (const authorization of ["X: y", `Authorization: Bearer ${bad}`]) {
            const head = ["Host: x", authorization, JSON_TYPE, "Content-Length: 0", "Connection: close"];
            const { statuses } = await sendBytes(server, letters(`${method} ${target} HTTP/1.1`, head));
            count += 1;
            const isOpen = target.startsWith("/health/live?") && statuses[0] === 200;
            if (!isOpen && ![400, 401, 404, 405].includes(statuses[0] ?? 0)) passed.push([method, target, statuses]);
          }
        }
      }
      expect(passed).toEqual([]);
      expect(count).toBeGreaterThan(500);
      expect((await send("GET", `${server.at}/me`, { token: ada.token })).status).toBe(200);
    },
    120_000,
  ],
]);
