/** The server's URL in the one spelling that stands in tokens. A `TypeError` where it is no absolute http(s) URL, or has more than a path. */
export function requireServerUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) {
    throw new TypeError("The url (LATCHKEY_URL) must be an absolute http or https URL.");
  }
  if (parsed.search !== "" || parsed.hash !== "" || parsed.username !== "" || parsed.password !== "") {
    throw new TypeError("The url (LATCHKEY_URL) must have no query, no fragment and no user.");
  }
  return parsed.origin + parsed.pathname.replace(/\/+$/, "");
}

/** Origins in the spelling of an `Origin` header. A `TypeError` for anything that is not scheme, host and port alone; `*` and `null` too. */
export function requireOrigins(origins: readonly string[]): readonly string[] {
  if (!Array.isArray(origins)) throw new TypeError("The origins (LATCHKEY_ORIGINS) must be a list.");
  return origins.map((origin) => {
    if (URL.canParse(origin) && new URL(origin).origin === origin && origin !== "null") return origin;
    throw new TypeError(
      `The origins (LATCHKEY_ORIGINS) hold ${JSON.stringify(origin)}, which is not an origin such as https://app.example.com.`,
    );
  });
}
