import { expect } from "vitest";
import { FORBIDDEN, NAUGHTY } from "../accounts/naughty-texts.js";
import {
  type Answer,
  bearer,
  claimsOf,
  newDatabase,
  type OpenAuth,
  openAuth,
  PASSWORD,
  sql,
  type Tokens,
} from "../http/open-auth.js";
import { attempt } from "./attack.js";
import { callRoute, type DeclaredRoute, declaredRoutes } from "./declared-routes.js";
import { fewAtOnce } from "./few-at-once.js";
import { INJECTIONS } from "./injections.js";

// Not the password of the examples in the document: what these routes are sent is well-formed and opens nothing.
const OWN = { password: "ten tame ducks at noon", email: "ada@example.com" };

interface Attacked {
  readonly door: OpenAuth;
  readonly ada: Tokens;
  readonly routes: readonly DeclaredRoute[];
  /** Everything that is stored of users and sessions. */
  rows(): Promise<readonly unknown[]>;
}

async function openAttacked(): Promise<Attacked> {
  const database = newDatabase();
  const door = await openAuth({ database });
  const ada = await door.signUp("ada", OWN);
  const routes = await declaredRoutes(door);
  return {
    door,
    ada,
    routes,
    rows: async () => [
      ...(await sql(database, "select * from users order by id")),
      ...(await sql(database, "select * from sessions order by id")),
    ],
  };
}

const withBody = (routes: readonly DeclaredRoute[]) => routes.filter(({ fields }) => fields.length > 0);
const named = ({ method, path }: DeclaredRoute, field?: string) => `${method} ${path} ${field ?? ""}`;
const verdict = ({ status, body }: Answer) => `${status} ${body.code ?? ""}`.trim();
const fieldsOf = ({ body }: Answer) => ((body.errors ?? []) as { field: string }[]).map(({ field }) => field);

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

function typeOf(value: unknown): string {
  return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
}

/** A log-out is answered so whatever its token is worth. */
function isLogOut({ method, path }: DeclaredRoute): boolean {
  return method === "DELETE" && path === "/token";
}

const REFUSED = new Set([400, 401, 404, 409, 429]);

function expectRefused(route: DeclaredRoute, answer: Answer, what: string): void {
  if (isLogOut(route) && answer.status === 204) return;
  expect(REFUSED.has(answer.status), `${named(route)} with ${what}: ${answer.status} ${answer.text}`).toBe(true);
}

/** Sends a text in each field of each body, and in the place of each name in a path. */
async function sendEverywhere({ door, ada, routes }: Attacked, text: string, at: number): Promise<void> {
  for (const route of routes) {
    // What is taken is refused so often in one place, and then not looked at; wrong passwords are to be stopped.
    const place = route.path === "/signup" ? door.from(`10.0.${at >> 8}.${at & 0xff}`) : door;
    for (const { name } of route.fields) {
      const body = { ...route.example, [name]: text };
      expectRefused(
        route,
        await callRoute(place, route, { token: ada.token, body }),
        `${name}: ${JSON.stringify(text)}`,
      );
    }
    if (!route.path.includes("{")) continue;
    const path = route.path.replaceAll(/\{\w+\}/g, encodeURIComponent(text.toWellFormed()));
    expectRefused(route, await callRoute(door, { ...route, path }, { token: ada.token }), path);
  }
}

/** A token that is signed by nobody, with that header and those claims. */
function forged(header: object | string, claims: object | string): string {
  const part = (value: object | string) =>
    Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
  return `${part(header)}.${part(claims)}.${"A".repeat(86)}`;
}

/** What nobody may set, as it would be called. */
const MEMBERS: readonly (readonly [string, unknown])[] = [
  ["role", "admin"],
  ["roles", ["admin"]],
  ["is_admin", true],
  ["isAdmin", true],
  ["admin", true],
  ["scope", "admin"],
  ["permissions", ["*"]],
  ["email_verified", true],
  ["id", "1"],
  ["user_id", "1"],
  ["userId", "1"],
  ["sub", "1"],
  ["session_id", "1"],
  ["password_hash", "x"],
  ["passwordHash", "x"],
  ["username_key", "x"],
  ["usernameKey", "x"],
  ["created_at", 0],
  ["createdAt", 0],
  ["disabled_at", null],
  ["disabledAt", null],
  ["amr", ["mfa"]],
  ["constructor", { prototype: { polluted: true } }],
  ["prototype", { polluted: true }],
  ["toString", "x"],
];

const POLLUTION = '{"polluted":true,"roles":["admin"],"isGuarded":false}';

/** Bodies that would change what every object has, where they were copied without a look. */
function polluting(example: object): readonly string[] {
  const text = JSON.stringify(example);
  const plus = (member: string) => text.replace(/^\{/, `{${member},`).replace(",}", "}");
  return [
    plus(`"__proto__":${POLLUTION}`),
    plus(`"constructor":{"prototype":${POLLUTION}}`),
    plus(`"\\u005f\\u005fproto__":${POLLUTION}`),
    plus(`"a":{"__proto__":${POLLUTION}}`),
    plus('"__proto__.polluted":true'),
    plus('"__proto__[polluted]":true'),
    `{"__proto__":${text}}`,
    `[{"__proto__":${POLLUTION}}]`,
  ];
}

const QUERY = "?__proto__[polluted]=1&__proto__.polluted=1&constructor[prototype][polluted]=1&__proto__=1";
const PROTOTYPES: readonly object[] = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Map.prototype,
];
const members = () => PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype));

attempt("hostile bodies", [
  [
    "S15",
    "every field of every body is refused with 400 and named where it is of another type",
    async () => {
      const { door, ada, routes, rows } = await openAttacked();
      const before = await rows();
      const attacked: string[] = [];
      for (const route of withBody(routes)) {
        for (const { name, type } of route.fields) {
          const wrongs = WRONG_TYPES.filter((value) => typeOf(value) !== type);
          expect(wrongs.length).toBeGreaterThanOrEqual(7);
          for (const wrong of wrongs) {
            const body = { ...route.example, [name]: wrong };
            const answer = await callRoute(door, route, { token: ada.token, body });
            const errors = [{ field: name, message: expect.stringMatching(/^[A-Z]/) }];
            expect([verdict(answer), answer.body.errors], JSON.stringify(body)).toEqual([
              "400 invalid_request",
              errors,
            ]);
          }
          attacked.push(named(route, name));
        }
      }
      expect(attacked.length).toBeGreaterThanOrEqual(13);
      expect(attacked).toContain("PUT /me/password new_password");
      expect(await rows()).toEqual(before);
    },
  ],
  [
    "S16",
    "hundreds of injections in every field and every path are refused, and no row comes, goes or changes",
    async () => {
      const attacked = await openAttacked();
      const before = await attacked.rows();
      expect(INJECTIONS.length).toBeGreaterThanOrEqual(200);
      await fewAtOnce(INJECTIONS, (text, at) => sendEverywhere(attacked, text, at));
      expect(await attacked.rows()).toEqual(before);
      const { door, ada } = attacked;
      expect((await door.me(ada.token)).status).toBe(200);
      expect(
        (await door.from("203.0.113.9").post("/token", { username: "ada", ...OWN, email: undefined })).status,
      ).toBe(200);
    },
    120_000,
  ],
  [
    "S16",
    "an injection in the header of a token is refused by every guarded route, and logs nobody out",
    async () => {
      const { door, ada, routes, rows } = await openAttacked();
      const before = await rows();
      const guarded = routes.filter((route) => route.isGuarded);
      expect(guarded.length).toBeGreaterThanOrEqual(5);
      const claims = claimsOf(ada.token);
      for (const text of INJECTIONS) {
        for (const header of [
          { alg: "ES256", typ: "at+jwt", kid: text },
          { alg: text, typ: "at+jwt", kid: "x" },
        ]) {
          const token = forged(header, claims);
          for (const route of guarded) {
            const path = route.path.replaceAll(/\{\w+\}/g, String(claims.sid));
            const answer = await callRoute(door, { ...route, path }, { token });
            expect(verdict(answer), named(route, text)).toBe("401 invalid_token");
          }
          expect((await door.logOut(bearer(token))).status).toBe(204);
        }
      }
      expect(await rows()).toEqual(before);
    },
    120_000,
  ],
  [
    "S16",
    "an injection as a name, an id or the place where a page begins finds, changes and ends nothing for an administrator",
    async () => {
      const { door, rows } = await openAttacked();
      const before = await rows();
      const { users, sessions, keys } = door.auth;
      const outcomeOf = (act: Promise<unknown>) => act.catch((error: { code: string }) => error.code);
      for (const text of INJECTIONS) {
        expect(await outcomeOf(users.find(text)), text).toBeUndefined();
        const page = await outcomeOf(users.list({ after: text }));
        expect(page === "not_found" || Array.isArray(page), text).toBe(true);
        for (const act of [users.disable, users.enable, users.delete, keys.revoke]) {
          expect(await outcomeOf(act(text)), text).toBe("not_found");
        }
        expect(await outcomeOf(users.setRoles(text, ["admin"])), text).toBe("not_found");
        expect([[], "not_found"]).toContainEqual(await outcomeOf(sessions.list(text)));
        expect([false, "not_found"]).toContainEqual(await outcomeOf(sessions.end(text)));
        expect([0, "not_found"]).toContainEqual(await outcomeOf(sessions.endAll(text)));
      }
      expect(await rows()).toEqual(before);
    },
    60_000,
  ],
  [
    "S17",
    "a naughty text comes back byte by byte as a username, or is refused with 400",
    async () => {
      const { door } = await openAttacked();
      const texts = [...new Set([...NAUGHTY, ...INJECTIONS.slice(-80), ...FORBIDDEN])];
      expect(texts.length).toBeGreaterThanOrEqual(515);
      const statuses = await fewAtOnce(texts, async (username, at) => {
        const place = door.from(`10.1.${at >> 8}.${at & 0xff}`);
        const answer = await place.post("/signup", { username, password: PASSWORD });
        if (answer.status !== 201) return answer.status;
        expect((await door.me(String(answer.body.token))).body.username).toBe(username);
        expect((await door.auth.users.find(username))?.id).toBe(answer.body.user_id);
        return 201;
      });
      expect(new Set(statuses)).toEqual(new Set([201, 400, 409]));
      expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(150);
    },
    120_000,
  ],
  [
    "S17",
    "a naughty text comes back byte by byte in an e-mail address, or is refused with 400",
    async () => {
      const { door } = await openAttacked();
      const statuses = await fewAtOnce(new Set(NAUGHTY), async (text, at) => {
        const email = at % 2 === 0 ? `${text}@example.com` : `ada@${text}.example`;
        const answer = await door.from(`10.1.${at >> 8}.${at & 0xff}`).post("/signup", {
          username: `user ${at}`,
          password: PASSWORD,
          email,
        });
        if (answer.status === 201) expect((await door.me(String(answer.body.token))).body.email).toBe(email);
        return answer.status;
      });
      expect(new Set(statuses)).toEqual(new Set([201, 400]));
      expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(40);
    },
    60_000,
  ],
  [
    "S17",
    "NUL, half a character and a megabyte are refused in every field of every body",
    async () => {
      const attacked = await openAttacked();
      const { door, ada, routes, rows } = attacked;
      const before = await rows();
      const texts = [
        "\0",
        "ada\0",
        "\ud800",
        "ada\udc00",
        "\udc00\ud800",
        "\uffff",
        "\u202e",
        "\u0007",
        "x".repeat(60_000),
      ];
      for (const [at, text] of texts.entries()) await sendEverywhere(attacked, text, at);
      for (const route of withBody(routes)) {
        for (const { name } of route.fields) {
          const body = { ...route.example, [name]: "x".repeat(1_048_576) };
          const answer = await callRoute(door, route, { token: ada.token, body });
          expect(verdict(answer), named(route, name)).toBe("413 too_large");
        }
      }
      expect(await rows()).toEqual(before);
    },
  ],
  [
    "S18",
    "a member that nobody may set is refused with 400 and named, by every body",
    async () => {
      const { door, ada, routes, rows } = await openAttacked();
      const before = await rows();
      for (const route of withBody(routes)) {
        for (const [name, value] of MEMBERS) {
          const body = { ...route.example, [name]: value };
          const answer = await callRoute(door, route, { token: ada.token, body });
          expect([verdict(answer), fieldsOf(answer)], named(route, name)).toEqual(["400 invalid_request", [name]]);
        }
        const text = JSON.stringify(route.example).replace(/^\{/, `{"__proto__":${POLLUTION},`);
        expect(verdict(await callRoute(door, route, { token: ada.token, body: text }))).toBe("400 invalid_request");
      }
      expect(await rows()).toEqual(before);
    },
  ],
  [
    "S18",
    "a member that nobody may set does nothing in a query or a header: the new user has no role",
    async () => {
      const door = await openAuth();
      const query = `?${MEMBERS.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&")}`;
      const headers = { "x-role": "admin", "x-roles": "admin", "x-user-id": "1", roles: "admin" };
      const { status, body } = await door.post(`/signup${query}`, { username: "ada", password: PASSWORD }, headers);
      expect(status).toBe(201);
      expect(claimsOf(String(body.token))).toMatchObject({ roles: [], sub: body.user_id, amr: ["pwd"] });
      expect((await door.me(String(body.token))).body).toMatchObject({ id: body.user_id, roles: [], email: null });
    },
  ],
  [
    "S19",
    "a thousand requests that would change the prototypes change nothing, and all goes on as before",
    async () => {
      const { door, ada, routes, rows } = await openAttacked();
      const before = { rows: await rows(), members: members() };
      let requests = 0;
      for (let round = 0; requests < 1000; round++) {
        for (const route of routes) {
          const bodies = route.fields.length > 0 ? polluting(route.example) : [undefined];
          const token = forged(`{"alg":"ES256","__proto__":${POLLUTION}}`, `{"__proto__":${POLLUTION},"sub":"1"}`);
          for (const body of bodies) {
            const isOwn = body !== undefined;
            const given = { token: isOwn ? ada.token : token, query: QUERY, ...(isOwn && { body }) };
            const answer = await callRoute(door.from(`10.2.0.${round}`), route, given);
            const expected = isOwn ? 400 : route.isGuarded ? 401 : 200;
            expect(answer.status, named(route, body)).toBe(expected);
            requests += 1;
          }
        }
      }
      const given = JSON.parse(`{"username":"eve","password":"${PASSWORD}","__proto__":${POLLUTION}}`);
      expect((await door.auth.users.add(given)).roles).toEqual([]);
      await door.auth.users.delete((await door.auth.users.find("eve"))?.id ?? "");
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      expect(members()).toEqual(before.members);
      expect(await rows()).toEqual(before.rows);
      expect((await door.me(ada.token)).status).toBe(200);
      expect((await door.get("/me")).status).toBe(401);
      expect(claimsOf((await door.logIn("ada", { password: OWN.password })).token).roles).toEqual([]);
    },
    60_000,
  ],
]);
