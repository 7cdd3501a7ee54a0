import { AuthError } from "../errors/auth-error.js";
import type { Store } from "../store/store.js";
import { type UserView, viewOf } from "./user-view.js";

/** What users may see of themselves, so that a token seen before is answered without the database. */
export interface UserViews {
  /** The user of verified claims. Throws `invalid_token` where the account is gone. */
  of(claims: { readonly sub: string }): Promise<UserView>;
  /** Forgets all: somebody has written to a user. */
  forget(): void;
}

/** Makes the views of the users in a store. One is kept as long as the claims that asked are, which the verifier does in bounds. */
export function createUserViews({ users }: Pick<Store, "users">): UserViews {
  let views = new WeakMap<object, UserView>();
  return {
    async of(claims) {
      const known = views.get(claims);
      if (known !== undefined) return known;
      const asked = views;
      const user = await users.findById(claims.sub);
      if (user === undefined) throw new AuthError("invalid_token");
      const view = viewOf(user);
      // What was read before everything was forgotten is told once and not kept.
      asked.set(claims, view);
      return view;
    },
    forget() {
      views = new WeakMap();
    },
  };
}
