import type { AuthServer, LogEvent } from "latchkey";
import { expect, inject } from "vitest";
import { createRecorder, type Recorder } from "./recorder.js";

/** Records for the check that comes after the whole suite. */
export const recorder: Recorder = createRecorder(
  inject("records"),
  () => expect.getState().testPath?.replace(/^.*\/(?=test\/)/, "") ?? "?",
);

const ACCESS_TOKEN = /^[\w-]{10,}\.[\w-]{10,}\.([\w-]{40,})$/;
const REFRESH_TOKEN = /^lkr_([\w-]{76})$/;
const LONGEST_TOKEN = 8192;
const MAC_BYTES = 32;

/** Notes the tokens in a text. Wherever a whole token stands, its signature or its MAC stands too: those are what is searched for. */
export function recordTokens(text: string): void {
  for (const word of text.match(/[\w.-]+/g) ?? []) {
    if (word.length > LONGEST_TOKEN) continue;
    const signature = ACCESS_TOKEN.exec(word)?.[1];
    if (signature !== undefined) {
      recorder.secret("access token", signature);
      recorder.secret("access token", Buffer.from(signature, "base64url"));
    }
    const body = REFRESH_TOKEN.exec(word)?.[1];
    if (body !== undefined) {
      recorder.secret("refresh token", body.slice(-Math.floor((MAC_BYTES * 8) / 6)));
      recorder.secret("refresh token", Buffer.from(body, "base64url").subarray(-MAC_BYTES));
    }
  }
}

export function recordPassword(password: string): void {
  recorder.secret("password", password);
}

/** Notes a secret for `LATCHKEY_SECRET`, as its text and as its bytes; tests also give texts that are none. */
export function recordMasterKey(secret: string): void {
  if (!/^[\w-]{43}$/.test(secret)) return;
  recorder.secret("master key", secret);
  recorder.secret("master key", Buffer.from(secret, "base64url"));
}

const PASSWORDS: ReadonlySet<string> = new Set([
  "password",
  "current_password",
  "new_password",
  "currentPassword",
  "newPassword",
]);
const SHOWN: ReadonlySet<string> = new Set(["username", "email"]);

/** Notes the passwords and the tokens of what an act is given or answers. */
function recordMembers(given: unknown): void {
  if (typeof given !== "object" || given === null) return;
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== "string") continue;
    if (PASSWORDS.has(name)) recordPassword(value);
    else if (SHOWN.has(name)) recorder.shown(value);
    else recordTokens(value);
  }
}

/** A request to a server, as far as a secret may stand in it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** What was answered. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Notes the secrets of a request and of its answer, and the answer where it was not asked to hold any. */
export function recordExchange({ method, path, headers, body }: Asked, answered: Answered): void {
  for (const name of ["authorization", "cookie"]) recordTokens(headers.get(name) ?? "");
  recordBody(body);
  const { status, text } = answered;
  recordTokens(text);
  recordTokens(answered.headers.get("set-cookie") ?? "");
  // The document's examples are public; the tests use one of its passwords too.
  if (status < 400 && (/^\/(?:signup|token)/.test(path) || path === "/openapi.json")) return;
  const lines = [...answered.headers].map(([name, value]) => `${name}: ${value}`);
  recorder.output("answer", `${status} to ${method} ${path.slice(0, 100)}`, `${lines.join("\n")}\n\n${text}\n`);
}

function recordBody(body: unknown): void {
  if (typeof body !== "string") return;
  recordTokens(body);
  try {
    recordMembers(JSON.parse(body));
  } catch {
    // Bodies that are no JSON hold no password that anybody has.
  }
}

type Log = (event: LogEvent) => void;

/** A log that notes every event as the server would print it; what is no function is left to be refused. */
export function recordedLog(log: Log): Log {
  if (typeof log !== "function") return log;
  return (event) => {
    recorder.output("log", event.event, `${JSON.stringify(event)}\n`);
    log(event);
  };
}

type Act = (...given: readonly never[]) => Promise<unknown>;

/** Lets an auth note the passwords and the tokens that its methods are given and answer. */
export function recordActs(auth: AuthServer): AuthServer {
  watch(auth, ["signUp", "logIn", "refresh", "logOut", "changePassword"]);
  watch(auth.users, ["add", "setPassword"]);
  return auth;
}

function watch<T extends object>(owner: T, names: readonly (keyof T & string)[]): void {
  for (const name of names) {
    const act = owner[name] as Act;
    const watched: Act = async (...given) => {
      for (const each of given) recordMembers(each);
      const answer = await act(...given);
      recordMembers(answer);
      return answer;
    };
    Object.defineProperty(owner, name, { value: watched, enumerable: true, configurable: true });
  }
}
