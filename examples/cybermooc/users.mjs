import { isText } from "../open-database.mjs";
import { createPasswords } from "./passwords.mjs";

const SHORTEST_PASSWORD = 8;
const LONGEST_NAME = 64;
const LONGEST_EMAIL = 254;

// Nothing that cannot be seen, with which a name could pass for another: no control characters, and no space but one between two words.
const NAME = /^[^\p{C}\p{Z}]+(?: [^\p{C}\p{Z}]+)*$/u;
const EMAIL = /^[^\s@\p{C}]+@[^\s@\p{C}]+\.[^\s@\p{C}]+$/u;

/** What is wrong with the first of some texts that is none, or empty, in the course's words. */
export function faultOfTexts(texts) {
  for (const [name, value] of Object.entries(texts)) {
    if (value === undefined || value === "") return `${name} is empty`;
    if (!isText(value)) return `${name} must be a text`;
  }
  return undefined;
}

/** What is wrong with the texts of a new user. */
function faultOfUser({ username, email, password }) {
  if (username.length > LONGEST_NAME) return `username is longer than ${LONGEST_NAME} characters`;
  if (!NAME.test(username)) return "username holds characters that cannot be seen";
  // Looked at first, so that the pattern has little to do.
  if (email.length > LONGEST_EMAIL || !EMAIL.test(email)) return "email is not an email address";
  if (password.length < SHORTEST_PASSWORD) return `password is shorter than ${SHORTEST_PASSWORD} characters`;
  return undefined;
}

/** The users: names, e-mail addresses, and hashes of passwords. */
export function createUsers(database) {
  const byId = database.prepare("select id, username, email from users where id = ?");
  const byName = database.prepare("select id, username, password_hash from users where username = ?");
  const byEmail = database.prepare("select id from users where email = ?");
  const insert = database.prepare(
    "insert into users (username, email, password_hash, created_at) values (?, ?, ?, ?) on conflict do nothing returning id",
  );
  const rehash = database.prepare("update users set password_hash = ? where id = ? and password_hash = ?");
  const oneOfTheCourse = database.prepare("select password_hash from users where password_hash like '$2%' limit 1");
  const passwords = createPasswords(() => oneOfTheCourse.get()?.password_hash);

  return {
    find: (id) => byId.get(id),
    /** What is wrong with a new user, as the course says it; `undefined` where nothing is. */
    faultOf(wanted) {
      const fault = faultOfTexts(wanted);
      if (fault !== undefined) return fault;
      if (byName.get(wanted.username) !== undefined) return "username already used";
      if (byEmail.get(wanted.email) !== undefined) return "email already used";
      return faultOfUser(wanted);
    },
    /** Adds a user and gives their id; `undefined` where somebody else was faster with the name or the address. */
    async add({ username, email, password }) {
      return insert.get(username, email, await passwords.hash(password), Date.now())?.id;
    },
    /** The user of that name where the password is theirs. A hash that the course's bcrypt made is replaced. */
    async findByPassword(username, password) {
      const user = byName.get(username);
      const { matches, isOfTheCourse } = await passwords.verify(password, user?.password_hash);
      if (!matches) return undefined;
      if (isOfTheCourse) rehash.run(await passwords.hash(password), user.id, user.password_hash);
      return user;
    },
  };
}
