#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { isAuthError } from "../errors/auth-error.js";
import { HELP, refuseTwice, withExamples } from "./command-parts.js";
import { EXIT } from "./exit-code.js";
import { addKeyCommands } from "./key-commands.js";
import { addServerCommands } from "./server-commands.js";
import { addSessionCommands } from "./session-commands.js";
import { Interrupted } from "./terminal/at-terminal.js";
import { printableLine } from "./terminal/printable.js";
import { addTokenCommands } from "./token-commands.js";
import { addUserCommands } from "./user-commands.js";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const program = withExamples(
  new Command("latchkey"),
  "latchkey user add ada --role admin",
  "latchkey serve --port 4000",
  "latchkey user add --help",
)
  .description("JWT authentication for TypeScript APIs: tokens you can take back.")
  .version(version)
  .configureHelp(HELP)
  // A token in the wrong place is not repeated.
  .configureOutput({ outputError: (text, write) => write(text.replace(/'[^']{64,}'/g, "'…'")) })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT.usage));

addServerCommands(program);
addUserCommands(program);
addSessionCommands(program);
addKeyCommands(program);
addTokenCommands(program);
refuseTwice(program);

// Whoever read what is printed may go away: no reason to end in the middle of something.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

program.parseAsync().catch((error: unknown) => {
  process.exitCode = exitCodeOf(error);
  if (error instanceof Interrupted) return;
  process.stderr.write(`latchkey: ${printableLine(sentenceOf(error))}\n`);
});

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return EXIT.usage;
  if (error instanceof Interrupted) return EXIT.interrupted;
  const isConfiguration = error instanceof TypeError || (isAuthError(error) && error.code === "unavailable");
  return isConfiguration ? EXIT.configuration : EXIT.refused;
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const fields = isAuthError(error) ? error.fields : undefined;
  return fields?.map(({ field, message }) => `${field}: ${message}`).join(" ") ?? withCause(error);
}

/** Whoever is at the terminal runs the database, and may hear what is wrong with it. */
function withCause(error: Error): string {
  const { message, cause } = error;
  if (!isAuthError(error) || !(cause instanceof Error) || message.includes(cause.message)) return message;
  return `${message.replace(/\.$/, "")}: ${cause.message}`;
}
