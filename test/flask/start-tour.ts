import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { askServer, type Sent } from "../adapters/ask-server.js";
import type { Answer } from "../http/open-auth.js";
import { PYTHON } from "./flask-packages.js";

const HERE = import.meta.dirname;
const EXAMPLES = resolve(HERE, "../../examples");
export const EXAMPLE = join(EXAMPLES, "jwt-manager/main.mjs");

/** A tour that runs: the original in Flask, or ours. */
export interface Tour {
  /** The first line that it printed. */
  readonly greeting: string;
  readonly ask: (path: string, sent?: Sent) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

export type Settings = Readonly<Record<string, string>>;

/** Starts the original. */
export function startOriginal(settings: Settings): Promise<Tour> {
  return start(PYTHON, [join(HERE, "original.py")], settings);
}

/** Starts an example by its name. */
export function startExample(name: string, settings: Settings): Promise<Tour> {
  return start(process.execPath, [join(EXAMPLES, name, "main.mjs")], settings);
}

/** Starts our tour. */
export function startOurs(settings: Settings): Promise<Tour> {
  return start(process.execPath, [EXAMPLE], settings);
}

async function start(command: string, parameters: readonly string[], settings: Settings): Promise<Tour> {
  const env = { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: "1", PORT: "0", ...settings };
  const child = spawn(command, parameters, { env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  const { greeting, port } = await greetingOf(child).catch((error: unknown) => {
    child.kill();
    throw error;
  });
  return {
    greeting,
    ask: (path, sent) => askServer(port, path, sent),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** The line that tells where it listens; an error with all that it said where it ends before. */
function greetingOf(child: ChildProcess): Promise<{ greeting: string; port: number }> {
  return new Promise((found, failed) => {
    let said = "";
    const read = (text: string) => {
      said += text;
      const line = /^.* listens on http:\/\/127\.0\.0\.1:(\d+).*$/m.exec(said);
      if (line !== null) found({ greeting: line[0], port: Number(line[1]) });
    };
    child.stdout?.setEncoding("utf8").on("data", read);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.on("error", failed);
    child.on("exit", (code) => failed(new Error(`It ended with ${code}: ${said}`)));
  });
}
