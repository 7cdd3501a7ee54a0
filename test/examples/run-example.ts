import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll } from "vitest";
import { startExample, type Tour } from "../flask/start-tour.js";
import type { Answer } from "../http/open-auth.js";

export const EXAMPLES: string = resolve(import.meta.dirname, "../../examples");

type Settings = Readonly<Record<string, string>>;

/** What a program said that came to its end. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a file of the examples to its end, with nothing but these settings in its environment. */
export function runFile(
  path: string,
  { parameters = [], settings = {}, input = "", examples = EXAMPLES }: RunOptions = {},
): Promise<Ended> {
  const env = { PATH: process.env.PATH, PORT: "0", ...settings };
  const child = spawn(process.execPath, [join(examples, path), ...parameters], { env });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  // A program that ends before it reads is no fault of ours.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  // One that does not end, though it should.
  const watch = setTimeout(() => child.kill("SIGKILL"), 25_000);
  return new Promise((found, failed) => {
    child.on("error", failed);
    child.on("close", (code) => {
      clearTimeout(watch);
      found({ code, ...said });
    });
  });
}

interface RunOptions {
  readonly parameters?: readonly string[];
  readonly settings?: Settings;
  readonly input?: string;
  /** The folder of the examples. */
  readonly examples?: string;
}

export function newSecret(): string {
  return randomBytes(32).toString("hex");
}

/** A folder that goes when the tests of the file are over. */
export function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-example-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** An example that runs. */
export interface Running extends Tour {
  readonly url: string;
  /** Sends a body as JSON; a text is sent as it is. */
  readonly post: (path: string, body: unknown, headers?: Settings) => Promise<Answer>;
  readonly get: (path: string, token?: string) => Promise<Answer>;
}

/** Starts an example. Whoever starts it stops it. */
export async function run(name: string, settings: Settings): Promise<Running> {
  const tour = await startExample(name, settings);
  return {
    ...tour,
    url: /http:\S+/.exec(tour.greeting)?.[0] ?? "",
    post: (path, body, headers = {}) =>
      tour.ask(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    get: (path, token) => tour.ask(path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  };
}

/** How each of some requests was answered, all sent at once. */
export async function statusesOf(answers: readonly Promise<Answer>[]): Promise<number[]> {
  return (await Promise.all(answers)).map(({ status }) => status);
}
