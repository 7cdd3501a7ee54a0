import { type Command, Option } from "commander";
import { withExamples, withOutput, withPlaceFlags } from "./command-parts.js";
import { EXIT } from "./exit-code.js";
import type { ExplainFlags } from "./token-explain.js";

/** Adds `latchkey token …`. */
export function addTokenCommands(program: Command): void {
  const token = withExamples(
    program.command("token").description("tell what is wrong with a token"),
    "latchkey token explain < token.txt",
  );
  const explain = withPlaceFlags(
    withOutput(
      token
        .command("explain")
        .argument("[token]", "the token; read from standard input where it is not given")
        .description("tell why a token is accepted or refused, check by check"),
    ),
    [["--port <number>", "the port in the default of --url (LATCHKEY_PORT; 4000)"]],
  )
    .option("--jwks <file>", "the keys of another issuer, instead of the server's own")
    .option("--issuer <url>", "with --jwks: the issuer that is wanted")
    .option("--audience <name>", "with --jwks: the audience that is wanted")
    .addOption(
      new Option("--profile <name>", "with --jwks: the layout of the token, rfc9068 where it is not given").choices([
        "rfc9068",
        "jwt",
        "flask-jwt-extended",
      ]),
    );
  withExamples(
    explain,
    "latchkey token explain --json < token.txt",
    "latchkey token explain --jwks jwks.json --issuer https://auth.example.com --audience todo-api < token.txt",
  )
    .addHelpText("after", "\nExit code 0: accepted, 1: refused.")
    .action(async (token: string | undefined, flags: ExplainFlags, command: Command) => {
      const { explainToken, foreignFlagWithoutKeys, readToken } = await import("./token-explain.js");
      const usage = { exitCode: EXIT.usage };
      const stray = foreignFlagWithoutKeys(flags);
      if (stray !== undefined) command.error(`error: option '--${stray}' goes with --jwks`, usage);
      const text = readToken(token);
      if (text === "") command.error("error: no token was given, as an argument or on standard input", usage);
      if (!(await explainToken(text, flags))) process.exitCode = EXIT.refused;
    });
}
