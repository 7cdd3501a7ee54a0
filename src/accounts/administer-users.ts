import { AuthError } from "../errors/auth-error.js";
import { requireGoodPassword } from "../passwords/password-rules.js";
import type { Page, RevocationRow, UserRow } from "../store/store.js";
import type { AccountParts } from "./account-parts.js";
import { takeBack } from "./end-session.js";
import { type ImportedUser, type ImportOptions, type ImportOutcome, importUsers } from "./import-users.js";
import { newUser, requireNames, type WantedNames } from "./new-user.js";
import { requireId, requireTexts } from "./require-texts.js";
import { requireRoles } from "./roles.js";
import { type UserView, viewOf } from "./user-view.js";
import { findUsernameKey } from "./username.js";

/** A user whom an administrator makes. */
export interface NewUser extends WantedNames {
  readonly password: string;
}

/** What an administrator does to users. A change throws `not_found` where nobody has the id. */
export interface UserAdmin {
  /** Makes an account without logging it in; throws what sign-up throws. */
  add(wanted: NewUser): Promise<UserView>;
  /** Who has this username, however it is typed, or this id. */
  find(nameOrId: string): Promise<UserView | undefined>;
  /** Users in the order of their making, 100 where no limit is given and 1000 at most. */
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
const LONGEST_PAGE = 1000;

/** Makes the administration of the users of a server. */
export function createUserAdmin(parts: AccountParts): UserAdmin {
  return { ...createUserLists(parts), ...createUserChanges(parts) };
}

function createUserLists(parts: AccountParts): Pick<UserAdmin, "add" | "find" | "list" | "import"> {
  const { users } = parts.store;
  return {
    async add(wanted) {
      requireTexts(wanted, ["username", "password"], ["email"]);
      const names = requireNames(wanted);
      requireGoodPassword(wanted.password, wanted);
      const passwordHash = await parts.passwords.hash(wanted.password);
      const user = newUser(names, { passwordHash, time: await parts.store.now() });
      const addition = await users.add(user);
      if (addition !== "added") throw new AuthError(addition);
      parts.log({ event: "user.added", user: user.id });
      return viewOf(user);
    },
    async find(nameOrId) {
      requireTexts({ nameOrId }, ["nameOrId"]);
      const user = await findUser(parts, nameOrId);
      return user && viewOf(user);
    },
    async list(page = {}) {
      const rows = await users.list(requirePage(page));
      return rows.map(viewOf);
    },
    import: (given, options) => importUsers(parts, given, options),
  };
}

function createUserChanges(parts: AccountParts): Omit<UserAdmin, "add" | "find" | "list" | "import"> {
  const { users } = parts.store;
  const apply = async (event: string, id: string, change: () => Promise<readonly RevocationRow[] | undefined>) => {
    requireId(id);
    const ended = await change();
    parts.userViews.forget();
    await takeBack(parts, ended ?? []);
    if (ended === undefined) throw new AuthError("not_found", { message: "There is no such user." });
    parts.log({ event, user: id });
  };
  return {
    disable: (id) => apply("user.disabled", id, () => users.disable(id)),
    enable: (id) => apply("user.enabled", id, async () => ((await users.enable(id)) ? [] : undefined)),
    delete: (id) => apply("user.deleted", id, () => users.remove(id)),
    setRoles: (id, roles) => apply("user.roles_set", id, async () => users.setRoles(id, requireRoles(roles))),
    setPassword: (id, password) =>
      apply("user.password_set", id, async () => {
        requireTexts({ password }, ["password"]);
        const user = await users.findById(id);
        if (user === undefined) return undefined;
        requireGoodPassword(password, user);
        const to = await parts.passwords.hash(password);
        return users.changePassword(id, { to }, { why: "password_changed" });
      }),
  };
}

function requirePage(page: Partial<Page>): Page {
  requireTexts(page, [], ["after"]);
  const { after, limit = PAGE } = page;
  if (after !== undefined) requireId(after);
  if (Number.isInteger(limit) && limit >= 1 && limit <= LONGEST_PAGE) return { after, limit };
  const message = `This must be a whole number from 1 to ${LONGEST_PAGE}.`;
  throw new AuthError("invalid_request", { fields: [{ field: "limit", message }] });
}

async function findUser({ store }: AccountParts, nameOrId: string): Promise<UserRow | undefined> {
  const key = findUsernameKey(nameOrId);
  // A text that can be no name can be no id either.
  if (key === undefined) return undefined;
  // No username looks like an id, so at most one of them is found.
  return (await store.users.findById(nameOrId)) ?? store.users.findByUsernameKey(key);
}
