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
const AUTH: unique symbol = Symbol.for("latchkey.auth");

/** What every {@link Auth} inherits: other packages leave things of their own at `request.auth`. */
const MARK = Object.freeze({ [AUTH]: true });

/** The same with the mark by which {@link findAuth} knows it from anything else. */
export function markAuth<C extends Claims, U>(known: Auth<C, U>): Auth<C, U> {
  return Object.assign(Object.create(MARK), known);
}

/** Leaves with a request who is calling, for {@link authOf}; `undefined` where nobody needs to be known. */
export function keepAuth(request: object, auth: Auth | undefined): void {
  (request as { [AUTH]?: Auth | undefined })[AUTH] = auth;
}

/**
 * Leaves who is calling at `request.auth`, and for {@link authOf}. One property does both: Express changes the prototype of its requests, and V8 takes
 * two microseconds for each property that such an object gets.
 */
export function exposeAuth(request: object, auth: Auth | undefined): void {
  (request as { auth?: Auth | undefined }).auth = auth;
  if (auth === undefined) keepAuth(request, auth);
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
  const { auth } = request as { readonly auth?: Auth<C, U> | null };
  if (typeof auth === "object" && auth !== null && AUTH in auth) return auth;
  if (AUTH in request) return request[AUTH] as Auth<C, U> | undefined;
  throw new TypeError("This request has passed no requireToken: nothing is known of its caller.");
}
