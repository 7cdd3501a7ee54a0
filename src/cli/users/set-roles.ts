import type { OutputFlags } from "../output-flags.js";
import { changeUser } from "./change-user.js";

/** `latchkey user set-roles` */
export function setRoles(nameOrId: string, roles: readonly string[], flags: OutputFlags): Promise<void> {
  return changeUser(nameOrId, flags, {
    act: ({ users }, { id }) => users.setRoles(id, roles),
    told: (user) =>
      `${user.username} has ${user.roles.length === 0 ? "no roles" : `the roles ${user.roles.join(", ")}`}.`,
  });
}
