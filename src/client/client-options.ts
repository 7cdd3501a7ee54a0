import type { ClientState, SignedOutReason } from "./state.js";

/** Where a refresh token is kept with the transport `bearer`: `localStorage` fits, and so does anything with promises. */
export interface TokenStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/** The options of `createClient`. */
export interface ClientOptions {
  /** Where the server is: its issuer, with the path that it is mounted at. */
  readonly url: string;
  /** `cookie`: the refresh token is in a cookie that no script can read; `bearer`: it is in memory, and in `storage`. `cookie` where it is not given. */
  readonly transport?: "cookie" | "bearer";
  /** Keeps the refresh token over a reload, with the transport `bearer`. Any script of the page can read what is there. */
  readonly storage?: TokenStorage;
  /** Origins that get the access token besides the hosts of the page and of the server. */
  readonly apis?: readonly string[];
  /** Is called once each time that nobody is logged in any more. */
  readonly onSignedOut?: (reason: SignedOutReason) => void;
  /** Used in place of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** On a server: the `Cookie` header of the request that is answered. */
  readonly cookies?: string | null;
  /** On a server: is given the `Set-Cookie` that must go with the answer. Without it nothing is refreshed there. */
  readonly onSetCookie?: (value: string) => void;
  /** On a server: the origin of the page, which the server lists; that of `url` where it is not given. */
  readonly origin?: string;
  /** What a server rendered, to begin with. */
  readonly state?: ClientState;
}

/** Options that were checked. */
export interface ClientSettings extends Omit<ClientOptions, "url" | "transport" | "apis"> {
  /** Without a slash at the end. */
  readonly url: string;
  readonly transport: "cookie" | "bearer";
  readonly apis: readonly string[];
  readonly fetch: typeof fetch;
}

/** Checks the options; a `TypeError` names the one that is wrong. */
export function requireSettings(options: ClientOptions): ClientSettings {
  const { transport = "cookie", storage, apis = [] } = options;
  if (transport !== "cookie" && transport !== "bearer") throw new TypeError('transport must be "cookie" or "bearer".');
  if (transport === "cookie" && storage !== undefined) throw new TypeError('storage needs transport: "bearer".');
  return {
    ...options,
    url: requireUrl("url", options.url),
    transport,
    apis: apis.map((api) => requireUrl("apis", api)),
    // Called as a method of something else, a browser's fetch throws.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
  };
}

function requireUrl(name: string, url: unknown): string {
  const base = globalThis.location?.href;
  const parsed = typeof url === "string" && URL.canParse(url, base) ? new URL(url, base) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new TypeError(`${name} must be like https://auth.example.com.`);
  return parsed.origin + parsed.pathname.replace(/\/+$/, "");
}
