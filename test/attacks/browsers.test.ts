import { expect } from "vitest";
import { ROUTES } from "../../dist/http/routes.js";
import { type Answer, bearer, claimsOf, newDatabase, ORIGIN, openAuth, PASSWORD, sql } from "../http/open-auth.js";
import { attempt } from "./attack.js";

const APP = "https://app.example.com";
const database = newDatabase();
const door = await openAuth({ database, origins: [APP] });
const ada = await door.signUp("ada");

type Headers = Readonly<Record<string, string>>;

/** Origins that look like one, and are another. */
function lookAlikesOf(origin: string): readonly string[] {
  const { protocol, hostname, port } = new URL(origin);
  const end = port === "" ? "" : `:${port}`;
  const hosts = [
    `${hostname}.evil.example`,
    `evil-${hostname}`,
    `evil.${hostname}`,
    `${hostname}.`,
    `${hostname}%00.evil.example`,
    `${hostname}%2eevil.example`,
    `${hostname}\\.evil.example`,
    `${hostname}@evil.example`,
    `evil.example#${hostname}`,
    `evil.example?${hostname}`,
    `evil.example/${hostname}`,
    hostname.toUpperCase(),
    hostname.replace(".", "x"),
    hostname.slice(1),
    hostname.slice(0, -1),
    hostname.replace("o", "0"),
    hostname.replace("a", "%61"),
    "127.0.0.1",
    "[::1]",
    "2130706433",
  ];
  const schemes = ["http:", "https:", "ftp:", "chrome-extension:", "HTTPS:"].filter((each) => each !== protocol);
  return [
    ...hosts.map((host) => `${protocol}//${host}${end}`),
    ...schemes.map((scheme) => `${scheme}//${hostname}${end}`),
    ...[":1", ":80", ":443", ":40000", ":4001"].map((other) => `${protocol}//${hostname}${other}`),
    ...["/", "/x", "?", "#", " x", ",", ", https://evil.example", ";", "\t,"].map((more) => origin + more),
    `https://evil.example, ${origin}`,
    `https://evil.example ${origin}`,
    `${origin}, ${origin}`,
  ].filter((each) => each !== ORIGIN && each !== APP);
}

const FOREIGN: readonly string[] = [
  ...new Set([
    ...[ORIGIN, APP].flatMap(lookAlikesOf),
    ...["null", "", "*", "file://", "about:blank", "data:text/html,x", "blob:null/x", "undefined", "__proto__"],
    "https://evil.example",
  ]),
];

const cookieOf = ({ headers }: Answer) => /^__Host-latchkey=([^;]*)/.exec(headers.get("set-cookie") ?? "")?.[1] ?? "";
const credentials = { username: "ada", password: PASSWORD, transport: "cookie" };

async function begin(): Promise<{ readonly cookie: string; readonly token: string; readonly setCookie: string }> {
  const answer = await door.post("/token", credentials, { origin: ORIGIN });
  return {
    cookie: cookieOf(answer),
    token: String(answer.body.token),
    setCookie: answer.headers.get("set-cookie") ?? "",
  };
}

const sessionOf = async (token: string) =>
  (await sql(database, "select generation, ended_at from sessions where id = ?", claimsOf(token).sid))[0];
const usersAndSessions = () =>
  sql(database, "select (select count(*) from users) as users, (select count(*) from sessions) as sessions");

/** All that a page could do with the cookie of somebody who looks at it. */
const WITH_COOKIE: readonly (readonly [string, (cookie: string, headers: Headers) => Promise<Answer>])[] = [
  [
    "a refresh",
    (cookie, headers) =>
      door.call("/token/refresh", { method: "POST", headers: { ...headers, cookie: `__Host-latchkey=${cookie}` } }),
  ],
  [
    "a refresh with a body of JSON",
    (cookie, headers) => door.post("/token/refresh", {}, { ...headers, cookie: `__Host-latchkey=${cookie}` }),
  ],
  ["a log-out", (cookie, headers) => door.logOut({ ...headers, cookie: `a=b; __Host-latchkey=${cookie}` })],
];

/** All that would put a cookie of the attacker's into the browser. */
const TO_COOKIE: readonly ((headers: Headers) => Promise<Answer>)[] = [
  (headers) => door.post("/token", credentials, headers),
  (headers) => door.post("/signup", { ...credentials, username: "mallory" }, headers),
];

const SITES = ["cross-site", "CROSS-SITE", "same-origin, cross-site", "cross-site, same-origin", "x", ""];
const WAYS: readonly Headers[] = [
  {},
  { referer: `${ORIGIN}/` },
  { host: "localhost:4000" },
  { "x-requested-with": "XMLHttpRequest" },
  { "x-forwarded-host": "localhost:4000" },
  ...FOREIGN.map((origin) => ({ origin })),
  ...SITES.map((site) => ({ origin: ORIGIN, "sec-fetch-site": site })),
  ...SITES.map((site) => ({ origin: APP, "sec-fetch-site": site })),
];

attempt("a page of another site", [
  [
    "S50",
    "cannot use the cookie: refresh and log-out are refused as csrf, and the session is as it was",
    async () => {
      const { cookie, token } = await begin();
      const passed: unknown[] = [];
      for (const headers of WAYS) {
        for (const [what, send] of WITH_COOKIE) {
          const answer = await send(cookie, headers);
          const isRefused = answer.status === 403 && answer.body.code === "csrf";
          if (!isRefused || answer.headers.has("set-cookie")) passed.push([what, headers, answer.status]);
        }
      }
      expect(passed).toEqual([]);
      expect(await sessionOf(token)).toEqual({ generation: 0, ended_at: null });
      expect((await door.me(token)).status).toBe(200);
    },
    60_000,
  ],
  [
    "S50",
    "cannot plant a cookie: log-in and sign-up with one are refused as csrf, and nothing is made",
    async () => {
      const before = await usersAndSessions();
      for (const headers of WAYS) {
        for (const send of TO_COOKIE) {
          const { status, body, headers: sent } = await send(headers);
          expect([headers, status, body.code, sent.get("set-cookie")]).toEqual([headers, 403, "csrf", null]);
        }
      }
      expect(await usersAndSessions()).toEqual(before);
    },
    60_000,
  ],
  [
    "S50",
    "gets no cookie from a browser at all: it is __Host-, Secure, HttpOnly, SameSite=Strict, of one host and every path",
    async () => {
      const { cookie, setCookie } = await begin();
      const [value, ...attributes] = setCookie.split("; ");
      expect(value).toBe(`__Host-latchkey=${cookie}`);
      expect(attributes.toSorted()).toEqual([
        "HttpOnly",
        expect.stringMatching(/^Max-Age=\d+$/),
        "Path=/",
        "SameSite=Strict",
        "Secure",
      ]);
    },
  ],
  [
    "S50",
    "finds nothing that the cookie opens but refresh and log-out",
    async () => {
      const { cookie, token } = await begin();
      const guarded = ROUTES.filter(({ isGuarded }) => isGuarded);
      expect(guarded.length).toBeGreaterThan(4);
      for (const { method, path } of guarded) {
        const headers = { origin: ORIGIN, cookie: `__Host-latchkey=${cookie}` };
        const answer = await door.call(path.replace("{id}", String(claimsOf(token).sid)), { method, headers });
        expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 401, "token_required"]);
      }
    },
  ],
  [
    "S50",
    "cannot send by a form what a route takes: a body that is not application/json is refused",
    async () => {
      const text = JSON.stringify({ username: "ada", password: PASSWORD });
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]) {
        for (const path of ["/token", "/signup", "/token/refresh"]) {
          const answer = await door.post(path, text, { "content-type": type });
          expect([type, path, answer.status]).toEqual([type, path, 415]);
        }
      }
    },
  ],
]);

const CORS = [
  ...["origin", "credentials", "methods", "headers", "private-network"].map((name) => `access-control-allow-${name}`),
  "access-control-expose-headers",
  "access-control-max-age",
  "timing-allow-origin",
];
const corsOf = ({ headers }: Answer) => CORS.filter((name) => headers.has(name));

/** Every route by its own method, and as a preflight; with a token, so that there is something to read. */
const ASKS: readonly (readonly [string, (headers: Headers) => Promise<Answer>])[] = [
  ...ROUTES.flatMap(({ method, path }) => {
    const place = path.replace("{id}", "01a1ffde-4e64-7d19-8f0c-52b7c1b0a3e4");
    // A log-out everywhere would end the token of the next question.
    const credential = method === "DELETE" ? {} : bearer(ada.token);
    return [
      [`${method} ${path}`, (headers: Headers) => door.call(place, { method, headers: { ...headers, ...credential } })],
      [
        `preflight of ${method} ${path}`,
        (headers: Headers) =>
          door.call(place, {
            method: "OPTIONS",
            headers: {
              ...headers,
              "access-control-request-method": method,
              "access-control-request-headers": "authorization, x-evil",
              "access-control-request-private-network": "true",
            },
          }),
      ],
    ] as const;
  }),
  ["a path where nothing is", (headers) => door.get("/nothing", headers)],
  ["a path that is too long", (headers) => door.get(`/${"a".repeat(5000)}`, headers)],
];

attempt("a page that is not listed", [
  [
    "S51",
    "may read no answer of any route, however much its origin looks like a listed one, and learns nothing by a preflight",
    async () => {
      const told: unknown[] = [];
      for (const [what, send] of ASKS) {
        for (const origin of FOREIGN) {
          const answer = await send({ origin });
          if (corsOf(answer).length > 0 || answer.headers.get("vary") !== "origin") told.push([what, origin]);
        }
      }
      expect(told).toEqual([]);
    },
    60_000,
  ],
  [
    "S51",
    "is never meant by an answer to a listed one: that names it letter by letter, and never says *",
    async () => {
      for (const [what, send] of ASKS) {
        for (const origin of [ORIGIN, APP]) {
          const { headers } = await send({ origin });
          expect([what, headers.get("access-control-allow-origin")]).toEqual([what, origin]);
          expect(headers.get("access-control-allow-credentials")).toBe("true");
          expect([...headers].filter(([name, value]) => name.startsWith("access-") && value.includes("*"))).toEqual([]);
          expect(headers.get("access-control-allow-headers") ?? "").not.toContain("evil");
        }
      }
    },
  ],
]);
