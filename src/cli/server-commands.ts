import type { Command } from "commander";
import { withExamples, withOutput, withPlace, withPlaceFlags } from "./command-parts.js";
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
    .addHelpText("after", VARIABLES)
    .action(async (flags: PlaceFlags) => {
      // A command loads what it needs and no more.
      const { serve } = await import("./serve.js");
      await serve(flags);
    });
  withExamples(withListening(withOutput(program.command("check"))), "latchkey check --data /var/lib/latchkey")
    .description("tell what is weak in the configuration, why, and what to do; exit code 78 where anything is")
    .action(async (flags: OutputFlags) => {
      const { checkConfiguration } = await import("./check/check-configuration.js");
      if (!(await checkConfiguration(flags))) process.exitCode = EXIT.configuration;
    });
  withExamples(withOutput(program.command("migrate")), "latchkey migrate")
    .description("bring the database up to date with this version, as every start does")
    .action(async (flags: OutputFlags) => {
      const { migrateDatabase } = await import("./migrate-database.js");
      await migrateDatabase(flags);
    });
}

function withListening(command: Command): Command {
  return withPlaceFlags(command, [
    ["--port <number>", "the port to listen on (LATCHKEY_PORT; 4000)"],
    ["--host <address>", "the address to listen on (LATCHKEY_HOST; 127.0.0.1)"],
  ]);
}

const VARIABLES = `
Further settings are variables; lists are divided by commas:
  LATCHKEY_SECRET            the master key, from latchkey secret new (master.key in the data folder)
  LATCHKEY_ORIGINS           pages that may call the server and use its cookie (none but its own)
  LATCHKEY_AUDIENCES         further APIs that tokens may be asked for (none)
  LATCHKEY_TRUSTED_PROXIES   addresses and ranges whose X-Forwarded-For is believed (none)
  LATCHKEY_ALGORITHM         of a signing key that is made (ES256)
  LATCHKEY_ACCESS_SECONDS    how long an access token lives (600)
  LATCHKEY_IDLE_SECONDS      how long a session lives without a refresh (7 days)
  LATCHKEY_ABSOLUTE_SECONDS  how long a session lives in all (30 days)
  LATCHKEY_GRACE_SECONDS     how long a refresh may be repeated (30)
  LATCHKEY_BRAND_NAME        whose pages they are (Latchkey)
  LATCHKEY_BRAND_LOGO        the file of a logo for the pages: PNG, JPEG, WebP or SVG (none)
  LATCHKEY_BRAND_COLOR       the colour of the pages, as #0f5c66 (ink)`;
