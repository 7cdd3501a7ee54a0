import { dirname, resolve } from "node:path";
import type { AuthOptions } from "../create-auth.js";

/** The flags that name the server's place; each has a `LATCHKEY_*` variable, and the flag wins. */
export interface PlaceFlags {
  readonly port?: string;
  readonly host?: string;
  readonly database?: string;
  readonly data?: string;
  readonly url?: string;
}

/** Where a server listens, and what it is made of. */
export interface ServerSettings {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly auth: AuthOptions;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);

/** Whether nobody but this machine reaches a host that is listened on. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host);
}

/** The settings of a server from flags and environment. A `TypeError` names the one that is wrong, not its value where that is secret. */
export function readSettings(flags: PlaceFlags, environment: NodeJS.ProcessEnv): ServerSettings {
  const setting = (name: keyof PlaceFlags) =>
    flags[name] ?? (environment[`LATCHKEY_${name.toUpperCase()}`] || undefined);
  const port = requirePort(setting("port") ?? "4000");
  const host = setting("host") ?? "127.0.0.1";
  const named = setting("database");
  // The master key lies beside the database, where createAuth looks for it too.
  const data = resolve(setting("data") ?? (named === undefined ? "data" : dirname(named)));
  const database = named ?? resolve(data, "latchkey.db");
  const url = setting("url");
  if (url === undefined && !isLoopback(host)) {
    throw new TypeError("A server that others can reach needs --url (LATCHKEY_URL): its address as they see it.");
  }
  return {
    port,
    host,
    data,
    auth: { database, data, url: url ?? `http://localhost:${port}`, ...furtherOptions(environment) },
  };
}

const DURATIONS = ["access", "idle", "absolute", "grace"] as const;

/** The options that have a variable and no flag; an empty variable counts as none, but for the secret, where it is a mistake. */
function furtherOptions(environment: NodeJS.ProcessEnv): Partial<AuthOptions> {
  const read = (name: string) => environment[`LATCHKEY_${name}`] || undefined;
  const list = (name: string) =>
    read(name)
      ?.split(",")
      .map((part) => part.trim());
  const durations = DURATIONS.map((name) => [`${name}Seconds`, requireSeconds(`${name.toUpperCase()}_SECONDS`, read)]);
  const options = {
    secret: environment.LATCHKEY_SECRET,
    algorithm: read("ALGORITHM"),
    origins: list("ORIGINS"),
    audiences: list("AUDIENCES"),
    trustedProxies: list("TRUSTED_PROXIES"),
    brand: given({ name: read("BRAND_NAME"), logo: read("BRAND_LOGO"), color: read("BRAND_COLOR") }),
    ...Object.fromEntries(durations),
  };
  return given(options) ?? {};
}

/** What is there of some options; `undefined` where nothing is. */
function given(options: Readonly<Record<string, unknown>>): object | undefined {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function requireSeconds(name: string, read: (name: string) => string | undefined): number | undefined {
  const text = read(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new TypeError(`LATCHKEY_${name} must be a whole number of seconds.`);
  return Number(text);
}

function requirePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 1 && port <= 65_535))
    throw new TypeError("The port (--port, LATCHKEY_PORT) must be a number from 1 to 65535.");
  return port;
}
