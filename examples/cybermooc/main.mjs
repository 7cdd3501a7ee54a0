// The course's API up to part 9, in Express. Run it with: npm run example -- cybermooc [reset-db | create-admin USERNAME EMAIL]
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { requirePort, requireSecret, start } from "../settings.mjs";
import { createApp } from "./create-app.mjs";
import { openModels } from "./models.mjs";

const settings = join(import.meta.dirname, ".env");
if (existsSync(settings)) process.loadEnvFile(settings);

async function serve() {
  const [secret, port] = [requireSecret("SECRET_KEY"), requirePort()];
  const models = await openModels();
  const server = createApp({ secret, models }).listen(port, "127.0.0.1", () =>
    console.log(`cybermooc listens on http://127.0.0.1:${server.address().port}`),
  );
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close(models.close));
}

async function resetDatabase() {
  const models = await openModels();
  models.reset();
  models.close();
  console.log("The database is empty.");
}

/** The password comes from standard input: the arguments of a program can be read by everybody on the machine. */
async function createAdmin(username, email) {
  const models = await openModels();
  const password = (await text(process.stdin)).replace(/\r?\n$/, "");
  const fault = models.users.faultOf({ username, email, password });
  if (fault !== undefined) {
    console.error(`${username} was not created: ${fault}.`);
    process.exitCode = 1;
    return;
  }
  const { id } = await models.users.add({ username, email, password });
  models.roles.grant(id, "admin");
  console.log(`${username} was created with admin role.`);
}

const program = new Command("npm run example -- cybermooc").action(() => start(serve));
program.command("reset-db").action(() => start(resetDatabase));
program
  .command("create-admin")
  .arguments("<username> <email>")
  .action((...names) => start(() => createAdmin(names[0], names[1])));
await program.parseAsync();
