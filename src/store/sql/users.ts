import type { Addition, TakenNames, UserRow, UserStore } from "../store.js";
import { type Act, ask } from "./act.js";
import type { Dialect, Driver } from "./driver.js";
import { toUser } from "./rows.js";
import { createSessionEndings } from "./session-endings.js";
import { startSession, toStart } from "./start-session.js";
import {
  deleteUser,
  findUserBy,
  findUsersOfAnyKey,
  insertUser,
  listUsers,
  replacePasswordHash,
  setDisabled,
  setPasswordHash,
  setRoles,
} from "./user-statements.js";

/** The users, in SQL. */
export function createUserStore(driver: Driver): UserStore {
  const { dialect } = driver;
  const start = startSession(dialect);
  const findByUsernameKey = findUserBy("username_key", dialect);
  const findById = findUserBy("id", dialect);
  const list = listUsers(dialect);
  const replace = replacePasswordHash(dialect);
  const findTaken = findUsersOfAnyKey(dialect);
  const addUser = createAddition(dialect);
  return {
    add: (user, session) =>
      driver.transact(function* () {
        const addition = yield* addUser(user);
        if (addition === "added" && session !== undefined) yield* ask(start(toStart(session, user)));
        return addition;
      }),
    addAll: (users) =>
      driver.transact(function* () {
        const additions: Addition[] = [];
        for (const user of users) additions.push(yield* addUser(user));
        return additions;
      }),
    async findTaken(user) {
      return whatIsTaken(user, await driver.read(findTaken(user)));
    },
    async findByUsernameKey(key) {
      const [row] = await driver.read(findByUsernameKey({ key }));
      return row && toUser(row);
    },
    async findById(id) {
      const [row] = await driver.read(findById({ key: id }));
      return row && toUser(row);
    },
    async list({ after = "", limit }) {
      const rows = await driver.read(list({ after, limit }));
      return rows.map(toUser);
    },
    async replacePasswordHash(id, from, to) {
      const replaced = await driver.write(replace({ id, from, to }));
      return replaced.length === 1;
    },
    ...changesOf(driver),
  };
}

/** What an administrator or the user changes, with the sessions that end by it. */
function changesOf(driver: Driver): Pick<UserStore, "changePassword" | "disable" | "enable" | "setRoles" | "remove"> {
  const { dialect } = driver;
  const replace = replacePasswordHash(dialect);
  const set = setPasswordHash(dialect);
  const disable = setDisabled(dialect, dialect.clock);
  const enable = setDisabled(dialect, null);
  const findById = findUserBy("id", dialect);
  const writeRoles = setRoles(dialect);
  const remove = deleteUser(dialect);
  const endings = createSessionEndings(dialect);
  return {
    changePassword: (id, { from, to }, ending) =>
      driver.transact(function* () {
        const changed = yield* ask(from === undefined ? set({ id, to }) : replace({ id, from, to }));
        return changed.length === 0 ? undefined : yield* endings.ofUser(id, ending);
      }),
    disable: (id) =>
      driver.transact(function* () {
        const disabled = yield* ask(disable({ id }));
        return disabled.length === 0 ? undefined : yield* endings.ofUser(id, { why: "user_disabled" });
      }),
    async enable(id) {
      const enabled = await driver.write(enable({ id }));
      return enabled.length === 1;
    },
    setRoles: (id, roles) =>
      driver.transact(function* () {
        const [user] = (yield* ask(findById({ key: id }))).map(toUser);
        if (user === undefined) return undefined;
        yield* ask(writeRoles({ id, roles: JSON.stringify(roles) }));
        const takesAway = user.roles.some((role) => !roles.includes(role));
        return takesAway ? yield* endings.tokensOfUser(id) : [];
      }),
    remove: (id) =>
      driver.transact(function* () {
        const revocations = yield* endings.ofUser(id, { why: "ended_by_admin" });
        const removed = yield* ask(remove({ id }));
        return removed.length === 0 ? undefined : revocations;
      }),
  };
}

function createAddition(dialect: Dialect): (user: UserRow) => Act<Addition> {
  const findTaken = findUsersOfAnyKey(dialect);
  const insert = insertUser(dialect);
  return function* (user) {
    const taken = whatIsTaken(user, yield* ask(findTaken(user)));
    if (taken !== undefined) return taken;
    yield* ask(insert({ ...user, roles: JSON.stringify(user.roles) }));
    return "added";
  };
}

function whatIsTaken(
  user: TakenNames,
  others: readonly Pick<UserRow, "usernameKey" | "usernameSkeleton">[],
): Exclude<Addition, "added"> | undefined {
  const isNameTaken = others.some(
    (other) => other.usernameKey === user.usernameKey || other.usernameSkeleton === user.usernameSkeleton,
  );
  if (isNameTaken) return "username_taken";
  return others.length > 0 ? "email_taken" : undefined;
}
