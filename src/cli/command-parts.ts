import { type Command, InvalidArgumentError } from "commander";
import { EXIT } from "./exit-code.js";

/** Adds the flags that name the server's place. */
export function withPlace(command: Command): Command {
  return command
    .option("--data <folder>", "where the database and the master key are (LATCHKEY_DATA; ./data)")
    .option("--database <file>", "the database (LATCHKEY_DATABASE; latchkey.db in the data folder)")
    .option("--url <url>", "the server's address from outside (LATCHKEY_URL; http://localhost:PORT)");
}

/** Adds the flags of a command that tells something of a server. */
export function withOutput(command: Command): Command {
  return withPlace(command).option("--json", "print JSON");
}

/** Adds examples to the end of the help. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  const title = examples.length === 1 ? "Example:" : "Examples:";
  return command.addHelpText("after", ["", title, ...examples.map((example) => `  ${example}`)].join("\n"));
}

/** Adds a flag that is there to be refused: whoever tries it learns where a password goes. */
export function withoutPasswordFlag(command: Command): Command {
  const flag = command.createOption("--password [text]").hideHelp();
  return command.addOption(flag).hook("preAction", () => {
    if (command.opts().password === undefined) return;
    const reason = "everybody on this machine sees the arguments of a command";
    command.error(`error: no password as an argument, ${reason}: it is asked for, or read from standard input`, {
      exitCode: EXIT.usage,
    });
  });
}

/** Refuses, in a command and all below it, a flag that is given twice with a value: the first would count for nothing. */
export function refuseTwice(command: Command): void {
  for (const option of command.options.filter((each) => each.required && each.parseArg === undefined)) {
    option.argParser((value: string, earlier: unknown) => {
      if (earlier !== undefined) throw new InvalidArgumentError("It is given twice.");
      return value;
    });
  }
  command.commands.forEach(refuseTwice);
}
