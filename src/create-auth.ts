import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import type { AccountParts, AccountSettings, Caller, LogEvent } from "./accounts/account-parts.js";
import { createKeyAdmin, type KeyAdmin } from "./accounts/administer-keys.js";
import { createSessionAdmin, type SessionAdmin } from "./accounts/administer-sessions.js";
import { createUserAdmin, type UserAdmin } from "./accounts/administer-users.js";
import { changePassword, type PasswordChange } from "./accounts/change-password.js";
import { type Follower, followRevocations } from "./accounts/follow-revocations.js";
import { type LogIn, logIn } from "./accounts/log-in.js";
import { type LogOut, logOut } from "./accounts/log-out.js";
import { type Refresh, refresh } from "./accounts/refresh.js";
import type { Grant } from "./accounts/session.js";
import { type SignUp, signUp } from "./accounts/sign-up.js";
import { AuthError } from "./errors/auth-error.js";
import { createGuard } from "./guard/create-guard.js";
import { createHandler, type Handler } from "./http/create-handler.js";
import { requireOrigins, requireServerUrl } from "./http/server-url.js";
import { masterKeyInFile, masterKeyOf } from "./keys/master-key.js";
import { openKeyRing } from "./keys/open-key-ring.js";
import { createPasswords } from "./passwords/create-passwords.js";
import { openStore } from "./store/open-store.js";
import type { Store } from "./store/store.js";
import { requireAlgorithm } from "./tokens/algorithms.js";
import {
  type Algorithm,
  createIssuer,
  createRevocations,
  createVerifier,
  type Jwks,
  type LocalVerifier,
  type Revocations,
  type Verifier,
} from "./tokens/index.js";
import { requireKnownOptions } from "./tokens/known-options.js";

export { AuthError, type ErrorCode, isAuthError } from "./errors/auth-error.js";
export type { RequestInfo } from "./http/create-handler.js";
export type { Caller, Grant, Handler, LogEvent, LogIn, LogOut, Refresh, SignUp };

/** The options of {@link createAuth}. Durations are in seconds; `now` answers in milliseconds. */
export interface AuthOptions {
  /** The path of the SQLite file, or `:memory:` for a database that ends with the process. */
  readonly database: string;
  /** Where the server is reached from outside: the `iss` of every token; its path is where the routes are mounted. */
  readonly url: string;
  /** The master key that encrypts all others: 32 random bytes in base64url. Without it, `master.key` in the data folder is used, and made for a new database. */
  readonly secret?: string;
  /** The folder of `master.key`; that of the database where it is not given. */
  readonly data?: string;
  /** Further audiences that a client may ask a token for. */
  readonly audiences?: readonly string[];
  /** The pages, besides the server's own, that may keep their refresh token in the cookie. */
  readonly origins?: readonly string[];
  /** The algorithm of a signing key that is made; ES256 where it is not given. */
  readonly algorithm?: Exclude<Algorithm, "HS256" | "HS384" | "HS512">;
  /** How long an access token lives: 600. */
  readonly accessSeconds?: number;
  /** How long a session lives without a refresh: 7 days. */
  readonly idleSeconds?: number;
  /** How long a session lives in all: 30 days. */
  readonly absoluteSeconds?: number;
  /** How long the predecessor of a refresh token still gets the same successor: 30. */
  readonly graceSeconds?: number;
  readonly now?: () => number;
  /** Gets every event; none of them holds a password, a token or a key. */
  readonly log?: (event: LogEvent) => void;
}

/** The whole server without a port: its HTTP handler, and its acts as methods that throw the same errors. */
export interface AuthServer extends Verifier {
  /** Answers a request to any of the routes. */
  readonly handler: Handler;
  /** The public keys, to publish. */
  readonly jwks: Jwks;
  /** Makes an account and logs it in. */
  signUp(wanted: SignUp, caller?: Caller): Promise<Grant>;
  /** Begins a session; throws `invalid_credentials` for a wrong name or password alike. */
  logIn(given: LogIn, caller?: Caller): Promise<Grant>;
  /** Exchanges a refresh token; throws `invalid_grant`. */
  refresh(given: Refresh, caller?: Caller): Promise<Grant>;
  /** Ends the sessions of the tokens given; their access tokens are refused when this resolves. */
  logOut(given: LogOut): Promise<void>;
  /** Replaces the password of a user and ends their other sessions; throws `invalid_credentials`. */
  changePassword(given: PasswordChange, caller?: Caller): Promise<void>;
  readonly users: UserAdmin;
  readonly sessions: SessionAdmin;
  readonly keys: KeyAdmin;
  /** From now on `/health/ready` answers 503, everything else as before. */
  drain(): void;
  /** Finishes what runs, and closes workers and database. */
  close(): Promise<void>;
}

const KNOWN: readonly (keyof AuthOptions)[] = [
  "database",
  "url",
  "secret",
  "data",
  "audiences",
  "origins",
  "algorithm",
  "accessSeconds",
  "idleSeconds",
  "absoluteSeconds",
  "graceSeconds",
  "now",
  "log",
];
const DAY = 86_400;

/**
 * Opens the database, the keys and the workers, and wires them. A `TypeError` names the option that is wrong.
 *
 * @example
 * const auth = await createAuth({ database: "./data/latchkey.db", url: "http://localhost:4000" });
 * const response = await auth.handler(new Request("http://localhost:4000/health/ready"));
 */
export async function createAuth(options: AuthOptions): Promise<AuthServer> {
  requireKnownOptions(options, "createAuth", KNOWN);
  if (typeof options.database !== "string" || options.database === "") {
    throw new TypeError("The database (LATCHKEY_DATABASE) must be the path of a SQLite file.");
  }
  const url = requireServerUrl(options.url);
  const settings = requireSettings(options, url);
  const origins = [new URL(url).origin, ...requireOrigins(options.origins ?? [])];
  const { now = Date.now } = options;
  const log = harmless(options.log);
  const given = options.secret === undefined ? undefined : masterKeyOf(options.secret, "The secret (LATCHKEY_SECRET)");
  const store = await openStore(options.database, now);
  try {
    const masterKey = given ?? (await findMasterKey(store, options));
    const keys = await openKeyRing({ store, masterKey, algorithm: options.algorithm ?? "ES256", now });
    const epoch = await store.epoch();
    const live = createRevocations({ now });
    // From here on nothing fails, so what has timers and threads need not be taken back.
    const follower = await followRevocations({ store, live, log });
    const parts = wireParts({ store, keys, epoch, live, follower, settings, url, now, log });
    let draining = false;
    const requireReady = async () => {
      if (draining) throw new AuthError("unavailable", { retryAfter: 1 });
      await store.ping();
    };
    const guard = createGuard(parts.verifier);
    const handler = createHandler({ accounts: parts, guard, url, origins, requireReady });
    return {
      ...verifying(parts.verifier),
      handler,
      jwks: parts.keys.jwks,
      signUp: (wanted, caller = {}) => signUp(parts, wanted, caller),
      logIn: (given, caller = {}) => logIn(parts, given, caller),
      refresh: (given, caller = {}) => refresh(parts, given, caller),
      logOut: (given) => logOut(parts, given),
      changePassword: (given, caller = {}) => changePassword(parts, given, caller),
      users: createUserAdmin(parts),
      sessions: createSessionAdmin(parts),
      keys: createKeyAdmin(parts),
      drain: () => {
        draining = true;
      },
      close: async () => {
        draining = true;
        follower.stop();
        await parts.passwords.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

interface Wiring extends Pick<AccountParts, "store" | "keys" | "epoch" | "settings" | "now" | "log"> {
  readonly live: Revocations;
  readonly follower: Follower;
  readonly url: string;
}

function wireParts({ live, follower, url, ...parts }: Wiring): AccountParts {
  const { keys, settings, now } = parts;
  const { accessSeconds, audiences } = settings;
  const own = { issuer: url, audience: url, now };
  return {
    ...parts,
    passwords: createPasswords(),
    issuer: createIssuer({ ...own, clientId: "latchkey", keys: [keys.signing], accessSeconds }),
    verifier: createVerifier({ ...own, keys: keys.verifying, revocations: live }),
    logOutVerifier: createVerifier({ ...own, audience: audiences, keys: keys.verifying, cache: false }),
    revocations: live,
    catchUp: follower.catchUp,
  };
}

async function findMasterKey(store: Store, { database, data }: AuthOptions): Promise<Uint8Array> {
  if (database === ":memory:") return randomBytes(32);
  const mayMake = (await store.keys.list()).length === 0;
  return masterKeyInFile(join(data ?? dirname(database), "master.key"), { mayMake });
}

function requireSettings(options: AuthOptions, url: string): AccountSettings {
  const { accessSeconds = 600, idleSeconds = 7 * DAY, absoluteSeconds = 30 * DAY, graceSeconds = 30 } = options;
  requireSeconds({ accessSeconds, idleSeconds, absoluteSeconds }, 1);
  requireSeconds({ graceSeconds }, 0);
  if (requireAlgorithm(options.algorithm ?? "ES256").kind === "hmac") {
    throw new TypeError(
      "The algorithm (LATCHKEY_ALGORITHM) must be an asymmetric one: others verify by the public key.",
    );
  }
  if (accessSeconds > DAY) throw new TypeError("accessSeconds must be a day at most.");
  for (const audience of options.audiences ?? []) {
    if (typeof audience !== "string" || audience === "")
      throw new TypeError("The audiences (LATCHKEY_AUDIENCES) must be a list of names, none of them empty.");
  }
  return { accessSeconds, idleSeconds, absoluteSeconds, graceSeconds, audiences: [url, ...(options.audiences ?? [])] };
}

function requireSeconds(durations: Readonly<Record<string, number>>, least: number): void {
  for (const [name, seconds] of Object.entries(durations)) {
    if (!Number.isInteger(seconds) || seconds < least)
      throw new TypeError(`${name} must be a whole number of seconds, ${least} or more.`);
  }
}

/** A log that fails costs its line, not the request. */
function harmless(log: AuthOptions["log"]): (event: LogEvent) => void {
  return (event) => {
    try {
      log?.(event);
    } catch {
      // There is no other place to say it.
    }
  };
}

function verifying({ verifySync, inspectSync, verify, explain, recognizes }: LocalVerifier): Verifier {
  return { verifySync, inspectSync, verify, explain, recognizes };
}
