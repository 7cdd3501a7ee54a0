import type { ServerSettings } from "../settings.js";
import { type Finding, good, weak } from "./finding.js";

/** Whether the server and the pages that may keep its cookie are reached in a way that nobody on the way can read or change. */
export function checkPlaces({ auth, host, port }: ServerSettings): readonly Finding[] {
  const origins = (auth.origins ?? []).filter(isOpen);
  return [
    good("LATCHKEY_HOST", `${host}, port ${port}`),
    isOpen(auth.url)
      ? weak(
          "LATCHKEY_URL",
          `${new URL(auth.url).origin} is reached without TLS`,
          "Whoever is on the way reads passwords and tokens, and browsers keep no __Host- cookie from there.",
          "Put a proxy with TLS before the server, and name its https address.",
        )
      : good("LATCHKEY_URL", auth.url),
    ...origins.map((origin) =>
      weak(
        "LATCHKEY_ORIGINS",
        `${origin} is reached without TLS`,
        "Whoever is on the way can change its pages, and so use the refresh token of who visits them.",
        "Serve the pages by https, or take the origin out.",
      ),
    ),
    ...(origins.length === 0 ? [good("LATCHKEY_ORIGINS", auth.origins?.join(", ") ?? "none")] : []),
  ];
}

/** Whether an address leaves the machine without TLS. */
function isOpen(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "http:" && !/^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
