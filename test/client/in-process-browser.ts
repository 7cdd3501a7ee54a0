import type { AuthServer } from "latchkey";

/** Where the pages of these tests are; the auth must list it. */
export const PAGE = "http://localhost:3000";
/** Where the auth is. */
export const SERVER = "http://localhost:4000";

/** One request that was answered, as the log of a server has it. */
export type Line = `${string} ${string} ${number}`;

/** What becomes of a request before the auth gets it: another answer, an error, or nothing. */
export type Detour = (request: Request) => Promise<Response | undefined> | Response | undefined;

/** A browser whose network is the handler of an auth: it keeps its cookies, and says which page asks. */
export interface InProcessBrowser {
  readonly fetch: typeof fetch;
  /** What was asked and answered, with the path alone. */
  readonly lines: Line[];
  /** The cookies, by their names. */
  readonly jar: Map<string, string>;
  /** The `Cookie` header that it would send with a page; `null` where it has none. */
  cookies(): string | null;
  /** Where it is set, nothing reaches the auth. */
  isOffline: boolean;
  detour: Detour | undefined;
  /** How often a route was asked. */
  count(line: string): number;
}

/** Opens one; another one with its jar is the same browser after a reload. */
export function openInProcessBrowser(
  { handler }: Pick<AuthServer, "handler">,
  jar: Map<string, string> = new Map(),
  page: string = PAGE,
): InProcessBrowser {
  const cookies = () => (jar.size === 0 ? null : [...jar].map((pair) => pair.join("=")).join("; "));
  async function answer(request: Request): Promise<Response> {
    if (browser.isOffline) throw new TypeError("Failed to fetch");
    const early = await browser.detour?.(request);
    if (early !== undefined) return early;
    // A request that was given up while it was away is not answered to anybody.
    const response = await handler(asSent(request, page, cookies()), { address: "192.0.2.7" });
    if (request.credentials === "include") for (const value of response.headers.getSetCookie()) keep(jar, value);
    request.signal.throwIfAborted();
    return response;
  }
  const browser: InProcessBrowser = {
    lines: [],
    jar,
    cookies,
    isOffline: false,
    detour: undefined,
    count: (line) => browser.lines.filter((text) => text.startsWith(line)).length,
    async fetch(input, init) {
      const request = new Request(input, init);
      request.signal.throwIfAborted();
      const response = await answer(request);
      browser.lines.push(`${request.method} ${new URL(request.url).pathname} ${response.status}`);
      return response;
    },
  };
  return browser;
}

/** What a browser adds, and nobody else may set. */
function asSent(request: Request, page: string, cookies: string | null): Request {
  const headers = new Headers(request.headers);
  const isSame = new URL(request.url).origin === page;
  headers.set("sec-fetch-site", isSame ? "same-origin" : "same-site");
  if (!isSame || request.method !== "GET") headers.set("origin", page);
  if (cookies !== null && request.credentials === "include") headers.set("cookie", cookies);
  return new Request(request, { headers });
}

function keep(jar: Map<string, string>, value: string): void {
  const [pair = "", ...attributes] = value.split("; ");
  const [name = "", content = ""] = pair.split("=");
  for (const wanted of ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"])
    if (!attributes.includes(wanted)) throw new Error(`A browser would not keep this: ${attributes.join("; ")}`);
  if (attributes.includes("Max-Age=0")) jar.delete(name);
  else jar.set(name, content);
}
