import type { AccountParts, Caller } from "../accounts/account-parts.js";
import type { Auth, Guard } from "../guard/create-guard.js";

/** What the routes work with. */
export interface HttpParts {
  readonly accounts: AccountParts;
  readonly guard: Guard;
  /** The issuer: where the server is reached from outside, without a slash at the end. */
  readonly url: string;
  /** The pages that may use the cookie: the server's own origin and the listed ones. */
  readonly origins: readonly string[];
  /** Throws `unavailable` while the server cannot take requests. */
  readonly requireReady: () => Promise<void>;
}

/** One request on its way through a route. */
export interface Call {
  readonly request: Request;
  readonly caller: Caller;
  readonly parts: HttpParts;
}

/** A request whose access token was verified. */
export interface AuthorizedCall extends Call {
  readonly auth: Auth;
}
