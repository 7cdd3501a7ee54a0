import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { bareEnvironment } from "../cli/run-server.js";

/** The folder of this repository. */
export const ROOT: string = resolve(import.meta.dirname, "../..");

/** The package as a user has it: packed, and installed into an application that holds nothing else. */
export interface Installed {
  /** Where the tarball is; all in it goes with `remove`. */
  readonly folder: string;
  /** The application. */
  readonly app: string;
  readonly tarball: string;
  /** The paths that the tarball holds. */
  readonly packed: readonly string[];
  /** What npm and what it runs are to be started with. */
  readonly environment: NodeJS.ProcessEnv;
  /** What a command prints, run in the application where no other folder is named; throws with all of it where it fails. */
  run(command: string, parameters: readonly string[], cwd?: string): Promise<string>;
  remove(): void;
}

const executed = promisify(execFile);

/** Packs what was built, and installs it into an empty folder: once for a test file, in `beforeAll`. */
export async function installPacked(): Promise<Installed> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "latchkey-package-")));
  const app = join(folder, "app");
  mkdirSync(app);
  const environment = {
    ...bareEnvironment(),
    npm_config_cache: await newCache(folder),
    npm_config_prefer_offline: "true",
  };
  const run = async (command: string, parameters: readonly string[], cwd = app) => {
    try {
      return (await executed(command, parameters, { cwd, env: environment, timeout: 120_000 })).stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`${command} ${parameters.join(" ")}\n${stdout}${stderr}`, { cause: error });
    }
  };
  const [{ filename, files }] = JSON.parse(await run("npm", ["pack", "--json", "--pack-destination", folder], ROOT));
  const tarball = join(folder, filename);
  await run("npm", ["install", tarball, "--no-audit", "--no-fund"]);
  return {
    folder,
    app,
    tarball,
    packed: files.map(({ path }: { path: string }) => path),
    environment,
    run,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** What npx installs goes when the test ends; what was downloaded before is not downloaded again. */
async function newCache(folder: string): Promise<string> {
  const cache = join(folder, "cache");
  mkdirSync(cache);
  const known = (await executed("npm", ["config", "get", "cache"], { env: bareEnvironment() })).stdout.trim();
  mkdirSync(join(known, "_cacache"), { recursive: true });
  symlinkSync(join(known, "_cacache"), join(cache, "_cacache"));
  return cache;
}
