import { expect } from "vitest";
import {
  type Answer,
  bearer,
  claimsOf,
  createClock,
  newDatabase,
  ORIGIN,
  openAuth,
  PASSWORD,
  sql,
} from "../http/open-auth.js";
import { attempt } from "./attack.js";
import { ask, askAs, nameOf, newPerson, type Person, pathOf, ROUTES, type Route } from "./every-route.js";

const API = "https://todo.example.com";
const database = newDatabase();
const clock = createClock();
const door = await openAuth({ database, audiences: [API] }, clock);

const GUARDED = ROUTES.filter(({ isGuarded }) => isGuarded);
const OWNED = ROUTES.filter(({ path }) => path.includes("{"));

/** Those that anybody may call. A new one stands here, or behind the guard. */
const OPEN: readonly string[] = [
  "POST /signup",
  "POST /token",
  "POST /token/refresh",
  "DELETE /token",
  "GET /.well-known/jwks.json",
  "GET /.well-known/latchkey.json",
  "GET /openapi.json",
  "GET /health/live",
  "GET /health/ready",
];

const verdict = ({ status, body }: Answer) => [status, body.reason ?? body.code];

/** All that is known of a person: what nobody else may change. */
async function stateOf({ tokens, session }: Person): Promise<unknown> {
  const users = await sql(database, "select * from users where id = ?", tokens.user_id);
  return [users, await sql(database, "select * from sessions where id = ?", session)];
}

/** Somebody whose token says no more than that they were here. */
const STRANGERS: readonly (readonly [string, () => Promise<Readonly<Record<string, string>>>, readonly unknown[]])[] = [
  ["nobody", async () => ({}), [401, "token_required"]],
  ["another scheme", async () => ({ authorization: "Basic YWRhOnB3" }), [401, "token_required"]],
  ["garbage", async () => bearer("a.b.c"), [401, "malformed"]],
  [
    "a token without its signature",
    async () => bearer((await newPerson(door)).tokens.token.replace(/\.[^.]*$/, ".")),
    [401, "bad_signature"],
  ],
  [
    "a token for another audience",
    async () => {
      const { tokens } = await newPerson(door);
      const { body } = await door.refresh(tokens.refresh_token, { audience: API });
      return bearer(String(body.token));
    },
    [401, "wrong_audience"],
  ],
  [
    "a token of another server",
    async () => bearer((await newPerson(await openAuth({ url: ORIGIN }, clock))).tokens.token),
    [401, "key_unknown"],
  ],
  [
    "somebody who logged out",
    async () => {
      const { tokens } = await newPerson(door);
      await door.logOut(bearer(tokens.token));
      return bearer(tokens.token);
    },
    [401, "revoked"],
  ],
  [
    "somebody who was disabled",
    async () => {
      const { tokens } = await newPerson(door);
      await door.auth.users.disable(tokens.user_id);
      return bearer(tokens.token);
    },
    [401, "revoked"],
  ],
];

/** Somebody with an account of their own, and with every role that sounds like power. */
async function powerfulPerson(): Promise<Person> {
  const person = await newPerson(door);
  await door.auth.users.setRoles(person.tokens.user_id, ["admin", "root", "superuser", "latchkey:admin"]);
  const { body } = await door.refresh(person.tokens.refresh_token);
  expect(claimsOf(String(body.token)).roles).toContain("admin");
  return { ...person, tokens: body as unknown as Person["tokens"] };
}

/** Asks a route about somebody else's things: in the path where it has a place for them, else in body, query and header. */
async function askAbout(route: Route, owner: Person, caller: Person): Promise<readonly Answer[]> {
  const headers = bearer(caller.tokens.token);
  if (OWNED.includes(route)) return [await ask(door, route, { about: owner, headers })];
  const { user_id } = owner.tokens;
  const path = pathOf(route, owner);
  const named = { "x-user-id": user_id, "x-user": owner.username, "x-original-user": user_id };
  return [
    await door.call(`${path}/${user_id}`, { method: route.method, headers }),
    await door.call(`/users/${user_id}${path}`, { method: route.method, headers }),
    // The last, since it may do to the caller what the route is for.
    await door.call(`${path}?user_id=${user_id}&sub=${user_id}&id=${owner.session}`, {
      method: route.method,
      headers: { ...headers, ...named },
    }),
  ];
}

attempt("what is somebody else's", [
  [
    "S62",
    "is behind a guard: every route is, but for those that stand on a list",
    () => {
      expect(ROUTES.filter(({ isGuarded }) => !isGuarded).map(nameOf)).toEqual(OPEN);
      expect(GUARDED.map(({ path }) => path).filter((path) => !path.startsWith("/me"))).toEqual([]);
    },
  ],
  [
    "S62",
    "answers 401 on every guarded route to whoever has no good token, and nothing changes",
    async () => {
      const owner = await newPerson(door);
      const before = await stateOf(owner);
      for (const [who, headersOf, [status, reason]] of STRANGERS) {
        const headers = await headersOf();
        for (const route of GUARDED) {
          const answer = await ask(door, route, { about: owner, headers });
          const cell = [who, nameOf(route)];
          expect([...cell, answer.status]).toEqual([...cell, status]);
          if (reason !== "malformed") expect([...cell, verdict(answer)[1]]).toEqual([...cell, reason]);
        }
      }
      expect(await stateOf(owner)).toEqual(before);
    },
    60_000,
  ],
  [
    "S62",
    "answers 401 on every guarded route to an expired token",
    async () => {
      const late = await openAuth();
      const person = await newPerson(late);
      late.clock.advance(606);
      for (const route of GUARDED)
        expect([nameOf(route), verdict(await askAs(late, route, person))]).toEqual([nameOf(route), [401, "expired"]]);
    },
  ],
  [
    "S62",
    "is reached by no other user, nor by one with every role: 404, and it is as it was",
    async () => {
      expect(OWNED.length).toBeGreaterThan(0);
      const owner = await newPerson(door);
      const before = await stateOf(owner);
      for (const newCaller of [() => newPerson(door), powerfulPerson]) {
        for (const route of GUARDED) {
          const answers = await askAbout(route, owner, await newCaller());
          const cell = nameOf(route);
          if (OWNED.includes(route)) expect([cell, ...answers.map(verdict)]).toEqual([cell, [404, "not_found"]]);
          else
            for (const { status } of answers.slice(0, 2))
              expect([cell, status]).toEqual([cell, expect.toBeOneOf([404, 405])]);
          for (const { text } of answers) {
            for (const secret of [owner.username, owner.session, owner.tokens.user_id])
              expect([cell, text.includes(secret)]).toEqual([cell, false]);
          }
          expect([cell, await stateOf(owner)]).toEqual([cell, before]);
        }
      }
    },
    60_000,
  ],
  [
    "S62",
    "is one's own: every guarded route does what it is for",
    async () => {
      for (const route of GUARDED) {
        const { status } = await askAs(door, route, await newPerson(door));
        expect([nameOf(route), status]).toEqual([nameOf(route), route.success]);
      }
    },
  ],
  [
    "S62",
    "is no route's, where an administrator alone may do it: none leads to one, not with every role",
    async () => {
      const owner = await newPerson(door);
      const before = await stateOf(owner);
      const { tokens } = await powerfulPerson();
      const { users, sessions, keys } = door.auth;
      const acts = Object.entries({ users, sessions, keys }).flatMap(([noun, admin]) => [
        noun,
        ...Object.keys(admin).map((verb) => `${noun}/${verb}`),
        `${noun}/${owner.tokens.user_id}`,
        `${noun}/${owner.session}`,
        `${noun}/${owner.tokens.user_id}/roles`,
      ]);
      const others = [
        "secret",
        "check",
        "migrate",
        "import",
        "config",
        "settings",
        "metrics",
        "debug",
        "introspect",
        "revoke",
      ];
      const paths = [...acts, ...others].flatMap((act) =>
        ["", "/admin", "/api", "/console", "/me", "/token", "/.well-known", "/_"].map((root) => `${root}/${act}`),
      );
      const known = new Set(ROUTES.map(({ path }) => path));
      const led: unknown[] = [];
      for (const path of paths.filter((each) => !known.has(each) && !each.startsWith("/me/sessions/"))) {
        for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
          const { status } = await door.call(path, { method, headers: bearer(tokens.token) });
          if (status !== 404) led.push([method, path, status]);
        }
      }
      expect(led).toEqual([]);
      expect(await stateOf(owner)).toEqual(before);
    },
    60_000,
  ],
]);

const CLAIMED: readonly Readonly<Record<string, unknown>>[] = [
  { roles: ["admin"] },
  { role: "admin" },
  { is_admin: true },
  { scope: "admin" },
  { permissions: ["*"] },
  { user: { roles: ["admin"] } },
  { "roles[]": "admin" },
  { __proto__: { roles: ["admin"] }, roles: ["admin"] },
];

attempt("a role", [
  [
    "S63",
    "is given by no request: every body that names one is refused, and so nobody raises their own",
    async () => {
      for (const route of ROUTES.filter(({ body }) => body !== undefined)) {
        const person = await newPerson(door);
        const before = await stateOf(person);
        for (const claimed of CLAIMED) {
          const example = { username: person.username, password: PASSWORD, refresh_token: person.tokens.refresh_token };
          const answer = await door.call(pathOf(route, person), {
            method: route.method,
            headers: { "content-type": "application/json", ...bearer(person.tokens.token) },
            body: JSON.stringify({ ...(route.path === "/token/refresh" ? {} : example), ...claimed }),
          });
          const cell = [nameOf(route), JSON.stringify(claimed)];
          expect([...cell, ...verdict(answer)]).toEqual([...cell, 400, "invalid_request"]);
          expect(await stateOf(person)).toEqual(before);
        }
      }
    },
    60_000,
  ],
  [
    "S63",
    "is not in the tokens of who asks for it in a query, a header or a name; a new account has none",
    async () => {
      const headers = { "x-roles": "admin", "x-user-roles": "admin", "x-forwarded-roles": "admin" };
      for (const username of ["admin", "root", "administrator", "roles:admin"]) {
        const answer = await door.post("/signup?roles=admin&role=admin", { username, password: PASSWORD }, headers);
        expect(answer.status).toBe(201);
        expect(claimsOf(String(answer.body.token)).roles).toEqual([]);
        expect((await door.me(String(answer.body.token))).body.roles).toEqual([]);
      }
    },
  ],
  [
    "S63",
    "that is taken from the last who has it takes nobody's administration away, since no role gives it",
    async () => {
      const { tokens } = await powerfulPerson();
      const holders = (await door.auth.users.list({ limit: 1000 })).filter(({ roles }) =>
        roles.includes("latchkey:admin"),
      );
      for (const { id } of holders) await door.auth.users.setRoles(id, []);
      expect(verdict(await door.me(tokens.token))).toEqual([401, "revoked"]);
      await door.auth.users.setRoles(tokens.user_id, ["latchkey:admin"]);
      const { body } = await door.refresh(tokens.refresh_token);
      expect(claimsOf(String(body.token)).roles).toEqual(["latchkey:admin"]);
    },
  ],
]);
