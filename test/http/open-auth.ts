import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuthOptions, type AuthServer, createAuth, type LogEvent } from "latchkey";
import { afterAll } from "vitest";
import { loadSqlite, type SqliteConnection } from "../../dist/store/sqlite/load-sqlite.js";
import { recordActs, recordExchange, recordedLog } from "../secrets/record.js";
import { recordFolder } from "../secrets/record-folder.js";
import { checkAnswer } from "./check-answer.js";

export const ORIGIN = "http://localhost:4000";
export const PASSWORD = "seven wild geese at dawn";
export const DAY = 86_400;

/** A clock that stands still until it is moved. */
export interface Clock {
  now(): number;
  advance(seconds: number): void;
}

/** An answer, read to its end and checked against the OpenAPI document. `body` is the JSON object of it, or empty. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a client gets for a log-in in a body. */
export interface Tokens {
  readonly token: string;
  readonly refresh_token: string;
  readonly user_id: string;
}

type HeaderList = Readonly<Record<string, string>>;

/** An auth under test, with its door. Paths are those of a server without a path of its own. */
export interface OpenAuth extends Door {
  readonly auth: AuthServer;
  readonly clock: Clock;
  readonly events: LogEvent[];
  /** The same door for who comes from another address; 192.0.2.7 it is where none is said. */
  from(address: string): Door;
}

/** The requests that one address makes. */
export interface Door {
  call(path: string, init?: RequestInit): Promise<Answer>;
  get(path: string, headers?: HeaderList): Promise<Answer>;
  /** Sends a body as JSON; a text is sent as it is. */
  post(path: string, body: unknown, headers?: HeaderList): Promise<Answer>;
  me(token: string): Promise<Answer>;
  refresh(refreshToken: string, more?: object): Promise<Answer>;
  logOut(headers?: HeaderList, body?: unknown): Promise<Answer>;
  /** Makes an account of that name, and its tokens. */
  signUp(username: string, more?: object): Promise<Tokens>;
  logIn(username: string, more?: object): Promise<Tokens>;
}

const closings: (() => Promise<void>)[] = [];
const folders: string[] = [];
const secrets = new Set<string>();

afterAll(async () => {
  // A database that was closed has no write-ahead log any more.
  for (const folder of folders) await recordFolder(folder, secrets);
  for (const close of closings) await close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that goes when the test file ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
  folders.push(folder);
  return folder;
}

/** The path of a database that is not there yet, in a folder of its own. */
export function newDatabase(): string {
  return join(temporaryFolder(), "latchkey.db");
}

export function createClock(): Clock {
  let time = Date.UTC(2027, 0, 15, 8, 0, 0);
  return {
    now: () => time,
    advance: (seconds) => {
      time += Math.round(seconds * 1000);
    },
  };
}

/** Opens an auth, in memory where no database is named, on a clock that stands still; it closes when the test file ends. */
export async function openAuth(options: Partial<AuthOptions> = {}, clock: Clock = createClock()): Promise<OpenAuth> {
  const events: LogEvent[] = [];
  const log = recordedLog(options.log ?? ((event) => void events.push(event)));
  const settings = { database: ":memory:", url: ORIGIN, now: clock.now, ...options, log };
  if (settings.secret !== undefined) secrets.add(settings.secret);
  const auth = recordActs(await createAuth(settings));
  closings.push(() => auth.close());
  const from = (address: string) => doorOf(auth, new URL(settings.url).pathname.replace(/\/+$/, ""), address);
  return { auth, clock, events, from, ...from("192.0.2.7") };
}

function doorOf(auth: AuthServer, mount: string, address: string): Door {
  const call = async (path: string, init: RequestInit = {}) => {
    const request = new Request(ORIGIN + path, init);
    const { method, url } = request;
    const { headers } = request;
    const answer = await read(await auth.handler(request, { address }));
    const { pathname, search } = new URL(url);
    const isMounted = pathname.length + search.length <= 4096 && pathname.startsWith(`${mount}/`);
    const asked = { method, path: isMounted ? pathname.slice(mount.length) : "" };
    recordExchange({ ...asked, headers, body: init.body }, answer);
    checkAnswer(asked, answer);
    return answer;
  };
  const get = (path: string, headers: HeaderList = {}) => call(path, { headers });
  const send = (method: string, path: string, body: unknown, headers: HeaderList) =>
    call(path, {
      method,
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const post = (path: string, body: unknown, headers: HeaderList = {}) => send("POST", path, body, headers);
  return {
    call,
    get,
    post,
    me: (token: string) => get("/me", bearer(token)),
    refresh: (refreshToken: string, more: object = {}) =>
      post("/token/refresh", { refresh_token: refreshToken, ...more }),
    logOut: (headers: HeaderList = {}, body?: unknown) =>
      body === undefined ? call("/token", { method: "DELETE", headers }) : send("DELETE", "/token", body, headers),
    signUp: async (username: string, more: object = {}) =>
      tokensOf(await post("/signup", { username, password: PASSWORD, ...more })),
    logIn: async (username: string, more: object = {}) =>
      tokensOf(await post("/token", { username, password: PASSWORD, ...more })),
  };
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** The headers of an answer but its request id, which no two answers share. */
export function headersOf({ headers }: Answer): readonly (readonly [string, string])[] {
  return [...headers].filter(([name]) => name !== "x-request-id");
}

/** The tokens of an answer that must hold some. */
export function tokensOf(answer: Answer): Tokens {
  if (typeof answer.body.token !== "string") throw new Error(`There is no token in ${answer.status} ${answer.text}`);
  return answer.body as unknown as Tokens;
}

/** The claims of a token, unverified. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as Record<string, unknown>;
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  const isJson = /^application\/(?:problem\+)?json$/.test(type) && text !== "";
  const body = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, text, body };
}

/** Reads or writes the tables of a database file past everything. */
export async function sql(path: string, statement: string, ...parameters: unknown[]): Promise<readonly unknown[]> {
  const { DatabaseSync } = await loadSqlite();
  const connection: SqliteConnection = new DatabaseSync(path);
  try {
    return connection.prepare(statement).all(...parameters);
  } finally {
    connection.close();
  }
}
