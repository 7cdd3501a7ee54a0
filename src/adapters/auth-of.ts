import type { Auth } from "../guard/create-guard.js";

// A registered symbol, so that two copies of the package find each other's.
const AUTH = Symbol.for("latchkey.auth");

/** Leaves who is calling with the request, for {@link authOf}. */
export function keepAuth(request: object, auth: Auth): void {
  Object.defineProperty(request, AUTH, { value: auth, configurable: true });
}

/** Who is calling, of a request that `requireToken` has let through; a `TypeError` for any other, since a guard is missing there. */
export function authOf<C extends Auth["claims"] = Auth["claims"]>(request: object): Auth<C> {
  const { [AUTH]: auth } = request as { readonly [AUTH]?: Auth<C> };
  if (auth === undefined)
    throw new TypeError("This request has passed no requireToken: nothing is known of its caller.");
  return auth;
}
