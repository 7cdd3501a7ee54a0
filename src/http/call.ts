import type { AccountParts, Caller } from "../accounts/account-parts.js";
import type { Auth } from "../guard/auth.js";
import type { Guard } from "../guard/create-guard.js";
import type { OpenApiAnswer } from "./answers.js";
import type { TrustedProxies } from "./client-address.js";
import type { PageParts } from "./pages/open-pages.js";
import type { Published } from "./published.js";

/** What a handler is made of. */
export interface HttpParts extends PageParts {
  readonly accounts: AccountParts;
  readonly guard: Guard;
  /** The issuer: where the server is reached from outside, without a slash at the end. */
  readonly url: string;
  /** The pages that may use the cookie and read answers: the server's own origin and the listed ones. */
  readonly origins: readonly string[];
  /** Those whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: TrustedProxies;
  /** Throws `unavailable` while the server cannot take requests. */
  readonly requireReady: () => Promise<void>;
}

/** What the routes work with. */
export interface RouteParts extends HttpParts {
  /** The OpenAPI document, printed when it is first asked for. */
  readonly openApi: () => Published<OpenApiAnswer>;
}

/** One request on its way through a route. */
export interface Call {
  readonly request: Request;
  /** What stands in the path where the route has `{names}`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Who is asking, found when it is wanted: most routes do not. */
  readonly caller: () => Caller;
  readonly parts: RouteParts;
}

/** A request whose access token was verified. */
export interface AuthorizedCall extends Call {
  readonly auth: Auth;
}
