import { resolve } from "node:path";
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

/** The settings of a server from flags and environment. A `TypeError` names the one that is wrong, not its value where that is secret. */
export function readSettings(flags: PlaceFlags, environment: NodeJS.ProcessEnv): ServerSettings {
  const setting = (name: keyof PlaceFlags) =>
    flags[name] ?? (environment[`LATCHKEY_${name.toUpperCase()}`] || undefined);
  const port = requirePort(setting("port") ?? "4000");
  const host = setting("host") ?? "127.0.0.1";
  const data = resolve(setting("data") ?? "data");
  const database = setting("database") ?? resolve(data, "latchkey.db");
  const url = setting("url");
  if (url === undefined && !LOOPBACK.has(host)) {
    throw new TypeError("A server that others can reach needs --url (LATCHKEY_URL): its address as they see it.");
  }
  const secret = environment.LATCHKEY_SECRET || undefined;
  return {
    port,
    host,
    data,
    auth: { database, data, url: url ?? `http://localhost:${port}`, ...(secret !== undefined && { secret }) },
  };
}

function requirePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 1 && port <= 65_535))
    throw new TypeError("The port (--port, LATCHKEY_PORT) must be a number from 1 to 65535.");
  return port;
}
