import { AuthError } from "../errors/auth-error.js";
import type { ClientSettings } from "./client-options.js";
import { requireOk, unreachable } from "./require-ok.js";
import type { User } from "./state.js";

/** The tokens of RFC 6749 section 5.1, as the server answers; without `refresh_token` where that is in the cookie. */
export interface Tokens {
  readonly token: string;
  readonly expires_in: number;
  readonly refresh_token?: string;
  readonly user: User;
}

/** What the client asks of the server. Each throws an `AuthError`. */
export interface ServerCalls {
  logIn(path: "/token" | "/signup", given: object): Promise<Tokens>;
  /** By the refresh token, or by the cookie without one. */
  refresh(refreshToken: string | undefined): Promise<Tokens>;
  logOut(token: string | undefined, refreshToken: string | undefined): Promise<void>;
}

interface Asked {
  readonly body?: object | undefined;
  readonly token?: string | undefined;
  readonly seconds?: number;
}

const REFRESH_SECONDS = 10;
// A log-in may have to wait for its turn.
const PATIENCE_SECONDS = 60;

/** Makes the calls of a client. With the transport `cookie` the cookie goes with each of them; the server looks at it where tokens are made or ended, and nowhere else. */
export function createServerCalls(settings: ClientSettings): ServerCalls {
  const { url, transport, cookies, origin = new URL(url).origin, onSetCookie } = settings;
  // Browsers set both themselves, and let nobody else do it.
  const rendering = typeof cookies === "string" && { cookie: cookies, origin };

  async function call(method: string, path: string, { body, token, seconds = PATIENCE_SECONDS }: Asked) {
    const headers = {
      // Who it is comes with the tokens.
      accept: "application/vnd.latchkey.session+json, application/json",
      ...(body && { "content-type": "application/json" }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...rendering,
    };
    const init: RequestInit = {
      method,
      headers,
      credentials: transport === "cookie" ? "include" : "omit",
      signal: AbortSignal.timeout(seconds * 1000),
      ...(body && { body: JSON.stringify(body) }),
    };
    const response = await settings.fetch(url + path, init).catch((cause) => {
      throw unreachable(cause);
    });
    for (const value of response.headers.getSetCookie?.() ?? []) onSetCookie?.(value);
    return requireOk(response);
  }

  const tokens = async (path: string, asked: Asked): Promise<Tokens> => {
    const response = await call("POST", path, asked);
    if (response.status === 204) throw new AuthError("invalid_grant", { reason: "no_cookie" });
    const answer = await requireAnswer<Omit<Tokens, "user"> & Partial<Tokens>>(response, "expires_in");
    // A server may tell the tokens alone.
    const { user = await requireAnswer<User>(await call("GET", "/me", answer), "id") } = answer;
    return { ...answer, user };
  };
  return {
    logIn: (path, given) => tokens(path, { body: { ...given, transport: transport === "cookie" ? "cookie" : "body" } }),
    refresh: (refreshToken) => tokens("/token/refresh", { body: bodyOf(refreshToken), seconds: REFRESH_SECONDS }),
    logOut: async (token, refreshToken) => void (await call("DELETE", "/token", { token, body: bodyOf(refreshToken) })),
  };
}

function bodyOf(refreshToken: string | undefined): object | undefined {
  return refreshToken === undefined ? undefined : { refresh_token: refreshToken };
}

/** The answer of a server that is ours: it has at least this member. */
async function requireAnswer<Answer>(response: Response, member: keyof Answer): Promise<Answer> {
  const answer: Answer | undefined = await response.json().catch(() => undefined);
  if (answer?.[member]) return answer;
  throw new AuthError("internal", { message: "This is no Latchkey server." });
}
