import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { complaintsOf } from "../http/check-answer.js";
import { recordExchange } from "../secrets/record.js";
import { recordFolder } from "../secrets/record-folder.js";
import { recordProcess } from "../secrets/record-process.js";

/** The compiled command, as `npx latchkey` runs it. */
export const LATCHKEY = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export const PASSWORD = "seven wild geese at dawn";

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the command that is running. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
}

/** A server that listens. */
export interface Server extends Running {
  readonly port: number;
  readonly data: string;
  /** `http://127.0.0.1:PORT`: to ask, not to compare with an issuer. */
  readonly at: string;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly folder?: string;
  /** The command, where it is another one than that of the build. */
  readonly command?: readonly [string, ...string[]];
}

const folders: string[] = [];
// Those that servers had from the environment.
const secrets = new Set<string>();
const children = new Set<ChildProcess>();
// Told at the end: a test may take any failure of a request for a server that is gone.
const undeclared: string[] = [];

process.once("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/** A new empty folder, which `endAll` removes. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-cli-"));
  folders.push(folder);
  return folder;
}

/** Ends every process that was started here and removes every folder, and throws for answers that were not as declared: for `afterEach`. */
export async function endAll(): Promise<void> {
  await Promise.all(
    [...children].map(async (child) => {
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
    }),
  );
  for (const folder of folders.splice(0)) {
    await recordFolder(folder, secrets);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  const complaints = undeclared.splice(0);
  if (complaints.length > 0)
    throw new Error(`The OpenAPI document does not allow an answer:\n${complaints.join("\n")}`);
}

/** Starts the command with none of the surrounding settings. */
export function start(parameters: readonly string[], options: RunOptions = {}): Running {
  const { environment = {}, input, folder = newFolder(), command = [process.execPath, LATCHKEY] as const } = options;
  const [program, ...first] = command;
  const child = spawn(program, [...first, ...parameters], {
    cwd: folder,
    env: { ...bareEnvironment(), ...environment },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  children.add(child);
  for (const name of ["LATCHKEY_SECRET", "LATCHKEY_NEW_SECRET"]) if (environment[name]) secrets.add(environment[name]);
  const texts = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    texts.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    texts.stderr += text;
  });
  // A command that refuses its flags ends before it has read its input.
  child.stdin?.on("error", () => {}).end(input);
  const ended = once(child, "close").then(([code, signal]): Ended => {
    children.delete(child);
    recordProcess(parameters, texts, input);
    return { code, signal, ...texts };
  });
  return { child, ended, stdout: () => texts.stdout, stderr: () => texts.stderr };
}

/** Runs the command to its end. */
export async function run(parameters: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const running = start(parameters, options);
  return within(10_000, running.ended, () => `latchkey ${parameters.join(" ")} did not end\n${running.stderr()}`);
}

/** What a server is started with. */
export interface ServerOptions extends RunOptions {
  readonly data?: string;
  readonly flags?: readonly string[];
  readonly port?: number;
}

/** Starts a server on a free port, in a new data folder where none is named, and waits until it says that it listens. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const { data = join(newFolder(), "data"), flags = [] } = options;
  const port = options.port ?? (await freePort());
  const running = start(["serve", "--port", String(port), "--data", data, ...flags], options);
  await says(running, /"password"/);
  return { ...running, port, data, at: `http://127.0.0.1:${port}` };
}

/** Waits until standard output holds a text. Throws where the process ends before. */
export async function says({ child, ended, stdout, stderr }: Running, wanted: RegExp): Promise<void> {
  const found = new Promise<void>((resolve) => {
    const look = () => {
      if (wanted.test(stdout())) resolve();
    };
    child.stdout?.on("data", look);
    look();
  });
  const gone = ended.then(({ code, signal }) => {
    throw new Error(`The server ended (${code ?? signal}): ${stderr()}`);
  });
  await within(20_000, Promise.race([found, gone]), () => `Nothing like ${wanted}: ${stdout()}${stderr()}`);
}

/** Sends a signal to the server's own process and waits for its end. */
export async function end(server: Running, signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
  server.child.kill(signal);
  return within(20_000, server.ended, () => `The server did not end on ${signal}: ${server.stderr()}`);
}

/** A port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("There is no port.");
  return address.port;
}

/** The environment without settings of Latchkey, of Node and of proxies. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(LATCHKEY_|NODE_|VITEST|.*_proxy$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/** The value, or an error after some milliseconds. */
export async function within<T>(milliseconds: number, promise: Promise<T>, complaint: () => string): Promise<T> {
  const stop = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: stop.signal }).then(() => {
    throw new Error(complaint());
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
    late.catch(() => {});
  }
}

/** Asks again every few milliseconds until the answer is not `undefined`. */
export async function until<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  limit = 10_000,
  pause = 5,
): Promise<T> {
  const deadline = performance.now() + limit;
  while (performance.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(pause);
  }
  throw new Error(`Nothing within ${limit} ms.`);
}

/** What log-in, sign-up and refresh answer. */
export interface Granted {
  readonly token: string;
  readonly user_id: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly refresh_token: string;
}

/** An answer with its JSON. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** What a request is sent with, and the path of the server's URL where it has one. */
export interface SendOptions {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly mount?: string;
}

/** Sends a request with a JSON body, or none. The answer is checked against the OpenAPI document. */
export async function send<T = Record<string, unknown>>(
  method: string,
  url: string,
  { body, token, headers = {}, mount = "" }: SendOptions = {},
): Promise<Answer<T>> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  const asked = { method, path: new URL(url).pathname.slice(mount.length) };
  const answered = { status: response.status, headers: response.headers, text };
  const sent = { authorization: `Bearer ${token}`, ...headers };
  recordExchange({ ...asked, headers: new Headers(sent), body: JSON.stringify(body) }, answered);
  undeclared.push(...complaintsOf(asked, answered));
  return { status: response.status, headers: response.headers, body: (text === "" ? {} : JSON.parse(text)) as T };
}

/** Makes an account on a server. */
export async function signUp({ at }: Pick<Server, "at">, username: string): Promise<Granted> {
  const { status, body } = await send<Granted>("POST", `${at}/signup`, { body: { username, password: PASSWORD } });
  if (status !== 201) throw new Error(`sign-up answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** The status and the reason that `/me` answers a token with. */
export async function askMe({ at }: Pick<Server, "at">, token: string): Promise<string> {
  const { status, body } = await send("GET", `${at}/me`, { token });
  return [status, body.reason].filter((part) => part !== undefined).join(" ");
}
