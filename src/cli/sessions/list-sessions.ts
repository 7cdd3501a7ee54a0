import type { SessionView } from "../../accounts/own-sessions.js";
import type { OutputFlags } from "../output-flags.js";
import { createTable } from "../terminal/create-table.js";
import { isoTime } from "../terminal/iso-time.js";
import { print, printJson, write } from "../terminal/print.js";
import { requireUser } from "../users/require-user.js";
import { withAuth } from "../with-auth.js";

/** `latchkey session list` */
export async function listSessions(nameOrId: string, flags: OutputFlags): Promise<void> {
  const sessions = await withAuth(flags, async (auth) => auth.sessions.list((await requireUser(auth, nameOrId)).id));
  if (flags.json === true) await printJson(sessions.map(sessionJson));
  else if (sessions.length === 0) await print("No sessions.");
  else await write(table()(sessions));
}

function sessionJson(session: SessionView): Record<string, unknown> {
  const { id, device, address, transport, createdAt, lastUsedAt, expiresAt } = session;
  const times = { created_at: isoTime(createdAt), last_used_at: isoTime(lastUsedAt), expires_at: isoTime(expiresAt) };
  return { id, device, address, transport, ...times };
}

function table(): (sessions: readonly SessionView[]) => string {
  return createTable<SessionView>([
    { title: "ID", cell: ({ id }) => id },
    { title: "CREATED", cell: ({ createdAt }) => isoTime(createdAt) },
    { title: "LAST USED", cell: ({ lastUsedAt }) => isoTime(lastUsedAt) },
    { title: "EXPIRES", cell: ({ expiresAt }) => isoTime(expiresAt) },
    { title: "TRANSPORT", cell: ({ transport }) => transport },
    { title: "ADDRESS", cell: ({ address }) => address ?? "-" },
    { title: "DEVICE", cell: ({ device }) => device ?? "-" },
  ]);
}
