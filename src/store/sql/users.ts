import type { UserStore } from "../store.js";
import { ask } from "./act.js";
import type { Dialect, Driver } from "./driver.js";
import { compileOnce, type Statement } from "./query.js";
import { type StoredUser, toUser, USER_FIELDS } from "./rows.js";
import { startSession } from "./sessions.js";

/** The users, in SQL. */
export function createUserStore(driver: Driver): UserStore {
  const { dialect } = driver;
  const findTaken = findUsersOfEitherKey(dialect);
  const insert = insertUser(dialect);
  const start = startSession(dialect);
  const findByUsernameKey = findUserBy("username_key", dialect);
  const findById = findUserBy("id", dialect);
  const replace = replacePasswordHash(dialect);
  return {
    add: (user, session) =>
      driver.transact(function* () {
        const taken = yield* ask(findTaken(user));
        if (taken.some((other) => other.usernameKey === user.usernameKey)) return "username_taken";
        if (taken.length > 0) return "email_taken";
        yield* ask(insert({ ...user, roles: JSON.stringify(user.roles) }));
        yield* ask(start({ ...session, amr: JSON.stringify(session.amr), passwordHash: user.passwordHash }));
        return "added";
      }),
    async findByUsernameKey(key) {
      const [row] = await driver.read(findByUsernameKey({ key }));
      return row && toUser(row);
    },
    async findById(id) {
      const [row] = await driver.read(findById({ key: id }));
      return row && toUser(row);
    },
    async replacePasswordHash(id, from, to) {
      const replaced = await driver.write(replace({ id, from, to }));
      return replaced.length === 1;
    },
  };
}

function findUsersOfEitherKey({ queries }: Dialect) {
  return compileOnce((user: { readonly usernameKey: string; readonly emailKey: string | null }) =>
    queries
      .selectFrom("users")
      .select("username_key as usernameKey")
      .where((eb) => eb.or([eb("username_key", "=", user.usernameKey), eb("email_key", "=", user.emailKey)])),
  );
}

function insertUser({ queries }: Dialect) {
  return compileOnce((user: StoredUser) =>
    queries.insertInto("users").values({
      id: user.id,
      username: user.username,
      username_key: user.usernameKey,
      email: user.email,
      email_key: user.emailKey,
      password_hash: user.passwordHash,
      roles: user.roles,
      created_at: user.createdAt,
    }),
  );
}

function findUserBy(column: "id" | "username_key", { queries }: Dialect): Statement<{ key: string }, StoredUser> {
  return compileOnce(({ key }: { key: string }) =>
    queries
      .selectFrom("users")
      .select(["id", ...USER_FIELDS, "created_at as createdAt"])
      .where(column, "=", key),
  );
}

function replacePasswordHash({ queries }: Dialect) {
  return compileOnce((values: { id: string; from: string; to: string }) =>
    queries
      .updateTable("users")
      .set({ password_hash: values.to })
      .where("id", "=", values.id)
      .where("password_hash", "=", values.from)
      .returning("id"),
  );
}
