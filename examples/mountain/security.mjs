import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";

// As in the tutorial there is one user, who is always there. Their password was in the source; here its hash is made at start.
const users = new Map([["sherpa", { id: 1, username: "sherpa", passwordHash: hash("everest") }]]);
const usersById = new Map([...users.values()].map((user) => [String(user.id), user]));
const nobody = hash(randomBytes(32));

/** The user of a name and a password, or `undefined`. A name that nobody has costs what a wrong password costs. */
export async function authenticate(username, password) {
  const user = users.get(username);
  const matches = await verify(await (user?.passwordHash ?? nobody), password);
  return user !== undefined && matches ? user : undefined;
}

/** The user of a token, or `undefined` where there is none any more. */
export function identity(claims) {
  return usersById.get(claims.sub);
}
