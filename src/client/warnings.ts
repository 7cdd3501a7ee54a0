import type { AuthError } from "../errors/auth-error.js";
import type { ClientSettings } from "./client-options.js";
import { pageOf } from "./page-of.js";

const ADDRESS = /^\[|^[\d.]+$/;

/** Warns where a browser will not send the server's cookie from this page, and says what to change. */
export function warnOfSites({ url, transport }: ClientSettings): void {
  if (transport !== "cookie" || !globalThis.location) return;
  const { protocol, hostname, origin } = new URL(url);
  if (location.protocol === protocol && siteOf(location.hostname) === siteOf(hostname)) return;
  warn(
    `The page on ${location.origin} and the server on ${origin} are two sites: the cookie is lost. ` +
      'Use one scheme and domain, such as http://localhost, or transport: "bearer".',
  );
}

/** The last two labels of a name; an address is a site of its own. (Of co.uk and the like nothing is known here.) */
function siteOf(host: string): string {
  return ADDRESS.test(host) ? host : host.split(".").slice(-2).join(".");
}

/** Warns where the server does not list this page's origin. */
export function warnOfOrigin(settings: ClientSettings): void {
  warn(`Add ${pageOf(settings).origin} to LATCHKEY_ORIGINS of ${settings.url}.`);
}

/** Warns where a refresh was refused for the page it came from, or for want of the cookie that a log-in set. */
export function warnOfRefusal(settings: ClientSettings, { code, reason }: AuthError, wasIn: boolean): void {
  if (code === "csrf") warnOfOrigin(settings);
  if (reason === "no_cookie" && wasIn) warn(`${settings.url} got no cookie. Is it blocked? Safari wants https.`);
}

/** Tells in the console what a developer has to change. */
export function warn(sentence: string): void {
  console.warn(`Latchkey: ${sentence}`);
}
