import type { Caller, LogEvent } from "./accounts/account-parts.js";
import { createKeyAdmin, type KeyAdmin, type KeyView } from "./accounts/administer-keys.js";
import { createSessionAdmin, type SessionAdmin } from "./accounts/administer-sessions.js";
import { createUserAdmin, type NewUser, type UserAdmin } from "./accounts/administer-users.js";
import { changePassword, type PasswordChange } from "./accounts/change-password.js";
import type { ImportedUser, ImportOptions, ImportOutcome } from "./accounts/import-users.js";
import { type LogIn, logIn } from "./accounts/log-in.js";
import { type LogOut, logOut } from "./accounts/log-out.js";
import type { SessionView } from "./accounts/own-sessions.js";
import { type Refresh, refresh } from "./accounts/refresh.js";
import type { Grant } from "./accounts/session.js";
import { type SignUp, signUp } from "./accounts/sign-up.js";
import type { UserView } from "./accounts/user-view.js";
import { type AuthOptions, requireOptions } from "./create-auth/auth-options.js";
import { openParts } from "./create-auth/open-parts.js";
import { AuthError } from "./errors/auth-error.js";
import { createGuard } from "./guard/create-guard.js";
import { createHandler, type Handler } from "./http/create-handler.js";
import type { BrandOptions } from "./http/pages/brand.js";
import type { Jwks, LocalVerifier, Verifier } from "./tokens/index.js";

export { AuthError, type AuthErrorOptions, type ErrorCode, type FieldError, isAuthError } from "./errors/auth-error.js";
export type { RequestInfo } from "./http/create-handler.js";
export type { KeyPurpose, Page, Transport } from "./store/store.js";
export type {
  AuthOptions,
  BrandOptions,
  Caller,
  Grant,
  Handler,
  ImportedUser,
  ImportOptions,
  ImportOutcome,
  KeyAdmin,
  KeyView,
  LogEvent,
  LogIn,
  LogOut,
  NewUser,
  PasswordChange,
  Refresh,
  SessionAdmin,
  SessionView,
  SignUp,
  UserAdmin,
  UserView,
};

/** The whole server without a port: its HTTP handler, and its acts as methods that throw the same errors. */
export interface AuthServer extends Verifier {
  /** Answers a request to any of the routes. */
  readonly handler: Handler;
  /** The public keys of this moment, to publish. */
  readonly jwks: Jwks;
  /** Lists, rotates and revokes the keys of the server. */
  readonly keys: KeyAdmin;
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
  /** What an administrator does to users. */
  readonly users: UserAdmin;
  /** What an administrator does to sessions. */
  readonly sessions: SessionAdmin;
  /** From now on `/health/ready` answers 503, everything else as before. */
  drain(): void;
  /** Finishes what runs, and closes workers and database. */
  close(): Promise<void>;
}

/**
 * Opens the database, the keys and the workers, and wires them. A `TypeError` names the option that is wrong.
 *
 * @example
 * const auth = await createAuth({ database: "./data/latchkey.db", url: "http://localhost:4000" });
 * const response = await auth.handler(new Request("http://localhost:4000/health/ready"));
 */
export async function createAuth(options: AuthOptions): Promise<AuthServer> {
  const checked = requireOptions(options);
  const { parts, close } = await openParts(options, checked);
  const { url, origins, trustedProxies, brand } = checked;
  let draining = false;
  const requireReady = async () => {
    if (draining) throw new AuthError("unavailable", { retryAfter: 1 });
    await parts.store.ping();
  };
  const guard = createGuard(parts.verifier);
  return {
    ...verifying(parts.verifier),
    handler: createHandler({ accounts: parts, guard, url, origins, trustedProxies, brand, requireReady }),
    get jwks() {
      return parts.keys.jwks;
    },
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
    close: () => {
      draining = true;
      return close();
    },
  };
}

function verifying({ verifySync, inspectSync, verify, explain, recognizes, now }: LocalVerifier): Verifier {
  return { verifySync, inspectSync, verify, explain, recognizes, now };
}
