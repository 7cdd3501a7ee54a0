import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";

/** The users of the lesson in SQLite: a name, and the hash of a password (Argon2id) in place of the password. No id is given out twice, so that a token of somebody who is gone never becomes somebody else's. */
export function createUsers(database) {
  database.exec(`create table if not exists user (
    id integer primary key autoincrement,
    username text not null unique,
    password_hash text not null
  )`);
  const byId = database.prepare("select id, username from user where id = ?");
  const byName = database.prepare("select id, username, password_hash from user where username = ?");
  const insert = database.prepare("insert or ignore into user (username, password_hash) values (?, ?)");
  const count = database.prepare("select count(*) as users from user");
  // A name that nobody has costs what a wrong password costs, so that the time tells nothing.
  const nobody = hash(randomBytes(32));

  return {
    close: () => database.close(),
    isEmpty: () => count.get().users === 0,
    find: (id) => byId.get(id),
    async add(username, password) {
      insert.run(username, await hash(password));
    },
    /** The user of that name where the password is theirs. */
    async findByPassword(username, password) {
      const user = byName.get(username);
      const matches = await verify(user?.password_hash ?? (await nobody), password);
      return user !== undefined && matches ? user : undefined;
    },
  };
}
