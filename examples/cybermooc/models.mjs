import { openDatabase } from "../open-database.mjs";
import { SettingError } from "../settings.mjs";
import { createRoles } from "./roles.mjs";
import { createTokens } from "./tokens.mjs";
import { createUsers } from "./users.mjs";

// No id is given out twice, so that nothing of somebody who is gone becomes somebody else's.
const TABLES = `
  create table if not exists users (id integer primary key autoincrement, username text not null unique, email text not null unique, password_hash text not null, created_at integer not null);
  create table if not exists user_roles (user_id integer not null references users (id) on delete cascade, role text not null, primary key (user_id, role));
  create table if not exists tokens (id integer primary key autoincrement, jti text not null unique, user_id integer not null references users (id) on delete cascade, created_at integer not null, expires_at integer not null);
`;

/** Opens a database by its URL, such as `sqlite:///cybermooc.db`; `sqlite://` is one in memory, which ends with the process. */
export async function openModels(url) {
  const database = await openDatabase(pathOf(url), "DATABASE_URL");
  database.exec(TABLES);
  return {
    users: createUsers(database),
    roles: createRoles(database),
    tokens: createTokens(database),
    close: () => database.close(),
    reset: () =>
      database.exec(`begin immediate; drop table tokens; drop table user_roles; drop table users; ${TABLES} commit`),
  };
}

/** As Flask-SQLAlchemy reads it: three slashes and a path from here, four and one from the root. */
function pathOf(url) {
  if (!url.startsWith("sqlite:"))
    throw new SettingError("DATABASE_URL must begin with sqlite:///, and a path follows.");
  return url.replace(/^sqlite:(?:\/\/\/|\/\/$)?/, "") || ":memory:";
}
