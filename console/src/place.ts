const PAGES = ["login", "signup", "account"] as const;

/** A page, by the last part of its path. */
export type Page = (typeof PAGES)[number];

/** Where the visitor is. */
export interface Place {
  readonly page: Page;
  /** Of the address: `?return_to=…`, or nothing. */
  readonly search: string;
}

/** The place of an address; what is no page is the account. */
export function placeOf({ pathname, search }: Pick<URL, "pathname" | "search">): Place {
  const last = pathname.split("/").at(-1);
  return { page: PAGES.find((page) => page === last) ?? "account", search };
}

/** The server of a page: what stands before `/ui/…`, without a slash at its end. */
export function serverOf(href: string): string {
  return new URL("..", href).href.replace(/\/+$/, "");
}

/** Stands behind the address of a page that a visitor was sent to from another one; browsers keep it over a redirection. */
export const MOVED = "#moved";

/**
 * The same page at the configured address of the server, where this one is at another: log-in is refused from there, and the cookie would be lost. By what the
 * browser shows, since a server behind a proxy does not know. Whoever comes from there again stays: a proxy may send all of http to https, where
 * the configured address is one of http.
 */
export function findTruePlace(here: URL, url: string | undefined): string | undefined {
  if (url === undefined || new URL(url).origin === here.origin || here.hash === MOVED) return undefined;
  return `${url.replace(/\/+$/, "")}/ui/${placeOf(here).page}${here.search}${MOVED}`;
}
