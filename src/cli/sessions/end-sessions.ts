import type { OutputFlags } from "../output-flags.js";
import { print, printJson } from "../terminal/print.js";
import { requireUser } from "../users/require-user.js";
import { withAuth } from "../with-auth.js";

/** `latchkey session end ID`: an error where no such session lives. */
export async function endSession(id: string, flags: OutputFlags): Promise<void> {
  const ended = await withAuth(flags, ({ sessions }) => sessions.end(id));
  if (!ended) throw new Error(`There is no living session ${id}.`);
  await tell(1, flags);
}

/** `latchkey session end --user NAME` */
export async function endSessionsOf(nameOrId: string, flags: OutputFlags): Promise<void> {
  const ended = await withAuth(flags, async (auth) => auth.sessions.endAll((await requireUser(auth, nameOrId)).id));
  await tell(ended, flags);
}

async function tell(ended: number, { json }: OutputFlags): Promise<void> {
  await (json === true ? printJson({ ended }) : print(`Ended ${ended} ${ended === 1 ? "session" : "sessions"}.`));
}
