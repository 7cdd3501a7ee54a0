// Installs and builds what is missing, so that `npm start` and `npm test` work by themselves in a fresh clone.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

process.chdir(join(import.meta.dirname, ".."));

const time = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newest(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).reduce(
    (latest, entry) => Math.max(latest, time(join(entry.parentPath, entry.name))),
    time(folder),
  );
}

function run(command, ...parameters) {
  console.error(`> ${[command, ...parameters].join(" ")}`);
  // npm is a script with an extension of its own on Windows, where only a shell finds it.
  const { status } = spawnSync(command, parameters, { stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  if (status !== 0) process.exit(status ?? 1);
}

if (time("node_modules/.package-lock.json") < time("package-lock.json")) run("npm", "ci", "--no-audit", "--no-fund");
const settings = ["tsconfig.json", "tsconfig.browser.json", "package.json", "package-lock.json"];
const changed = Math.max(...["src", "console"].map(newest), ...settings.map(time));
// The page is the last thing that a build writes.
if (time("dist/console/index.html") < changed) run("npm", "run", "build", "--silent");
