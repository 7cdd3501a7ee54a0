import { randomBytes } from "node:crypto";
import { type AuthOptions, type AuthServer, createAuth, type LogEvent } from "../create-auth.js";
import { createClock, type TestClock } from "./clock.js";

/** An account of a test, with the tokens of its first log-in. */
export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly token: string;
  readonly refreshToken: string;
}

/** What a request of a test says; `json` becomes the body. */
export interface TestRequest {
  readonly token?: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A whole auth in memory. */
export interface TestAuth {
  readonly auth: AuthServer;
  readonly clock: TestClock;
  /** What the auth has told its log. */
  readonly events: readonly LogEvent[];
  /** Makes an account with these roles, and logs it in with them. */
  signUp(username: string, options?: { readonly roles?: readonly string[] }): Promise<TestUser>;
  /** Sends a request to the handler, to a path under the auth's URL. */
  request(method: string, path: string, options?: TestRequest): Promise<Response>;
  close(): Promise<void>;
}

const URL_OF_TESTS = "http://localhost:4000";

/** Opens an auth on a database in memory and a clock that stands still. Any option of `createAuth` may be given. Close it when the test ends. */
export async function openTestAuth(
  options: Partial<Omit<AuthOptions, "now">> & { readonly clock?: TestClock } = {},
): Promise<TestAuth> {
  const { clock = createClock(), log, ...rest } = options;
  const events: LogEvent[] = [];
  const auth = await createAuth({
    database: ":memory:",
    url: URL_OF_TESTS,
    ...rest,
    now: clock.now,
    log: (event) => {
      events.push(event);
      log?.(event);
    },
  });
  const url = (rest.url ?? URL_OF_TESTS).replace(/\/$/, "");
  return {
    auth,
    clock,
    events,
    async signUp(username, { roles = [] } = {}) {
      const password = randomBytes(12).toString("base64url");
      const { id } = await auth.users.add({ username, password, roles });
      const { token, refreshToken } = await auth.logIn({ username, password });
      if (refreshToken === undefined) throw new TypeError("The log-in gave no refresh token.");
      return { id, username, password, token, refreshToken };
    },
    request: (method, path, { token, json, headers = {} } = {}) =>
      auth.handler(
        new Request(url + path, {
          method,
          headers: {
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(json !== undefined && { "content-type": "application/json" }),
            ...headers,
          },
          ...(json !== undefined && { body: JSON.stringify(json) }),
        }),
        { address: "127.0.0.1" },
      ),
    close: () => auth.close(),
  };
}
