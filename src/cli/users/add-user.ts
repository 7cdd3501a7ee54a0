import { isMissing } from "../../store/open-store.js";
import type { OutputFlags } from "../output-flags.js";
import { readSettings } from "../settings.js";
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
  const { database } = readSettings(flags, process.env).auth;
  const made = isMissing(database) ? `Made a new database at ${database}.\n` : "";
  const user = await withAuth(flags, ({ users }) => users.add(wanted), "make");
  await (flags.json === true ? printJson(userJson(user)) : print(`${made}Added ${user.username}, id ${user.id}.`));
}
