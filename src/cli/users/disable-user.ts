import type { OutputFlags } from "../output-flags.js";
import { changeUser } from "./change-user.js";

/** `latchkey user disable` */
export function disableUser(nameOrId: string, flags: OutputFlags): Promise<void> {
  return changeUser(nameOrId, flags, {
    act: ({ users }, { id }) => users.disable(id),
    told: ({ username }) => `${username} is disabled, and all sessions have ended.`,
  });
}
