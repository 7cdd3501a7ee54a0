// What a project in TypeScript does with each door. It is compiled against the packed package, and never run.
import { createServer } from "node:http";
import { type AuthOptions, type AuthServer, createAuth, type Grant, isAuthError } from "latchkey";
import { type Client, createClient, requireOk } from "latchkey/client";
import * as fetchDoor from "latchkey/fetch";
import * as honoDoor from "latchkey/hono";
import { JwtManager, memoryRefreshStore, type Rotated } from "latchkey/manager";
import * as nodeDoor from "latchkey/node";
import { assertRefused, forgeToken, openTestAuth, type TestUser } from "latchkey/testing";
import { type Claims, createVerifier, generateKey, isTokenError } from "latchkey/tokens";

const options: AuthOptions = { database: ":memory:", url: "http://localhost:4000/auth" };

/** A server of `node:http`. */
export async function serveNode(): Promise<void> {
  const auth: AuthServer = await createAuth(options);
  const handler: nodeDoor.NodeHandler = nodeDoor.toHandler(auth);
  const protect: nodeDoor.Middleware = nodeDoor.requireToken(auth, {
    onRefused: (error, _request, response) => void response.writeHead(401).end(error.code),
  });
  createServer((request, response) => {
    if (request.url?.startsWith("/auth/")) return void handler(request, response);
    protect(request, response, () => response.end(nodeDoor.authOf(request).identity));
  });
}

/** A route of a fetch framework, whose second argument keeps its type. */
export async function routeOf(verifier = createVerifier({ keys: [generateKey({ alg: "ES256" }).public] })) {
  const protect = fetchDoor.requireToken(verifier, { onRefused: (error) => Response.json(error.code) });
  const GET = protect(async (request, context: { readonly params: Promise<{ readonly id: string }> }) => {
    const { identity, claims }: fetchDoor.Auth<Claims> = fetchDoor.authOf<Claims>(request);
    return Response.json({ identity, roles: claims.roles, id: (await context.params).id });
  });
  // @ts-expect-error The context is wanted.
  await GET(new Request("http://localhost"));
  // @ts-expect-error There is no such option.
  fetchDoor.requireToken(verifier, { role: "admin" });
  return GET(new Request("http://localhost"), { params: Promise.resolve({ id: "7" }) });
}

/** A route of an application with users of its own. */
export async function routeOfOwnUsers(users: ReadonlyMap<string, { readonly id: number; readonly name: string }>) {
  const jwt = new JwtManager({
    secret: process.env.JWT_SECRET_KEY,
    refreshStore: memoryRefreshStore(),
    findUser: ({ sub }) => users.get(sub),
  });
  const route = fetchDoor.requireToken(jwt)((request) => Response.json(jwt.authOf(request).user.name));
  const { accessToken, refreshToken } = await jwt.createTokens("7", { fresh: true });
  // @ts-expect-error An identity is a string.
  await jwt.createAccessToken(7);
  const rotated: Rotated = await jwt.rotateRefreshToken(refreshToken);
  return [accessToken, rotated.accessToken, await route(new Request("http://localhost"))];
}

/** Routes of Hono, which comes along with the package. */
export const honoHandlerOf = (auth: AuthServer): honoDoor.HonoHandler => honoDoor.toHandler(auth);

/** An act as a method. */
export async function logIn(auth: AuthServer): Promise<Grant | string> {
  try {
    return await auth.logIn({ username: "ada", password: "" });
  } catch (error) {
    if (isTokenError(error)) return error.reason;
    if (isAuthError(error)) return error.code;
    throw error;
  }
}

/** A program that asks an API as a user. */
export async function ask(fetcher: typeof fetch): Promise<Response> {
  const client: Client = createClient({ url: "http://localhost:4000", transport: "bearer", fetch: fetcher });
  await client.logIn({ username: "ada", password: "" });
  // @ts-expect-error A user has no password.
  client.user?.password;
  return requireOk(await client.fetch("http://localhost:5000/todos"));
}

/** A test of an application. */
export async function testRoute(): Promise<TestUser> {
  const { request, signUp, close } = await openTestAuth({ accessSeconds: 60 });
  await assertRefused(await request("GET", "/me", { token: forgeToken() }), { reason: "key_unknown" });
  // @ts-expect-error The clock of a test is its own.
  await openTestAuth({ now: Date.now });
  await close();
  return signUp("ada", { roles: ["admin"] });
}
