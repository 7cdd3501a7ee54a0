import type { OutputFlags } from "../output-flags.js";
import { isoTime } from "../terminal/iso-time.js";
import { printJson, write } from "../terminal/print.js";
import { printableLine } from "../terminal/printable.js";
import { withAuth } from "../with-auth.js";
import { requireUser } from "./require-user.js";
import { userJson } from "./user-json.js";

/** `latchkey user show` */
export async function showUser(nameOrId: string, flags: OutputFlags): Promise<void> {
  const { user, sessions } = await withAuth(flags, async (auth) => {
    const found = await requireUser(auth, nameOrId);
    return { user: found, sessions: (await auth.sessions.list(found.id)).length };
  });
  if (flags.json === true) {
    await printJson({ ...userJson(user), sessions });
    return;
  }
  const lines = [
    ["id", user.id],
    ["username", user.username],
    ["email", user.email ?? "-"],
    ["roles", user.roles.join(", ") || "-"],
    ["created", isoTime(user.createdAt)],
    ["disabled", user.disabledAt === null ? "-" : isoTime(user.disabledAt)],
    ["sessions", String(sessions)],
  ] as const;
  await write(lines.map(([name, value]) => `${name.padEnd(10)}${printableLine(value)}\n`).join(""));
}
