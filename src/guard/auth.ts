import type { Claims, Header } from "../tokens/index.js";
import type { Location } from "./places.js";

/** Who is calling: the token's claims and header, whose it is, the user where a protector finds one, and where the token lay. */
export interface Auth<C extends Claims = Claims, U = unknown> {
  readonly claims: C;
  readonly header: Header;
  readonly identity: string;
  readonly user: U;
  readonly location: Location;
}

// A registered symbol, so that two copies of the package find each other's.
const AUTH = Symbol.for("latchkey.auth");

/** Leaves with the request who is calling, for {@link authOf}; `undefined` where nobody needs to be known. */
export function keepAuth(request: object, auth: Auth | undefined): void {
  Object.defineProperty(request, AUTH, { value: auth, configurable: true });
}

/**
 * Who is calling, of a request that `requireToken` has let through; a `TypeError` for any other, since a guard is missing there. On an optional
 * route ask {@link findAuth}, whose type says that there may be nobody.
 */
export function authOf<C extends Claims = Claims, U = unknown>(request: object): Auth<C, U> {
  return findAuth<C, U>(request) as Auth<C, U>;
}

/** As {@link authOf}, for routes that let requests without a token through: `undefined` for those. */
export function findAuth<C extends Claims = Claims, U = unknown>(request: object): Auth<C, U> | undefined {
  if (!(AUTH in request))
    throw new TypeError("This request has passed no requireToken: nothing is known of its caller.");
  return request[AUTH] as Auth<C, U> | undefined;
}
