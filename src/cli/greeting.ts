import { requireServerUrl } from "../http/server-url.js";
import type { ServerSettings } from "./settings.js";

/** What a server prints for people when it listens: where, its data, and a sign-up to paste. */
export function greeting({ data, host, port, auth }: ServerSettings): string {
  const name = `ada${Math.floor(Math.random() * 9000) + 1000}`;
  const url = requireServerUrl(auth.url);
  const here = `http://${shownHost(host)}:${port}`;
  const signUp = `${here}${new URL(url).pathname.replace(/\/$/, "")}/signup`;
  return [
    `Latchkey listens on ${here}${url === here ? "" : ` as ${url}`}`,
    `Data: ${data} (database ${auth.database})`,
    `Pages: ${url}/ui/login`,
    "Try it:",
    `  curl -i ${quoted(signUp)} -H 'Content-Type: application/json' \\`,
    `    -d '{"username":"${name}","password":"four tall cranes by the lake"}'`,
  ].join("\n");
}

function shownHost(host: string): string {
  if (host === "127.0.0.1") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

/** A word as a shell reads it. */
function quoted(word: string): string {
  return /^[\w:/.[\]-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
