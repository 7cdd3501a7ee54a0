import type { ClientSettings } from "./client-options.js";
import type { ClientParts } from "./client-parts.js";
import { pageOf } from "./page-of.js";
import { refusesToken, unreachable } from "./require-ok.js";

/** `fetch` with an access token. */
export type AuthFetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

/**
 * Makes the `fetch` of a client. It waits until it is known who is logged in, gets a new token where the present one is about to expire or is refused as `invalid_token`,
 * and sends the request a second time at most. Without anybody logged in the request goes without a token. Throws a `TypeError` for a
 * place that must not see the token, and an `AuthError` with the reason `offline` where nothing answers.
 */
export function createAuthFetch(
  { settings, session }: ClientParts,
  ready: () => Promise<unknown>,
  renew: () => Promise<void>,
): AuthFetch {
  const requireTrusted = createTrust(settings);
  // Whoever gave a signal need not wait for what others wait for.
  const inTime = <Result>(wait: Promise<Result>, { signal }: Request): Promise<Result> =>
    Promise.race([
      wait,
      new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
    ]);

  async function freshToken(): Promise<string | undefined> {
    await ready();
    const { held, state } = session;
    // Nobody knows, or a server knew it.
    if (held === undefined && /offline|signed-in/.test(state.status)) await renew();
    if (held !== undefined && performance.now() >= held.staleAt) {
      await renew().catch((error: unknown) => {
        // What still lives will do.
        if (performance.now() >= held.endsAt) throw error;
      });
    }
    return session.held?.token;
  }

  return async (input, init) => {
    const request = requestOf(settings, input, init);
    requireTrusted(new URL(request.url));
    const token = request.headers.has("authorization") ? undefined : await inTime(freshToken(), request);
    if (token === undefined) return send(settings, request);
    const response = await send(settings, withToken(request.clone(), token));
    if (!(await refusesToken(response))) return response;
    // Somebody else may have a newer one by now.
    if (session.held?.token === token) await inTime(renew(), request);
    const next = session.held?.token;
    return next === undefined || next === token ? response : send(settings, withToken(request, next));
  };
}

/** A URL that is relative is the page's. */
function requestOf(settings: ClientSettings, input: RequestInfo | URL, init?: RequestInit): Request {
  return new Request(typeof input === "string" ? new URL(input, pageOf(settings)) : input, init);
}

/**
 * Makes the check of whether a place may see the token: the hosts of the page and of the server may, whatever their ports, and what is listed; never in the clear where the
 * server is not.
 */
function createTrust(settings: ClientSettings): (target: URL) => void {
  const server = new URL(settings.url);
  const hosts = new Set([server.hostname, pageOf(settings).hostname]);
  const listed = new Set(settings.apis.map((api) => new URL(api).origin));
  return ({ origin, hostname, protocol }) => {
    const isNear = hosts.has(hostname) && (protocol === "https:" || protocol === server.protocol);
    if (isNear || listed.has(origin)) return;
    throw new TypeError(`${origin} gets no token: list it in apis, or use fetch itself.`);
  };
}

function withToken(request: Request, token: string): Request {
  request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

async function send(settings: ClientSettings, request: Request): Promise<Response> {
  try {
    return await settings.fetch(request);
  } catch (error) {
    // Whoever gave a signal gets its own reason.
    throw request.signal.aborted ? error : unreachable(error);
  }
}
