import type { UserView } from "../../accounts/user-view.js";
import type { AuthServer } from "../../create-auth.js";
import type { OutputFlags } from "../output-flags.js";
import { print, printJson } from "../terminal/print.js";
import { withAuth } from "../with-auth.js";
import { requireUser } from "./require-user.js";
import { userJson } from "./user-json.js";

/** What is done to a user, and the sentence that tells of it. */
export interface Change {
  readonly act: (auth: AuthServer, user: UserView) => Promise<void>;
  readonly told: (user: UserView) => string;
}

/** Changes the user of a name or id, and prints what became of them. */
export async function changeUser(nameOrId: string, flags: OutputFlags, { act, told }: Change): Promise<void> {
  const changed = await withAuth(flags, async (auth) => {
    const user = await requireUser(auth, nameOrId);
    await act(auth, user);
    return requireUser(auth, user.id);
  });
  await (flags.json === true ? printJson(userJson(changed)) : print(told(changed)));
}
