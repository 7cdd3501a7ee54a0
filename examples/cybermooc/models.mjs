import { openDatabase } from "../open-database.mjs";
import { createRoles } from "./roles.mjs";
import { createTokens } from "./tokens.mjs";
import { createUsers } from "./users.mjs";

const TABLES = `
  create table if not exists users (id integer primary key, username text not null unique, email text not null unique, password_hash text not null, created_at integer not null);
  create table if not exists user_roles (user_id integer not null references users (id) on delete cascade, role text not null, primary key (user_id, role));
  create table if not exists tokens (id integer primary key, jti text not null unique, user_id integer not null references users (id) on delete cascade, created_at integer not null, expires_at integer not null);
`;

/** Opens the database of `DATABASE_URL`, such as `sqlite:cybermooc.db`; without it one in memory. */
export async function openModels(url = process.env.DATABASE_URL ?? "sqlite::memory:") {
  const database = await openDatabase(url.replace(/^sqlite:(?:\/\/\/)?/, ""));
  database.exec(TABLES);
  return {
    users: createUsers(database),
    roles: createRoles(database),
    tokens: createTokens(database),
    close: () => database.close(),
    reset() {
      database.exec("drop table tokens; drop table user_roles; drop table users");
      database.exec(TABLES);
    },
  };
}
