import { afterEach, expect } from "vitest";
import { end, endAll, PASSWORD as SERVER_PASSWORD, send, startServer } from "../cli/run-server.js";
import type { Answered } from "../http/check-answer.js";
import { type Answer, bearer, claimsOf, ORIGIN, openAuth, PASSWORD } from "../http/open-auth.js";
import { attempt } from "./attack.js";
import { ask, askAs, nameOf, newPerson, pathOf, ROUTES } from "./every-route.js";
import { letters, sendBytes } from "./wire.js";

afterEach(endAll);

const JWKS = "/.well-known/jwks.json";
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "k", "oth"];

attempt("the key set", [
  [
    "S46",
    "holds public members alone, of each algorithm and through a rotation, and may be kept for a quarter of an hour at most",
    async () => {
      for (const algorithm of ["ES256", "EdDSA", "RS256"] as const) {
        const { auth, get, clock } = await openAuth({ algorithm });
        await auth.keys.rotate();
        for (let minutes = 0; minutes < 30; minutes += 6) {
          const { status, body, headers } = await get(JWKS);
          const keys = body.keys as Record<string, unknown>[];
          expect([status, Object.keys(body), keys.length]).toEqual([200, ["keys"], minutes < 24 ? 2 : 1]);
          for (const key of keys) {
            expect(Object.keys(key).filter((name) => PRIVATE.includes(name))).toEqual([]);
            expect(key).toMatchObject({ alg: algorithm, use: "sig", kid: expect.any(String) });
          }
          const [, age] = /^public, max-age=(\d+)$/.exec(headers.get("cache-control") ?? "") ?? [];
          expect(Number(age)).toBeLessThanOrEqual(900);
          const etag = headers.get("etag") ?? "";
          expect(etag).toMatch(/^"[\w-]+"$/);
          expect((await get(JWKS, { "if-none-match": etag })).status).toBe(304);
          clock.advance(360);
        }
      }
    },
  ],
]);

/** Each route asked in every way there is to ask it: rightly, by nobody, in another method, as a preflight, without a body. */
async function everyAnswer(url: string): Promise<readonly (readonly [string, Answer])[]> {
  const door = await openAuth({ url });
  const answers: (readonly [string, Answer])[] = [];
  for (const route of ROUTES) {
    const person = await newPerson(door);
    const path = pathOf(route, person);
    answers.push(
      [`${nameOf(route)} by nobody`, await ask(door, route, { about: person })],
      [`${nameOf(route)} with garbage`, await ask(door, route, { about: person, headers: bearer("a.b.c") })],
      [`${nameOf(route)} without its body`, await door.call(path, { method: route.method })],
      [`${nameOf(route)} with a text`, await door.call(path, { method: "PUT", body: "x" })],
      [`HEAD ${path}`, await door.call(path, { method: "HEAD" })],
      [`OPTIONS ${path}`, await door.call(path, { method: "OPTIONS" })],
      [`PATCH ${path}`, await door.call(path, { method: "PATCH" })],
      [`${path}/x`, await door.get(`${path}/x`)],
    );
    const right = await askAs(door, route, await newPerson(door));
    expect([nameOf(route), right.status]).toEqual([nameOf(route), route.success]);
    answers.push([nameOf(route), right]);
  }
  answers.push(["a long path", await door.get(`/${"a".repeat(5000)}`)]);
  return answers;
}

const TOKEN = /eyJ[\w-]+\.|lkr_[\w-]{40}/;
const plain = await everyAnswer(ORIGIN);
const secure = await everyAnswer("https://auth.example.com");

attempt("an answer", [
  [
    "S52",
    "may never be kept, but for the three documents that are everybody's",
    () => {
      const isEverybodys = ([name, { status }]: readonly [string, Answer]) =>
        /^(GET|HEAD) \/(\.well-known\/(jwks|latchkey)|openapi)\.json( |$)/.test(name) && status === 200;
      const kept = plain.filter(([, { headers }]) => headers.get("cache-control") !== "no-store");
      expect(kept.map(([name]) => name)).toEqual(plain.filter(isEverybodys).map(([name]) => name));
      for (const [name, { text, headers }] of kept) {
        expect([name, TOKEN.test(text), text.includes("person ")]).toEqual([name, false, false]);
        expect(headers.has("set-cookie")).toBe(false);
      }
      expect(plain.filter(([, { text }]) => TOKEN.test(text)).length).toBeGreaterThanOrEqual(3);
    },
  ],
  [
    "S53",
    "carries the headers of protection, says its type, and names no software; with a URL of https also HSTS",
    () => {
      for (const [url, answers] of [
        ["http", plain],
        ["https", secure],
      ] as const) {
        for (const [name, { headers, text }] of answers) {
          expect([name, Object.fromEntries(headers)]).toEqual([
            name,
            expect.objectContaining({
              "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
              "x-content-type-options": "nosniff",
              "x-frame-options": "DENY",
              "referrer-policy": "no-referrer",
            }),
          ]);
          expect(headers.get("strict-transport-security")).toBe(url === "https" ? "max-age=31536000" : null);
          for (const gossip of ["server", "x-powered-by", "via"]) expect(headers.get(gossip)).toBeNull();
          if (text !== "") expect(headers.get("content-type")).toMatch(/^application\/(problem\+)?json$/);
        }
      }
    },
  ],
  [
    "S53",
    "of a server with a port says nothing more: no name, no version, not even where the request was no HTTP",
    async () => {
      const server = await startServer({ environment: { LATCHKEY_URL: "https://auth.example.com" } });
      const requests = [
        letters("GET /health/live HTTP/1.1", ["Host: x", "Connection: close"]),
        letters("GET /nothing HTTP/1.1", ["Host: x", "Connection: close"]),
        letters("GET / HTTP/1.1", ["Host: x", "Host: y"]),
        "garbage\r\n\r\n",
        letters("GET / HTTP/1.1", ["Host: x", `X: ${"a".repeat(20_000)}`]),
      ];
      for (const request of requests) {
        const { text, statuses } = await sendBytes(server, request);
        expect(statuses).toHaveLength(1);
        expect(text).not.toMatch(/\r\n(server|x-powered-by|via):/i);
        expect(text).not.toMatch(/node|hono|latchkey\/|v\d+\.\d+/i);
        if (statuses[0] !== 400 && statuses[0] !== 431)
          expect(text).toMatch(/\r\nstrict-transport-security: max-age=/i);
      }
    },
  ],
]);

const FORGED = '{"time":"2026-01-01T00:00:00.000Z","event":"forged"}';
const BREAKS = [
  "\r\n",
  "\n",
  "\r",
  "\u0000",
  "\u0085",
  "\u2028",
  "\u2029",
  "\u001b[2K",
  "\u001b]0;x\u0007",
  "\u009b31m",
  "\v",
  "\f",
];

/** Whatever the log is told by strangers: names, tokens, headers, paths. */
async function tellForgeries(server: { readonly at: string; readonly port: number }): Promise<void> {
  for (const [index, mark] of BREAKS.entries()) {
    const text = `x${mark}${FORGED}`;
    const header = Buffer.from(text).toString("base64url");
    const wire = Buffer.from(text).toString("latin1");
    const body = JSON.stringify({ username: `ada${index}`, password: SERVER_PASSWORD });
    const head = ["Host: x", "Content-Type: application/json", `Content-Length: ${body.length}`, "Connection: close"];
    const agent = await sendBytes(server, letters("POST /signup HTTP/1.1", [...head, `User-Agent: ${wire}`], body));
    expect([200, 201, 400]).toContain(agent.statuses[0]);
    for (const name of ["X-Forwarded-For", "X-Request-Id", "Origin", "Cookie", "Authorization"]) {
      const { statuses } = await sendBytes(
        server,
        letters("GET /me HTTP/1.1", ["Host: x", `${name}: ${wire}`, "Connection: close"]),
      );
      expect([400, 401]).toContain(statuses[0]);
    }
    const credentials = { username: text, password: SERVER_PASSWORD };
    expect([401, 429]).toContain((await send("POST", `${server.at}/token`, { body: credentials })).status);
    expect((await send("POST", `${server.at}/signup`, { body: credentials })).status).toBe(400);
    const kid = Buffer.from(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid: text })).toString("base64url");
    expect((await send("GET", `${server.at}/me`, { token: `${kid}.${header}.${header}` })).status).toBe(401);
    expect((await send("GET", `${server.at}/${encodeURIComponent(text)}`)).status).toBe(404);
  }
}

attempt("the log", [
  [
    "S55",
    "has one line of valid JSON an event, and none that a stranger wrote: by a name, a kid, a header, a path",
    async () => {
      const server = await startServer();
      await tellForgeries(server);
      const { stderr } = await end(server);
      const lines = stderr.split("\n");
      expect(lines.pop()).toBe("");
      const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      const known = new Set(["user.signed_up", "user.log_in_failed", "attempts.blocked"]);
      expect(events.filter(({ event }) => !known.has(String(event)))).toEqual([]);
      const signedUp = events.filter(({ event }) => event === "user.signed_up");
      expect(signedUp.length).toBeGreaterThan(3);
      expect(stderr).not.toContain("forged");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
      expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    },
    60_000,
  ],
]);

const EVIL = "evil.example";
const EVIL_HEADERS: readonly (readonly string[])[] = [
  [`Host: ${EVIL}`],
  [`Host: ${EVIL}:443`],
  [`Host: auth.example.com.${EVIL}`],
  ["Host: auth.example.com", `X-Forwarded-Host: ${EVIL}`, "X-Forwarded-Proto: http", "X-Forwarded-Port: 1"],
  ["Host: auth.example.com", `X-Forwarded-Server: ${EVIL}`, `X-Host: ${EVIL}`, `X-HTTP-Host-Override: ${EVIL}`],
  ["Host: auth.example.com", `Forwarded: for=1.2.3.4;host=${EVIL};proto=http`],
  ["Host: auth.example.com", `X-Original-URL: http://${EVIL}/me`, `X-Rewrite-URL: /${EVIL}`],
  ["Host: auth.example.com", `X-Forwarded-Prefix: //${EVIL}`, `Referer: http://${EVIL}/`, `Origin: http://${EVIL}`],
];

attempt("the name of the server", [
  [
    "S56",
    "is the configured URL in every document, token and header, whatever host a request names",
    async () => {
      const url = "https://auth.example.com";
      const server = await startServer({ environment: { LATCHKEY_URL: url, LATCHKEY_TRUSTED_PROXIES: "127.0.0.0/8" } });
      const documents = ROUTES.filter(({ isPublished }) => isPublished).map(({ path }) => path);
      const ask = async (line: string, headers: readonly string[], body = "") => {
        const length = ["Content-Type: application/json", `Content-Length: ${body.length}`, "Connection: close"];
        const { text, statuses } = await sendBytes(server, letters(line, [...headers, ...length], body));
        expect(text).not.toContain("evil");
        return { text: text.slice(text.indexOf("\r\n\r\n")), status: statuses[0] };
      };
      for (const path of documents) {
        const right = await ask(`GET ${path} HTTP/1.1`, ["Host: auth.example.com"]);
        expect(right.status).toBe(200);
        for (const headers of EVIL_HEADERS) expect(await ask(`GET ${path} HTTP/1.1`, headers)).toEqual(right);
        expect(await ask(`GET http://${EVIL}${path} HTTP/1.1`, [`Host: ${EVIL}`])).toEqual(right);
      }
      for (const [index, headers] of EVIL_HEADERS.entries()) {
        const body = JSON.stringify({ username: `ada${index}`, password: SERVER_PASSWORD });
        const { text, status } = await ask("POST /signup HTTP/1.1", headers, body);
        expect(status).toBe(201);
        const { iss, aud } = claimsOf((JSON.parse(text) as { token: string }).token);
        expect([iss, aud]).toEqual([url, url]);
      }
    },
    60_000,
  ],
]);

/** Texts that have led redirects astray, made of their parts. */
function redirectTargets(): readonly string[] {
  const starts = [
    "",
    "/",
    "//",
    "///",
    "/\\",
    "\\\\",
    "\\/",
    "https:",
    "https:/",
    "https://",
    "http:",
    "HTTPS://",
    "ftp://",
  ];
  const blanks = ["", " ", "\t", "%09", "%0a", "%0d%0a", "%00", "\u3000", "%2f", "%5c"];
  const hosts = [
    "evil.example",
    "localhost:4000@evil.example",
    "localhost:4000.evil.example",
    "evil.example/localhost:4000",
    "evil%E3%80%82example",
  ];
  const targets = starts.flatMap((start) => blanks.flatMap((blank) => hosts.map((host) => start + blank + host)));
  const schemes = ["javascript", "java%0ascript", "JaVaScRiPt", "data", "vbscript", "blob", "file"];
  const scripts = schemes.map((scheme) => `${scheme}:alert(1)//${ORIGIN}`);
  const splits = ["%0d%0aLocation:%20", "%0aLocation:", "%E5%98%8A%E5%98%8DLocation:"].map(
    (each) => `/${each}//evil.example`,
  );
  return [
    ...targets,
    ...scripts,
    ...splits,
    "/..//evil.example",
    "/%2e%2e//evil.example",
    "/;@evil.example",
    "?//evil.example",
  ];
}

const NAMES = [
  "redirect",
  "redirect_uri",
  "redirect_to",
  "next",
  "return_to",
  "returnTo",
  "url",
  "continue",
  "dest",
  "state",
];

attempt("a redirect", [
  [
    "S57",
    "is what no route answers with, whatever target stands in the query, the path, the body or a header",
    async () => {
      const door = await openAuth();
      const targets = redirectTargets();
      expect(targets.length).toBeGreaterThan(614);
      const answers: (readonly [string, Pick<Answered, "status" | "headers">])[] = [];
      const paths = [...new Set(ROUTES.map(({ path }) => path)), "/", "/login", "/logout", "/callback"];
      for (const [index, target] of targets.entries()) {
        const path = paths[index % paths.length] ?? "/";
        const query = NAMES.map((name) => `${name}=${target.includes("%") ? target : encodeURIComponent(target)}`).join(
          "&",
        );
        const headers = { referer: encodeURI(target), "x-forwarded-host": "evil.example" };
        answers.push([target, await door.call(`${path}?${query}`, { headers })]);
        answers.push([target, await door.call(`/${encodeURI(target)}`, { headers })]);
        answers.push([target, await door.call(`${path}?${query}`, { method: "DELETE", headers })]);
      }
      for (const name of NAMES) {
        const body = { username: "ada", password: PASSWORD, [name]: "//evil.example" };
        answers.push([name, await door.post("/token", body)]);
      }
      const astray = answers.filter(
        ([, { status, headers }]) =>
          (status >= 300 && status < 400) || headers.has("location") || headers.has("refresh"),
      );
      expect(astray.map(([target, { status }]) => [target, status])).toEqual([]);
      expect(answers.filter(([, { status }]) => status >= 500)).toEqual([]);
    },
    60_000,
  ],
]);
