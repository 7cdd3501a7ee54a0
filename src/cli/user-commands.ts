import { type Command, InvalidArgumentError, Option } from "commander";
import { withExamples, withOutput, withoutPasswordFlag } from "./command-parts.js";
import { EXIT } from "./exit-code.js";
import type { ImportFlags } from "./import/import-file.js";
import type { OutputFlags } from "./output-flags.js";
import type { AddFlags } from "./users/add-user.js";
import type { DeleteFlags } from "./users/delete-user.js";
import type { ListFlags } from "./users/list-users.js";

const WHO = "username or id";

/** Adds `latchkey user …`. */
export function addUserCommands(program: Command): void {
  const user = withExamples(
    program.command("user").description("administer users"),
    "latchkey user add ada --role admin",
  );
  addReading(user);
  addMaking(user);
  addStates(user);
  addSetting(user);
}

function addReading(user: Command): void {
  withExamples(withOutput(user.command("list")), "latchkey user list --limit 10", "latchkey user list --json")
    .description("list the users in the order in which they were added")
    .option("--limit <number>", "how many at most (all)", readLimit)
    .option("--after <id>", "begin after the user with this id")
    .action(async (flags: ListFlags) => {
      const { listUsers } = await import("./users/list-users.js");
      await listUsers(flags);
    });
  withExamples(withOutput(user.command("show").argument("<user>", WHO)), "latchkey user show ada")
    .description("show one user and how many sessions they have")
    .action(async (nameOrId: string, flags: OutputFlags) => {
      const { showUser } = await import("./users/show-user.js");
      await showUser(nameOrId, flags);
    });
}

function addMaking(user: Command): void {
  const add = withoutPasswordFlag(withOutput(user.command("add").argument("<username>", "3 to 64 characters")));
  withExamples(
    add,
    "latchkey user add ada --email ada@example.com --role admin",
    "latchkey user add grace --json < password.txt",
  )
    .description("add a user; the password is asked for, or read from standard input")
    .option("--email <address>", "their e-mail address")
    .option("--role <name>", "a role; give it once for each", collect)
    .action(async (username: string, flags: AddFlags) => {
      const { addUser } = await import("./users/add-user.js");
      await addUser(username, flags);
    });
  withExamples(
    withOutput(user.command("import").argument("<file>", "JSON lines or CSV; - is standard input")),
    "latchkey user import users.csv --dry-run",
    "latchkey user import - --format jsonl < users.jsonl",
  )
    .description("add users of another system with their password hashes: username, email, hash, roles")
    .addOption(
      new Option("--format <name>", "needed where the name does not end in .csv, .jsonl or .ndjson").choices([
        "csv",
        "jsonl",
      ]),
    )
    .option("--dry-run", "check every line and write nothing")
    .action(async (file: string, flags: ImportFlags) => {
      const { importFile } = await import("./import/import-file.js");
      if (!(await importFile(file, flags))) process.exitCode = EXIT.refused;
    });
}

function addStates(user: Command): void {
  withExamples(withOutput(user.command("disable").argument("<user>", WHO)), "latchkey user disable ada")
    .description("end every session of a user and refuse every log-in")
    .action(async (nameOrId: string, flags: OutputFlags) => {
      const { disableUser } = await import("./users/disable-user.js");
      await disableUser(nameOrId, flags);
    });
  withExamples(withOutput(user.command("enable").argument("<user>", WHO)), "latchkey user enable ada")
    .description("let a disabled user log in again")
    .action(async (nameOrId: string, flags: OutputFlags) => {
      const { enableUser } = await import("./users/enable-user.js");
      await enableUser(nameOrId, flags);
    });
  withExamples(withOutput(user.command("delete").argument("<user>", WHO)), "latchkey user delete ada --yes")
    .description("delete a user with all sessions")
    .option("--yes", "do not ask")
    .action(async (nameOrId: string, flags: DeleteFlags) => {
      const { deleteUser } = await import("./users/delete-user.js");
      await deleteUser(nameOrId, flags);
    });
}

function addSetting(user: Command): void {
  const setPassword = withoutPasswordFlag(withOutput(user.command("set-password").argument("<user>", WHO)));
  withExamples(setPassword, "latchkey user set-password ada", "latchkey user set-password ada < password.txt")
    .description("replace the password, which is asked for or read from standard input, and end every session")
    .action(async (nameOrId: string, flags: OutputFlags) => {
      const module = await import("./users/set-password.js");
      await module.setPassword(nameOrId, flags);
    });
  const setRoles = user
    .command("set-roles")
    .argument("<user>", WHO)
    .argument("[roles...]", "the roles from now on; none where none is named");
  withExamples(withOutput(setRoles), "latchkey user set-roles ada editor admin", "latchkey user set-roles ada")
    .description("replace the roles; where one is taken away, older access tokens are refused")
    .action(async (nameOrId: string, roles: readonly string[], flags: OutputFlags) => {
      const module = await import("./users/set-roles.js");
      await module.setRoles(nameOrId, roles, flags);
    });
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

function readLimit(text: string, earlier: unknown): number {
  if (earlier !== undefined) throw new InvalidArgumentError("It is given twice.");
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return Number(text);
}
