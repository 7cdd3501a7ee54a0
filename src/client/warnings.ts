import type { AuthError } from "../errors/auth-error.js";
import type { ClientSettings } from "./client-options.js";

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Warns where a browser will not send the server's cookie from this page, and says what to change. */
export function warnOfSites({ url, transport }: ClientSettings): void {
  if (transport !== "cookie" || typeof location === "undefined") return;
  const server = new URL(url);
  if (location.protocol === server.protocol && isSameSite(location.hostname, server.hostname)) return;
  const what = `The page is on ${location.origin} and the server on ${server.origin}. For a browser these are two sites, and the cookie that keeps you logged in is lost.`;
  const isLocal = LOOPBACK.has(location.hostname) && LOOPBACK.has(server.hostname);
  const there = new URL(location.href);
  there.hostname = server.hostname;
  warn(
    isLocal
      ? `${what} Open the page as ${there.origin}.`
      : `${what} Serve both below one domain, such as app.example.com and auth.example.com, with the same scheme; or use transport: "bearer".`,
  );
}

/** Two addresses are never one site; two names are where their last two labels are the same. (Of co.uk and the like nothing is known here.) */
function isSameSite(one: string, other: string): boolean {
  const isAddress = /^\[|^[\d.]+$/;
  const siteOf = (host: string) => (isAddress.test(host) ? host : host.split(".").slice(-2).join("."));
  return siteOf(one) === siteOf(other);
}

/** Warns where a refresh came without the cookie that a log-in set, or from a page that the server does not know. */
export function warnOfLostCookie({ url }: ClientSettings, { code }: AuthError, wasIn: boolean): void {
  if (code === "csrf") warn(unlisted(url));
  if (code === "invalid_request" && wasIn) {
    warn(
      `The browser did not send the cookie of ${url} back. Cookies may be blocked here, or page and server are two sites; Safari keeps it only over https.`,
    );
  }
}

/** Finds out whether a server that seems not to be there answers, only not to this page (CORS), and says what to change. */
export async function warnOfUnlistedOrigin({ url, fetch }: ClientSettings): Promise<void> {
  if (typeof location === "undefined" || new URL(url).origin === location.origin) return;
  const answers = await fetch(`${url}/health/live`, { mode: "no-cors", credentials: "omit" }).then(
    () => true,
    () => false,
  );
  if (answers) warn(unlisted(url));
}

function unlisted(url: string): string {
  return `The server ${url} does not list this page's origin: start it with LATCHKEY_ORIGINS=${location.origin} (the option origins of createAuth).`;
}

function warn(sentence: string): void {
  console.warn(`Latchkey: ${sentence}`);
}
