import type { OutputFlags } from "../output-flags.js";
import { readPassword } from "../terminal/read-password.js";
import { changeUser } from "./change-user.js";

/** `latchkey user set-password` */
export async function setPassword(nameOrId: string, flags: OutputFlags): Promise<void> {
  const password = await readPassword();
  await changeUser(nameOrId, flags, {
    act: ({ users }, { id }) => users.setPassword(id, password),
    told: ({ username }) => `${username} has a new password, and all sessions have ended.`,
  });
}
