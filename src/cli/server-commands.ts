import type { Command } from "commander";
import { withExamples, withOutput, withPlace } from "./command-parts.js";
import { EXIT } from "./exit-code.js";
import type { OutputFlags } from "./output-flags.js";
import type { PlaceFlags } from "./settings.js";

/** Adds `latchkey serve`, `latchkey migrate` and `latchkey check`. */
export function addServerCommands(program: Command): void {
  withExamples(
    withListening(withPlace(program.command("serve"))),
    "latchkey serve --port 8080 --data /var/lib/latchkey --url https://auth.example.com",
  )
    .description("run the server")
    .addHelpText("after", "\nThe other settings are variables: docs/server.md.")
    .action(async (flags: PlaceFlags) => {
      // A command loads what it needs and no more.
      const { serve } = await import("./serve.js");
      await serve(flags);
    });
  withExamples(withListening(withOutput(program.command("check"))), "latchkey check --url https://auth.example.com")
    .description("tell what of the configuration is weak, and why; exit code 78 where anything is")
    .action(async (flags: OutputFlags) => {
      const { checkConfiguration } = await import("./check/check-configuration.js");
      if (!(await checkConfiguration(flags))) process.exitCode = EXIT.configuration;
    });
  withExamples(withOutput(program.command("migrate")), "latchkey migrate")
    .description("bring the database up to date with this version")
    .action(async (flags: OutputFlags) => {
      const { migrateDatabase } = await import("./migrate-database.js");
      await migrateDatabase(flags);
    });
}

function withListening(command: Command): Command {
  return command
    .option("--port <number>", "where to listen (LATCHKEY_PORT; 4000)")
    .option("--host <address>", "on which address (LATCHKEY_HOST; 127.0.0.1)");
}
