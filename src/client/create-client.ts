import { type ClientOptions, requireSettings } from "./client-options.js";
import type { ClientParts } from "./client-parts.js";
import { type AuthFetch, createAuthFetch } from "./create-auth-fetch.js";
import { createPeers, type Word } from "./create-peers.js";
import { createRenewal, heldOf, isOlder, tellPeers } from "./create-renewal.js";
import { createServerCalls } from "./create-server-calls.js";
import { createSession } from "./create-session.js";
import { createTurns } from "./create-turns.js";
import { createVault } from "./create-vault.js";
import { requireOk } from "./require-ok.js";
import { restore } from "./restore.js";
import { type AccessClaims, type ClientState, lifeOf, type User } from "./state.js";
import { warnOfSites } from "./warnings.js";

export { AuthError, type ErrorCode, type FieldError, isAuthError } from "../errors/auth-error.js";
export type { ClientOptions, TokenStorage } from "./client-options.js";
export type { AuthFetch } from "./create-auth-fetch.js";
export { requireOk } from "./require-ok.js";
export type { AccessClaims, ClientState, SignedOutReason, Status, User } from "./state.js";

/** A log-in. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** A sign-up. */
export interface NewAccount extends Credentials {
  readonly email?: string;
}

/** Logs people in and out, and keeps them logged in. `Extra` are the claims that the server adds to its tokens. */
export interface Client<Extra extends object = object> {
  /** Who is logged in; the same object until that changes. */
  readonly state: ClientState<AccessClaims & Extra>;
  /** The state that a server renders, and with which the browser's first rendering must begin. */
  readonly rendered: ClientState<AccessClaims & Extra>;
  readonly user: User | null;
  readonly claims: (AccessClaims & Extra) | null;
  /** Is fulfilled with the state when it was found out at the start who is logged in; never rejected. */
  readonly ready: Promise<ClientState<AccessClaims & Extra>>;
  /** Makes an account and logs in; throws an `AuthError`. */
  signUp(account: NewAccount): Promise<User>;
  /** Logs in, in this tab and all others; throws an `AuthError`. */
  logIn(credentials: Credentials): Promise<User>;
  /** Logs out, here and in all other tabs, and with `everywhere` on all devices. Throws where the server cannot be reached: then one is still logged in. */
  logOut(options?: { readonly everywhere?: boolean }): Promise<void>;
  /** `fetch` with the access token, which is renewed where that is needed. */
  readonly fetch: AuthFetch;
  /** Calls a function at every change, until the function that it answers is called. */
  subscribe(listener: (state: ClientState<AccessClaims & Extra>) => void): () => void;
  /** Leaves the other tabs and stops all waiting. */
  close(): void;
}

/** Makes a client; it begins at once to find out who is logged in. A `TypeError` names an option that is wrong. */
export function createClient<Extra extends object = object>(options: ClientOptions): Client<Extra> {
  const settings = requireSettings(options);
  warnOfSites(settings);
  const parts = createParts(settings);
  const { session, peers, turns } = parts;
  const closing = new AbortController();
  const renew = createRenewal(parts);
  const ready = restore(parts, renew, closing.signal).then(() => session.state);
  const authFetch = createAuthFetch(parts, () => ready, renew);
  const client: Client = {
    get state() {
      return session.state;
    },
    get rendered() {
      // On a server what is known is what is rendered.
      return globalThis.window ? session.rendered : session.state;
    },
    get user() {
      return session.state.user;
    },
    get claims() {
      return session.state.claims;
    },
    ready,
    signUp: (account) => enter(parts, "/signup", account),
    logIn: (credentials) => enter(parts, "/token", credentials),
    logOut: ({ everywhere = false } = {}) => leave(parts, authFetch, everywhere),
    fetch: authFetch,
    subscribe: session.subscribe,
    close() {
      closing.abort();
      turns.drop();
      peers.close();
    },
  };
  // What stands in the tokens is known to who asks for this type, and to nobody here.
  return client as Client<Extra>;
}

function createParts(settings: ClientParts["settings"]): ClientParts {
  const session = createSession(settings);
  const vault = createVault(settings);
  const name = `latchkey:${settings.transport}:${settings.url}`;
  const peers = createPeers(name);
  peers.listen((word) => hear({ session, vault }, word));
  return { settings, session, vault, peers, calls: createServerCalls(settings), turns: createTurns(name, peers) };
}

/** What another tab says holds here too. */
function hear({ session, vault }: Pick<ClientParts, "session" | "vault">, word: Word | undefined): void {
  const former = session.held?.refreshToken;
  if (word?.type === "out") session.end("other_tab");
  // A tab of another version may say what is nothing to this one, and a busy one hears this after it has refreshed by itself.
  else if (word?.type !== "session" || !word.user || isOlder(session, word.token)) return;
  else session.renew({ ...word, ...lifeOf(word.seconds) });
  // A storage that tabs share has what was told already, or what is newer: a tab that was frozen hears of all that it missed.
  void vault.write(session.held?.refreshToken, former);
}

async function enter(parts: ClientParts, path: "/token" | "/signup", given: NewAccount): Promise<User> {
  const { session, calls, vault, peers, turns } = parts;
  const release = await turns.take();
  try {
    const held = heldOf(await calls.logIn(path, given));
    await vault.write(held.refreshToken);
    session.begin(held);
    tellPeers(peers, held);
    return held.user;
  } finally {
    release();
  }
}

async function leave(parts: ClientParts, authFetch: AuthFetch, everywhere: boolean): Promise<void> {
  const { session, settings, calls, vault, peers, turns } = parts;
  if (everywhere) {
    const response = await authFetch(`${settings.url}/me/sessions`, { method: "DELETE" });
    // Who is not logged in any more has nothing to end.
    if (response.status !== 401) await requireOk(response);
  }
  const release = await turns.take();
  try {
    await calls.logOut(session.held?.token, await vault.read());
  } finally {
    release();
  }
  await vault.write(undefined);
  session.end("log_out");
  peers.say({ type: "out" });
}
