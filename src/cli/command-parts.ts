import { type Command, type HelpConfiguration, InvalidArgumentError } from "commander";
import { EXIT } from "./exit-code.js";

const PLACE = "Which server (variable; default):";

/** Adds the flags that name the server's place. */
export function withPlace(command: Command): Command {
  return withPlaceFlags(command, [
    ["--data <folder>", "where the database and the master key are (LATCHKEY_DATA; ./data)"],
    ["--database <file>", "the database (LATCHKEY_DATABASE; latchkey.db in the data folder)"],
    ["--url <url>", "the server's address from outside (LATCHKEY_URL; http://localhost:PORT)"],
  ]);
}

/** Adds flags, and the sentences that explain them, to those that name the server's place; they stand apart from the command's own. */
export function withPlaceFlags(command: Command, flags: readonly (readonly [flag: string, what: string])[]): Command {
  for (const [flag, what] of flags) command.addOption(command.createOption(flag, what).helpGroup(PLACE));
  return command;
}

/** The parts of the help in the order in which they are wanted: what is the command's own, then where the server is. */
export const HELP: HelpConfiguration = {
  groupItems(_items, shown, groupOf) {
    const groups = [...new Set(shown.map(groupOf))].sort(
      (one, other) => Number(one === PLACE) - Number(other === PLACE),
    );
    return new Map(groups.map((group) => [group, shown.filter((item) => groupOf(item) === group)]));
  },
};

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
