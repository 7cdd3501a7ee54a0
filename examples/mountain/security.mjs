import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";

// As in the tutorial there is one user, who is always there. Their password stood in the source; here it is the hash of it (of "everest").
const SHERPA = {
  id: 1,
  username: "sherpa",
  passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$xvCPEciUbg5tpPbFmc13Uw$6HFS0LX6zJ1UT6cjxoR9KKXg4sKRAbzOz4X1FsubNMs",
};
const usersByName = new Map([[SHERPA.username, SHERPA]]);
const usersById = new Map([[String(SHERPA.id), SHERPA]]);
const nobody = hash(randomBytes(32));

/** The user of a name and a password, or `undefined`. A name that nobody has costs what a wrong password costs, so that the time tells nothing. */
export async function authenticate(username, password) {
  const user = usersByName.get(username);
  const matches = await verify(user?.passwordHash ?? (await nobody), password);
  return user !== undefined && matches ? user : undefined;
}

/** The user of a token, or `undefined` where there is none any more. */
export function identity(claims) {
  return usersById.get(claims.sub);
}
