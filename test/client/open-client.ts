import { createAuth } from "latchkey";
import { type Client, type ClientOptions, createClient } from "latchkey/client";
import { afterAll, afterEach } from "vitest";
import { type InProcessBrowser, openInProcessBrowser, PAGE, SERVER } from "./in-process-browser.js";

export { PAGE, SERVER } from "./in-process-browser.js";

export const PASSWORD = "seven wild geese at dawn";

let time = Date.now();

/** An auth of its own for each test file, on a clock that is moved by hand. */
export const auth = await createAuth({
  database: ":memory:",
  url: SERVER,
  origins: [PAGE],
  now: () => time,
  log: () => {},
});

export function advance(seconds: number): void {
  time += seconds * 1000;
}

const clients: Client[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

afterAll(() => auth.close());

/** A network and a client, which leaves when the test ends. */
export type Opened = ReturnType<typeof open>;

export function open(options: Partial<ClientOptions> = {}, network = openInProcessBrowser(auth)) {
  const client = createClient({ url: SERVER, fetch: network.fetch, transport: "bearer", ...options });
  clients.push(client);
  return { client, network };
}

let names = 0;

/** Somebody new. */
export async function addUser(roles: readonly string[] = []) {
  names += 1;
  const credentials = { username: `ada-${names}`, password: PASSWORD };
  const { id } = await auth.users.add({ ...credentials, roles });
  return { id, credentials };
}

/** A client with which somebody new has logged in. */
export async function openSignedIn(options: Partial<ClientOptions> = {}, roles: readonly string[] = []) {
  const user = await addUser(roles);
  const opened = open(options);
  await opened.client.logIn(user.credentials);
  opened.network.lines.length = 0;
  return { ...opened, ...user };
}

/** An API that tells what it got. */
export function echo(request: Request): Promise<Response> {
  return request.text().then((body) =>
    Response.json({
      method: request.method,
      body,
      token: request.headers.get("authorization"),
      type: request.headers.get("content-type"),
    }),
  );
}

/** What a guard answers to a token that it refuses. */
export function refuseToken(): Response {
  return Response.json(
    { type: "about:blank", title: "The token was refused.", status: 401, code: "invalid_token", reason: "expired" },
    { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } },
  );
}

/** A user, as an auth that was made up answers. */
export const USER = { id: "7", username: "ada", email: null, roles: [], created_at: "2027-01-01T00:00:00.000Z" };

/** Holds back what is asked for a refresh: `begun` is fulfilled when it was, and `go` lets it through. */
export function holdRefresh(network: InProcessBrowser): { readonly begun: Promise<void>; readonly go: () => void } {
  let go: () => void = () => {};
  const gate = new Promise<undefined>((resolve) => {
    go = () => resolve(undefined);
  });
  const begun = new Promise<void>((resolve) => {
    network.detour = ({ url }) => {
      if (!url.endsWith("/token/refresh")) return undefined;
      resolve();
      return gate;
    };
  });
  return { begun, go };
}
