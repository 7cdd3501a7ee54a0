import type { OutputFlags } from "../output-flags.js";
import { changeUser } from "./change-user.js";

/** `latchkey user enable` */
export function enableUser(nameOrId: string, flags: OutputFlags): Promise<void> {
  return changeUser(nameOrId, flags, {
    act: ({ users }, { id }) => users.enable(id),
    told: ({ username }) => `${username} is enabled and can log in.`,
  });
}
