#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { isAuthError } from "../errors/auth-error.js";
import type { PlaceFlags } from "./settings.js";
import type { ExplainFlags } from "./token-explain.js";

// sysexits.h: a usage that commander refuses is 2 here, a configuration that cannot work is 78.
const REFUSED = 1;
const USAGE = 2;
const CONFIGURATION = 78;

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const program = new Command("latchkey")
  .description("JWT authentication for TypeScript APIs: tokens you can take back.")
  .version(version)
  .addHelpText("after", "\nExample:\n  latchkey serve --port 4000")
  // A token in the wrong place is not repeated.
  .configureOutput({ outputError: (text, write) => write(text.replace(/'[^']{64,}'/g, "'…'")) })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : USAGE));

withPlace(program.command("serve").description("run the server"))
  .option("--port <number>", "where to listen (LATCHKEY_PORT; 4000)")
  .option("--host <address>", "on which address (LATCHKEY_HOST; 127.0.0.1)")
  .addHelpText(
    "after",
    "\nThe other settings are variables: docs/server.md.\n\nExample:\n  latchkey serve --port 8080 --data /var/lib/latchkey --url https://auth.example.com",
  )
  .action(async (flags: PlaceFlags) => {
    // A command loads what it needs and no more.
    const { serve } = await import("./serve.js");
    await serve(flags);
  });

withPlace(
  program
    .command("token")
    .description("look at tokens")
    .command("explain")
    .argument("[token]", "the token; read from standard input where it is not given")
    .description("tell why a token is accepted or refused, check by check"),
)
  .option("--port <number>", "the port that the default url has (LATCHKEY_PORT; 4000)")
  .option("--json", "print JSON")
  .option("--jwks <file>", "the keys of another issuer, instead of the server's own")
  .option("--issuer <url>", "with --jwks: the issuer that is wanted")
  .option("--audience <name>", "with --jwks: the audience that is wanted")
  .addOption(new Option("--profile <name>", "with --jwks: the layout of the token").choices(["rfc9068", "jwt"]))
  .addHelpText(
    "after",
    "\nExamples:\n  latchkey token explain --json < token.txt\n  latchkey token explain --jwks jwks.json --issuer https://auth.example.com --audience todo-api < token.txt\n\nExit code 0: accepted, 1: refused.",
  )
  .action(async (token: string | undefined, flags: ExplainFlags, command: Command) => {
    const { explainToken, foreignFlagWithoutKeys, readToken } = await import("./token-explain.js");
    const stray = foreignFlagWithoutKeys(flags);
    if (stray !== undefined) command.error(`error: option '--${stray}' goes with --jwks`, { exitCode: USAGE });
    const text = readToken(token);
    if (text === "")
      command.error("error: no token was given, as an argument or on standard input", { exitCode: USAGE });
    if (!(await explainToken(text, flags))) process.exitCode = REFUSED;
  });

function withPlace(command: Command): Command {
  return command
    .option("--data <folder>", "where the database and the master key are (LATCHKEY_DATA; ./data)")
    .option("--database <file>", "the database (LATCHKEY_DATABASE; latchkey.db in the data folder)")
    .option("--url <url>", "the server's address from outside (LATCHKEY_URL; http://localhost:PORT)");
}

program.parseAsync().catch((error: unknown) => {
  console.error(`latchkey: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof TypeError || isAuthError(error) ? CONFIGURATION : REFUSED;
});
