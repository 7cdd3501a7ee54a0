// Runs an example by its name: npm run example -- NAME. What stands after the name is handed on.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";

const examples = join(import.meta.dirname, "../examples");
const mainOf = (name) => join(examples, name, "main.mjs");
// An example may stand in the folder of another one.
const names = readdirSync(examples, { recursive: true })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith("/main.mjs"))
  .map((path) => path.slice(0, -"/main.mjs".length))
  .sort();

const [name, ...parameters] = process.argv.slice(2);
if (!names.includes(name)) {
  const fault = name === undefined ? "Which example?" : `There is no example ${JSON.stringify(name)}.`;
  console.error(`${fault} npm run example -- NAME, where NAME is one of: ${names.join(", ")}`);
  process.exit(2);
}

const child = spawn(process.execPath, [mainOf(name), ...parameters], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
// The shell that npm runs this in passes no signal on: it is gone, and with it our parent.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && child.kill(), 200).unref();
child.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
