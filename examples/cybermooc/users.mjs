import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import bcrypt from "bcryptjs";

const SHORTEST_PASSWORD = 8;

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The first of some texts that is none, or empty, in the course's words. */
export function faultOfTexts(texts) {
  for (const [name, value] of Object.entries(texts)) {
    if (value === undefined || value === "") return `${name} is empty`;
    if (typeof value !== "string") return `${name} must be a string`;
  }
  return undefined;
}

/** The users: names, e-mail addresses, and hashes of passwords. */
export function createUsers(database) {
  const byId = database.prepare("select id, username, email from users where id = ?");
  const byName = database.prepare("select id, username, password_hash from users where username = ?");
  const byEmail = database.prepare("select id from users where email = ?");
  const insert = database.prepare("insert into users (username, email, password_hash, created_at) values (?, ?, ?, ?)");
  const rehash = database.prepare("update users set password_hash = ? where id = ? and password_hash = ?");
  // A name that nobody has costs what a wrong password costs, so that the time tells nothing.
  const nobody = hash(randomBytes(32));

  return {
    find: (id) => byId.get(id),
    /** What is wrong with a new user, as the course says it; `undefined` where nothing is. */
    faultOf(wanted) {
      const fault = faultOfTexts(wanted);
      if (fault !== undefined) return fault;
      if (byName.get(wanted.username) !== undefined) return "username already used";
      if (byEmail.get(wanted.email) !== undefined) return "email already used";
      if (!EMAIL.test(wanted.email)) return "email is not an email address";
      return wanted.password.length < SHORTEST_PASSWORD
        ? `password is shorter than ${SHORTEST_PASSWORD} characters`
        : undefined;
    },
    /** Adds a user; `undefined` where somebody else was faster with the name or the address. */
    async add({ username, email, password }) {
      const passwordHash = await hash(password);
      if (byName.get(username) !== undefined || byEmail.get(email) !== undefined) return undefined;
      insert.run(username, email, passwordHash, Date.now());
      return byName.get(username);
    },
    /** The user of that name where the password is theirs. A hash that the course's bcrypt made is replaced. */
    async findByPassword(username, password) {
      const user = byName.get(username);
      const kept = user?.password_hash ?? (await nobody);
      const isOld = kept.startsWith("$2");
      const matches = isOld ? await bcrypt.compare(password, kept) : await verify(kept, password);
      if (user === undefined || !matches) return undefined;
      if (isOld) rehash.run(await hash(password), user.id, kept);
      return user;
    },
  };
}
