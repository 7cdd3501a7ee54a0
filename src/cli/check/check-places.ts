import { isLoopback, type ServerSettings } from "../settings.js";
import { type Finding, good, weak } from "./finding.js";

/** Whether the server and the pages that may keep its cookie are reached in a way that nobody on the way can read or change. */
export function checkPlaces(settings: ServerSettings): readonly Finding[] {
  const { auth } = settings;
  const open = (auth.origins ?? []).filter((origin) => isWithoutTls(origin) && !isOfThisMachine(origin));
  return [
    checkHost(settings),
    checkUrl(auth.url),
    ...open.map((origin) =>
      weak(
        "LATCHKEY_ORIGINS",
        `${origin} is reached without TLS`,
        "Whoever is on the way can change its pages, and so use the refresh token of who visits them.",
        "Serve the pages by https, or take the origin out.",
      ),
    ),
    ...(open.length === 0 ? [good("LATCHKEY_ORIGINS", auth.origins?.join(", ") ?? "none")] : []),
    good("LATCHKEY_AUDIENCES", [shown(auth.url), ...(auth.audiences ?? [])].join(", ")),
  ];
}

function checkHost({ auth, host, port }: ServerSettings): Finding {
  const found = `${host}, port ${port}`;
  if (isLoopback(host) || !(isWithoutTls(auth.url) && isOfThisMachine(auth.url))) return good("LATCHKEY_HOST", found);
  return weak(
    "LATCHKEY_HOST",
    `${found}, which others can reach, though ${shown(auth.url)} is an address of this machine`,
    "Whoever is on the way there reads passwords and tokens.",
    "Listen on 127.0.0.1, or put a proxy with TLS before the server and name its https address as LATCHKEY_URL.",
  );
}

function checkUrl(url: string): Finding {
  if (!isWithoutTls(url) || isOfThisMachine(url)) return good("LATCHKEY_URL", shown(url));
  return weak(
    "LATCHKEY_URL",
    `${shown(url)} is reached without TLS`,
    "Whoever is on the way reads passwords and tokens, and browsers keep no __Host- cookie from there.",
    "Put a proxy with TLS before the server, and name its https address.",
  );
}

function isWithoutTls(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === "http:";
}

function isOfThisMachine(address: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(address).hostname);
}

/** An address without the user and the password that it may hold. */
function shown(address: string): string {
  return address.replace(/\/\/[^/]*@/, "//");
}
