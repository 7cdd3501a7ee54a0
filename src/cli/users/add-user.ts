import type { OutputFlags } from "../output-flags.js";
import { print, printJson } from "../terminal/print.js";
import { readPassword } from "../terminal/read-password.js";
import { withAuth } from "../with-auth.js";
import { userJson } from "./user-json.js";

/** The flags of `user add`. */
export interface AddFlags extends OutputFlags {
  readonly email?: string;
  readonly role?: readonly string[];
}

/** `latchkey user add` */
export async function addUser(username: string, flags: AddFlags): Promise<void> {
  const password = await readPassword();
  const wanted = { username, email: flags.email, roles: flags.role, password };
  const user = await withAuth(flags, ({ users }) => users.add(wanted), "make");
  await (flags.json === true ? printJson(userJson(user)) : print(`Added ${user.username}, id ${user.id}.`));
}
