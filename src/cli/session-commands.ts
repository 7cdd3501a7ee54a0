import type { Command } from "commander";
import { withExamples, withOutput } from "./command-parts.js";
import { EXIT } from "./exit-code.js";
import type { OutputFlags } from "./output-flags.js";

/** Adds `latchkey session …`. */
export function addSessionCommands(program: Command): void {
  const session = withExamples(
    program.command("session").description("see and end the sessions of users"),
    "latchkey session list ada",
  );
  withExamples(withOutput(session.command("list").argument("<user>", "username or id")), "latchkey session list ada")
    .description("list the living sessions of a user, the latest used first")
    .action(async (nameOrId: string, flags: OutputFlags) => {
      const { listSessions } = await import("./sessions/list-sessions.js");
      await listSessions(nameOrId, flags);
    });
  withExamples(
    withOutput(session.command("end").argument("[id]", "the id of the session: latchkey session list")),
    "latchkey session end 019a9b2c-7d1e-7a3b-8c4d-5e6f708192a3",
    "latchkey session end --user ada",
  )
    .description("end one session, or all of a user")
    .option("--user <user>", "end all sessions of this username or id")
    .action(async (id: string | undefined, flags: OutputFlags & { readonly user?: string }, command: Command) => {
      const { endSession, endSessionsOf } = await import("./sessions/end-sessions.js");
      if (id !== undefined && flags.user === undefined) await endSession(id, flags);
      else if (id === undefined && flags.user !== undefined) await endSessionsOf(flags.user, flags);
      else command.error("error: name one session by its id, or a user with --user", { exitCode: EXIT.usage });
    });
}
