import { documentationOf } from "../../dist/http/documented.js";
import type { Route } from "../../dist/http/route.js";
import { ROUTES } from "../../dist/http/routes.js";
import { type Answer, bearer, claimsOf, type OpenAuth, PASSWORD, type Tokens } from "../http/open-auth.js";

export type { Route };
export { ROUTES };

/** Somebody with an account and one session. */
export interface Person {
  readonly username: string;
  readonly tokens: Tokens;
  /** The session's id. */
  readonly session: string;
}

let people = 0;

/** Makes an account of a new name. */
export async function newPerson(door: Pick<OpenAuth, "signUp">): Promise<Person> {
  const username = `person ${people++}`;
  const tokens = await door.signUp(username);
  return { username, tokens, session: String(claimsOf(tokens.token).sid) };
}

/** The name of a route, for messages. */
export function nameOf({ method, path }: Route): string {
  return `${method} ${path}`;
}

/** The path of a route, where a person's object stands in it. */
export function pathOf({ path }: Route, { session }: Person): string {
  return path.replaceAll(/\{\w+\}/g, session);
}

/** The example of a route's body, made this person's own; `undefined` for a route without one. */
export function bodyOf({ body, path }: Route, { username, tokens }: Person): object | undefined {
  if (body === undefined) return undefined;
  const own: Record<string, string> = {
    username,
    email: `${people++}@example.com`,
    password: PASSWORD,
    current_password: PASSWORD,
    refresh_token: tokens.refresh_token,
  };
  // A sign-up wants a name that is new.
  if (path === "/signup") own.username = `person ${people++}`;
  const example = documentationOf(body.schema).example as Record<string, unknown>;
  return Object.fromEntries(Object.entries(example).map(([name, value]) => [name, own[name] ?? value]));
}

/** Asks a route about a person's own things, by their access token where it wants one. */
export function askAs(door: Pick<OpenAuth, "call">, route: Route, person: Person): Promise<Answer> {
  return ask(door, route, { about: person, headers: bearer(person.tokens.token) });
}

/** Whose things a request is about, and what it comes with. */
export interface Asking {
  readonly about: Person;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks a route about the things of one person with any headers. */
export function ask(door: Pick<OpenAuth, "call">, route: Route, { about, headers = {} }: Asking): Promise<Answer> {
  const body = bodyOf(route, about);
  return door.call(pathOf(route, about), {
    method: route.method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
