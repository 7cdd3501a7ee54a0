import { AuthError } from "../errors/auth-error.js";
import { requireGoodPassword } from "../passwords/password-rules.js";
import type { Page, RevocationRow, UserRow } from "../store/store.js";
import type { AccountParts } from "./account-parts.js";
import { takeBack } from "./end-session.js";
import { type ImportedUser, type ImportOptions, type ImportOutcome, importUsers } from "./import-users.js";
import { newUser, requireNames, type WantedNames } from "./new-user.js";
import { requireRoles } from "./roles.js";
import { type UserView, viewOf } from "./user-view.js";
import { findUsernameKey } from "./username.js";

/** A user whom an administrator makes. */
export interface NewUser extends WantedNames {
  readonly password: string;
}

/** What an administrator does to users. Every method that takes an id throws `not_found` where nobody has it. */
export interface UserAdmin {
  /** Makes an account without logging it in; throws what sign-up throws. */
  add(wanted: NewUser): Promise<UserView>;
  /** Who has this username, however it is typed, or this id. */
  find(nameOrId: string): Promise<UserView | undefined>;
  /** Users in the order of their making, 100 where no limit is given. */
  list(page?: Partial<Page>): Promise<readonly UserView[]>;
  /** Ends every session and refuses every log-in, until `enable`. */
  disable(id: string): Promise<void>;
  enable(id: string): Promise<void>;
  /** Deletes the account with its sessions. */
  delete(id: string): Promise<void>;
  /** Replaces the roles. Where one is taken away, access tokens made before are refused; the sessions go on. */
  setRoles(id: string, roles: readonly string[]): Promise<void>;
  /** Replaces the password and ends every session. */
  setPassword(id: string, password: string): Promise<void>;
  /** Adds users of another system, 500 at a time or so; see {@link importUsers}. */
  import(users: readonly ImportedUser[], options?: ImportOptions): Promise<readonly ImportOutcome[]>;
}

const PAGE = 100;

/** Makes the administration of the users of a server. */
export function createUserAdmin(parts: AccountParts): UserAdmin {
  const { users } = parts.store;
  const applied = (event: string, id: string, ended: readonly RevocationRow[] | undefined) => {
    if (ended === undefined) throw new AuthError("not_found", { message: "There is no such user." });
    takeBack(parts, ended);
    parts.log({ event, user: id });
  };
  return {
    async add(wanted) {
      const names = requireNames(wanted);
      requireGoodPassword(wanted.password);
      const user = newUser(names, await parts.passwords.hash(wanted.password), await parts.store.now());
      const addition = await users.add(user);
      if (addition !== "added") throw new AuthError(addition);
      parts.log({ event: "user.added", user: user.id });
      return viewOf(user);
    },
    async find(nameOrId) {
      const user = await findUser(parts, nameOrId);
      return user && viewOf(user);
    },
    async list({ after, limit = PAGE } = {}) {
      const rows = await users.list({ after, limit });
      return rows.map(viewOf);
    },
    disable: async (id) => applied("user.disabled", id, await users.disable(id)),
    enable: async (id) => applied("user.enabled", id, (await users.enable(id)) ? [] : undefined),
    delete: async (id) => applied("user.deleted", id, await users.remove(id)),
    setRoles: async (id, roles) => applied("user.roles_set", id, await users.setRoles(id, requireRoles(roles))),
    async setPassword(id, password) {
      requireGoodPassword(password);
      const to = await parts.passwords.hash(password);
      applied("user.password_set", id, await users.changePassword(id, { to }, { why: "password_changed" }));
    },
    import: (given, options) => importUsers(parts, given, options),
  };
}

async function findUser({ store }: AccountParts, nameOrId: string): Promise<UserRow | undefined> {
  // The id first: a username can be chosen to look like somebody's id.
  const byId = await store.users.findById(nameOrId);
  const key = findUsernameKey(nameOrId);
  return byId ?? (key === undefined ? undefined : store.users.findByUsernameKey(key));
}
