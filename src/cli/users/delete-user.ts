import { CommanderError } from "commander";
import { EXIT } from "../exit-code.js";
import type { OutputFlags } from "../output-flags.js";
import { atTerminal } from "../terminal/at-terminal.js";
import { print, printJson } from "../terminal/print.js";
import { printableLine } from "../terminal/printable.js";
import { withAuth } from "../with-auth.js";
import { requireUser } from "./require-user.js";

/** The flags of `user delete`. */
export interface DeleteFlags extends OutputFlags {
  readonly yes?: boolean;
}

/** `latchkey user delete` */
export async function deleteUser(nameOrId: string, flags: DeleteFlags): Promise<void> {
  const { stdin } = process;
  if (flags.yes !== true && !stdin.isTTY) {
    throw new CommanderError(EXIT.usage, "latchkey.yes", "nobody can be asked here: say --yes to delete the user");
  }
  const { id, username } = await withAuth(flags, async (auth) => {
    const user = await requireUser(auth, nameOrId);
    if (flags.yes !== true) await requireYes(`Delete ${printableLine(user.username)}, id ${user.id}? [y/N] `);
    await auth.users.delete(user.id);
    return user;
  });
  await (flags.json === true ? printJson({ id, deleted: true }) : print(`Deleted ${username}, id ${id}.`));
}

async function requireYes(question: string): Promise<void> {
  const answer = await atTerminal((ask) => ask(question));
  if (!/^y(es)?$/i.test(answer.trim())) throw new Error("Nobody was deleted.");
}
