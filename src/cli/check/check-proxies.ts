import { isIPv4 } from "node:net";
import type { ServerSettings } from "../settings.js";
import { type Finding, good, weak } from "./finding.js";

/** Whether the proxies whose word is taken for the address of a client are those in front of the server, and no one else. */
export function checkProxies({ auth }: ServerSettings): readonly Finding[] {
  const setting = "LATCHKEY_TRUSTED_PROXIES";
  const { trustedProxies = [], url } = auth;
  const wide = trustedProxies.filter(isWide);
  if (wide.length > 0) {
    return wide.map((range) =>
      weak(
        setting,
        `${range} trusts a good part of the internet`,
        "Whoever connects from there names any address as their own, and no limit holds for them.",
        "Name the addresses of your proxies alone.",
      ),
    );
  }
  if (trustedProxies.length > 0 || !isSecure(url)) return [good(setting, trustedProxies.join(", ") || "none")];
  return [
    weak(
      setting,
      "none, though the server is reached by a proxy with TLS",
      "Every client then has the address of the proxy, so that one who guesses passwords slows the log-ins of all.",
      "Name the address or range that the proxy connects from, such as 127.0.0.1 where it runs on this machine.",
    ),
  ];
}

/** The server itself speaks no TLS. */
function isSecure(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === "https:";
}

// RFC 4193: fc00::/7 is private, as 10.0.0.0/8 is.
const PRIVATE = /^f[cd][\da-f]{2}:/i;

/** Whether a range is wider than any network of one owner. */
function isWide(entry: string): boolean {
  const [address = "", length] = entry.split("/");
  if (length === undefined) return false;
  if (isIPv4(address)) return Number(length) < 8;
  return Number(length) < (PRIVATE.test(address) ? 7 : 16);
}
