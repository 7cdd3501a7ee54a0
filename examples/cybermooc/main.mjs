// The course's API up to part 9, in Express. Run it with: npm run example -- cybermooc [reset-db | create-admin USERNAME EMAIL]
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { listen } from "../listen.mjs";
import { requirePort, requireSecret, SettingError, start } from "../settings.mjs";
import { createApp } from "./create-app.mjs";
import { openModels } from "./models.mjs";
import { readPassword } from "./read-password.mjs";

// What the environment says counts more than what the file says.
const settings = join(import.meta.dirname, ".env");
if (existsSync(settings)) process.loadEnvFile(settings);

async function serve() {
  const [secret, port] = [requireSecret("SECRET_KEY"), requirePort()];
  const models = await openModels(process.env.DATABASE_URL || "sqlite://");
  await listen("cybermooc", createApp({ secret, models }), port, models.close);
}

/** The models of a command: a database in memory would end with it. */
function openKeptModels() {
  const { DATABASE_URL } = process.env;
  if (!DATABASE_URL)
    throw new SettingError("DATABASE_URL is missing. Set it to a database, such as sqlite:///cybermooc.db.");
  return openModels(DATABASE_URL);
}

async function resetDatabase() {
  const models = await openKeptModels();
  models.reset();
  models.close();
  console.log("The database is empty.");
}

async function createAdmin(username, email) {
  const models = await openKeptModels();
  const password = await readPassword();
  const fault = models.users.faultOf({ username, email, password });
  const id = fault === undefined ? await models.users.add({ username, email, password }) : undefined;
  if (id !== undefined) models.roles.grant(id, "admin");
  models.close();
  if (id !== undefined) return console.log(`${username} was created with admin role.`);
  console.error(`${username} was not created: ${fault ?? "username or email already used"}.`);
  process.exitCode = 1;
}

const program = new Command("npm run example -- cybermooc").action(() => start(serve));
program.command("reset-db").action(() => start(resetDatabase));
program
  .command("create-admin <username> <email>")
  .description("The password comes from standard input.")
  .action((username, email) => start(() => createAdmin(username, email)));
await program.parseAsync();
